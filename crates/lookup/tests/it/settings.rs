//! Settings are checked as a whole.

use std::{collections::BTreeMap, time::Duration};

use secrecy::SecretString;
use switchboard_lookup::{BreakerPolicy, HttpConfig, HttpMapping, HttpMethod, Limits, Origin, Reach};

use crate::config;

fn places(config: HttpConfig) -> Vec<String> {
    let Err(faults) = config.build("lookup.sources[0]") else {
        return Vec::new();
    };
    faults
        .into_iter()
        .map(|fault| fault.place.replace("lookup.sources[0].", ""))
        .collect()
}

#[test]
fn everything_wrong_is_said_at_once() {
    let text = |text: &str| Some(text.to_owned());
    let config = HttpConfig {
        name: "my crm!".into(),
        url: "ftp://crm.example/{number}".into(),
        method: HttpMethod::Get,
        body: Some(serde_json::json!({})),
        headers: BTreeMap::from([
            ("bad name".to_owned(), SecretString::from("x")),
            ("X-Evil".to_owned(), SecretString::from("a\r\nb")),
            ("Host".to_owned(), SecretString::from("other.example")),
        ]),
        bearer: Some(SecretString::from("two words")),
        mapping: HttpMapping {
            matches: "people".into(),
            maybe: text("~2"),
            name: text("{first}"),
            organisation: text("constant"),
            tier: text("{/open"),
            record_url: text("https://{/host}/x"),
            extra: BTreeMap::from([("bad\nlabel".to_owned(), "/x".to_owned())]),
            ..HttpMapping::default()
        },
        limits: Limits {
            deadline: Duration::ZERO,
            in_flight: 0,
            breaker: BreakerPolicy {
                failures: 0,
                open_for: Duration::ZERO,
            },
            ..Limits::default()
        },
        origin: Origin::Settings,
        reach: Reach::default(),
    };
    let mut found = places(config);
    found.sort_unstable();
    assert_eq!(
        found,
        [
            "bearer",
            "body",
            "breaker.failures",
            "breaker.open_for",
            "deadline",
            "headers.Host",
            "headers.X-Evil",
            "headers.bad name",
            "in_flight",
            "mapping.extra.bad\nlabel",
            "mapping.matches",
            "mapping.maybe",
            "mapping.name",
            "mapping.organisation",
            "mapping.record_url",
            "mapping.tier",
            "name",
            "url",
        ]
    );
}

#[test]
fn faults_do_not_repeat_values() {
    let config = HttpConfig {
        bearer: Some(SecretString::from("s3 cret")),
        ..config("http://crm.example")
    };
    let Err(faults) = config.build("lookup.sources[0]") else {
        panic!("accepted")
    };
    assert_eq!(
        faults[0].to_string(),
        "lookup.sources[0].bearer: expected a token of visible ASCII characters"
    );
}

#[test]
fn the_number_can_change_path_and_query_only() {
    for url in [
        "http://{number}/",
        "http://{national}.example/",
        "http://{national}.crm.example/?n={number}",
        "http://crm.example:{national}/",
        "http://{national}@crm.example/?n={number}",
        "{number}",
        "http://crm.example/#{number}",
        "http://crm.example/{phone}",
        "http://crm.example/{number",
        "http://crm.example/all",
        "http://user:pw@crm.example/{number}",
        "javascript:{number}",
        "/people/{number}",
    ] {
        assert_eq!(
            places(HttpConfig {
                url: url.into(),
                ..config("")
            }),
            ["url"],
            "{url}"
        );
    }
    for url in [
        "http://crm.example/{number}",
        "https://crm.example:8443/a?b={national}&c=d",
    ] {
        assert_eq!(
            places(HttpConfig {
                url: url.into(),
                ..config("")
            }),
            [""; 0],
            "{url}"
        );
    }
}

#[test]
fn a_mapping_must_map_something() {
    let config = HttpConfig {
        mapping: HttpMapping::default(),
        ..config("http://crm.example")
    };
    assert_eq!(places(config), ["mapping"]);
}

#[test]
fn one_authorization_is_enough() {
    let config = HttpConfig {
        bearer: Some(SecretString::from("token")),
        headers: BTreeMap::from([("Authorization".to_owned(), SecretString::from("Basic x"))]),
        ..config("http://crm.example")
    };
    assert_eq!(places(config), ["headers.Authorization"]);
}
