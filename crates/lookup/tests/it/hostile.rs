//! Answers that mean harm, or make no sense.

use switchboard_lookup::{Answer, HttpConfig, HttpMapping, Nonsense, Profile, Source, SourceError};

use crate::{
    AMPLE, ask, certain, config,
    crm::{Behaviour, Crm, json},
    named,
};

async fn nonsense(behaviour: Behaviour) -> Nonsense {
    let crm = Crm::start(behaviour);
    let result = ask(config(&crm.url)).await;
    crm.stop().await;
    let Err(SourceError::Nonsense(nonsense)) = result else {
        panic!("{result:?}")
    };
    assert_eq!(SourceError::from(nonsense).public(), "sent an unreadable answer");
    nonsense
}

#[actix_web::test]
async fn what_is_not_json_is_nonsense() {
    for (kind, body) in [
        ("application/json", "{\"people\":[{\"given\":".to_owned()),
        ("text/html", "<!doctype html><title>Log in</title>".to_owned()),
        ("application/json", String::new()),
        ("application/json", "\u{feff}{}".to_owned()),
        ("application/json", "[".repeat(10_000)),
    ] {
        let found = nonsense(Behaviour::Says(200, kind, body.into_bytes())).await;
        assert!(matches!(found, Nonsense::NotJson { .. }), "{found:?}");
    }
    let found = nonsense(Behaviour::Says(
        200,
        "application/json",
        b"{\"people\":\"\xff\xfe\"}".to_vec(),
    ))
    .await;
    assert!(matches!(found, Nonsense::NotJson { .. }), "{found:?}");
}

#[actix_web::test]
async fn a_huge_answer_is_not_read_to_its_end() {
    let huge = format!("{{\"people\":[{{\"given\":\"{}\"}}]}}", "a".repeat(1_000_000)).into_bytes();
    let too_long = Nonsense::TooLong { limit: 256 * 1024 };
    assert_eq!(
        nonsense(Behaviour::Says(200, "application/json", huge.clone())).await,
        too_long
    );
    assert_eq!(nonsense(Behaviour::Streams(huge)).await, too_long);
}

#[actix_web::test]
async fn the_wrong_shape_is_nonsense() {
    for body in [
        "{}",
        "[]",
        "7",
        "\"people\"",
        r#"{"people":"none"}"#,
        r#"{"people":7}"#,
        r#"{"people":false}"#,
    ] {
        assert_eq!(nonsense(json(body)).await, Nonsense::NoMatches, "{body}");
    }
    for body in [
        r#"{"people":[7]}"#,
        r#"{"people":[{}]}"#,
        r#"{"people":[{"given":{"first":"Ada"},"family":[]}]}"#,
    ] {
        assert_eq!(nonsense(json(body)).await, Nonsense::EmptyMatch, "{body}");
    }
}

#[actix_web::test]
async fn a_field_of_the_wrong_type_is_left_out() {
    let crm = Crm::start(json(
        r#"{"people":[{"given":"Ada","family":{"x":1},"firm":["Engines"]}]}"#,
    ));
    assert_eq!(ask(config(&crm.url)).await.unwrap(), certain(named("Ada")));
    crm.stop().await;
}

#[actix_web::test]
async fn text_is_one_visible_line_of_bounded_length() {
    let crm = Crm::start(json(""));
    for (given, shown) in [
        (
            r"Ada\r\nSet-Cookie: x=1\u0000\u001b[31m",
            "Ada Set-Cookie: x=1[31m",
        ),
        (r"\u202eadA\u200b\u2066", "adA"),
        (r"  Ada\t\t \u00a0 L ", "Ada L"),
        ("<script>alert(1)</script>", "<script>alert(1)</script>"),
    ] {
        crm.now(json(&format!(r#"{{"people":[{{"given":"{given}"}}]}}"#)));
        assert_eq!(ask(config(&crm.url)).await.unwrap(), certain(named(shown)));
    }
    crm.now(json(&format!(
        r#"{{"people":[{{"given":"{}"}}]}}"#,
        "é".repeat(5000)
    )));
    assert_eq!(
        ask(config(&crm.url)).await.unwrap(),
        certain(named(&"é".repeat(200)))
    );
    crm.stop().await;
}

#[actix_web::test]
async fn only_web_addresses_are_links() {
    let crm = Crm::start(json(""));
    let link = async |template: &str, value: &str| {
        crm.now(json(&format!(r#"{{"n":"Ada","link":"{value}"}}"#)));
        let mapping = HttpMapping {
            name: Some("/n".into()),
            record_url: Some(template.into()),
            ..HttpMapping::default()
        };
        let answer = ask(HttpConfig {
            mapping,
            ..config(&crm.url)
        })
        .await
        .unwrap();
        let Answer::Found {
            profile: Profile { record_url, .. },
            ..
        } = answer
        else {
            panic!("{answer:?}")
        };
        record_url
    };
    for value in [
        "javascript:alert(1)",
        "data:text/html,x",
        "//crm.example/x",
        "crm.example",
        "https://user:pw@crm.example/",
        "file:///etc/passwd",
    ] {
        assert_eq!(link("/link", value).await, None, "{value}");
    }
    assert_eq!(
        link("/link", "https://crm.example/7").await.as_deref(),
        Some("https://crm.example/7")
    );
    assert_eq!(
        link("/link", &format!("https://crm.example/{}", "a".repeat(3000))).await,
        None
    );

    let template = "https://crm.example/people/{/link}";
    assert_eq!(link(template, "..").await, None);
    assert_eq!(link(template, "").await, None);
    assert_eq!(
        link(template, "../x?y#z").await.as_deref(),
        Some("https://crm.example/people/%2E%2E%2Fx%3Fy%23z")
    );
    crm.stop().await;
}

#[actix_web::test]
async fn what_is_not_a_number_is_never_sent() {
    let crm = Crm::start(json(r#"{"people":[]}"#));
    let source = config(&crm.url).build("lookup").unwrap();
    for text in [
        "",
        "+",
        "anonymous",
        "02079460018",
        "+44 20 7946 0018",
        "+442079460018\r\nX-Evil: 1",
        "+442079460018&admin=1",
        "+442079460018/../..",
        "{number}",
        "+44٢٠٧٩٤٦٠٠١٨",
        "+12345678901234567890",
    ] {
        let error = source.look_up(text, AMPLE).await.unwrap_err();
        assert!(matches!(error, SourceError::BadNumber), "{text}: {error:?}");
    }
    assert_eq!(crm.hits(), 0);
    crm.stop().await;
}
