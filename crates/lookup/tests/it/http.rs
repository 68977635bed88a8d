//! Questions asked and answers read as configured.

use std::collections::BTreeMap;

use secrecy::SecretString;
use switchboard_lookup::{Answer, Certainty, HttpConfig, HttpMapping, HttpMethod, Profile};

use crate::{
    ask, certain, config,
    crm::{Crm, json, status},
    named,
};

const ADA: &str = r#"{"people":[{"given":"Ada","family":"Lovelace","firm":{"title":"Engines"}}]}"#;

#[actix_web::test]
async fn a_single_match_is_certain() {
    let crm = Crm::start(json(ADA));
    let answer = ask(config(&crm.url)).await.unwrap();
    assert_eq!(
        answer,
        certain(Profile {
            organisation: Some("Engines".into()),
            ..named("Ada Lovelace")
        })
    );
    let seen = &crm.seen()[0];
    assert_eq!(
        (seen.method.as_str(), seen.uri.as_str()),
        ("GET", "/find?tel=%2B442079460018")
    );
    assert_eq!(seen.header("accept"), Some("application/json"));
    crm.stop().await;
}

#[actix_web::test]
async fn every_field_is_mapped_by_configuration() {
    let crm = Crm::start(json(
        r#"{"id":"a/b ?7","n":"Ada","o":"Engines","plan":{"level":"gold"},"y":1843,"vip":true,"open":[3]}"#,
    ));
    let text = |text: &str| Some(text.to_owned());
    let mapping = HttpMapping {
        matches: String::new(),
        maybe: None,
        name: text("/n"),
        organisation: text("/o"),
        tier: text("/plan/level"),
        since: text("/y"),
        summary: text("{/open/0} open tickets, vip: {/vip}"),
        record_url: text("https://crm.example/people/{/id}?tab=calls"),
        extra: BTreeMap::from([
            ("Plan".to_owned(), "/plan/level".to_owned()),
            ("None".to_owned(), "/x".to_owned()),
        ]),
    };
    let answer = ask(HttpConfig {
        mapping,
        ..config(&crm.url)
    })
    .await
    .unwrap();
    let profile = Profile {
        name: text("Ada"),
        organisation: text("Engines"),
        tier: text("gold"),
        since: text("1843"),
        summary: text("3 open tickets, vip: true"),
        record_url: text("https://crm.example/people/a%2Fb%20%3F7?tab=calls"),
        extra: BTreeMap::from([("Plan".to_owned(), "gold".to_owned())]),
    };
    assert_eq!(answer, certain(profile));
    crm.stop().await;
}

#[actix_web::test]
async fn several_matches_are_counted() {
    let crm = Crm::start(json(
        r#"{"people":[{"given":"Ada"},{"given":"Grace"},{"given":"Joan"}]}"#,
    ));
    let answer = ask(config(&crm.url)).await.unwrap();
    assert_eq!(
        answer,
        Answer::Found {
            profile: named("Ada"),
            certainty: Certainty::Several(3)
        }
    );
    crm.stop().await;
}

#[actix_web::test]
async fn guesses_count_only_when_there_is_nothing_better() {
    let crm = Crm::start(json(""));
    let read = async |people: &str| {
        crm.now(json(&format!(r#"{{"people":{people}}}"#)));
        let mut config = config(&crm.url);
        config.mapping.maybe = Some("/unsure".into());
        ask(config).await.unwrap()
    };
    let found = |name: &str, certainty| Answer::Found {
        profile: named(name),
        certainty,
    };
    assert_eq!(
        read(r#"[{"given":"Ada","unsure":true}]"#).await,
        found("Ada", Certainty::Maybe)
    );
    assert_eq!(
        read(r#"[{"given":"Ada","unsure":true},{"given":"Grace","unsure":false}]"#).await,
        found("Grace", Certainty::Certain)
    );
    assert_eq!(
        read(r#"[{"given":"Ada","unsure":true},{"given":"Grace","unsure":true}]"#).await,
        found("Ada", Certainty::Several(2))
    );
    crm.stop().await;
}

#[actix_web::test]
async fn none_is_not_found_in_every_spelling() {
    let crm = Crm::start(json(""));
    for behaviour in [
        json(r#"{"people":[]}"#),
        json(r#"{"people":null}"#),
        status(404),
        crate::crm::Behaviour::Says(204, "text/plain", Vec::new()),
    ] {
        crm.now(behaviour);
        assert_eq!(ask(config(&crm.url)).await.unwrap(), Answer::NotFound);
    }
    crm.stop().await;
}

#[actix_web::test]
async fn post_carries_the_number_in_its_body() {
    let crm = Crm::start(json(ADA));
    let body = "{\"where\":{\"any\":[\"{number}\",\"tel:{national}\"]},\"limit\":5}";
    let config = HttpConfig {
        method: HttpMethod::Post,
        url: format!("{}/search", crm.url),
        body: serde_json::from_str(body).unwrap(),
        ..config(&crm.url)
    };
    ask(config).await.unwrap();
    let seen = &crm.seen()[0];
    assert_eq!((seen.method.as_str(), seen.uri.as_str()), ("POST", "/search"));
    assert_eq!(seen.header("content-type"), Some("application/json"));
    let sent: serde_json::Value = serde_json::from_str(&seen.body).unwrap();
    assert_eq!(
        sent["where"]["any"],
        serde_json::json!(["+442079460018", "tel:02079460018"])
    );
    crm.stop().await;
}

#[actix_web::test]
async fn the_national_form_is_what_people_dial_there() {
    let crm = Crm::start(json(ADA));
    ask(HttpConfig {
        url: format!("{}/tel/{{national}}", crm.url),
        ..config(&crm.url)
    })
    .await
    .unwrap();
    assert_eq!(crm.seen()[0].uri, "/tel/02079460018");
    crm.stop().await;
}

#[actix_web::test]
async fn headers_and_token_are_sent() {
    let crm = Crm::start(json(ADA));
    let config = HttpConfig {
        bearer: Some(SecretString::from("s3cret")),
        headers: BTreeMap::from([("X-Tenant".to_owned(), SecretString::from("acme"))]),
        ..config(&crm.url)
    };
    ask(config).await.unwrap();
    let seen = &crm.seen()[0];
    assert_eq!(seen.header("authorization"), Some("Bearer s3cret"));
    assert_eq!(seen.header("x-tenant"), Some("acme"));
    crm.stop().await;
}
