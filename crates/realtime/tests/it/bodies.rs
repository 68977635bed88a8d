//! Requests that say something wrong.

use reqwest::Method;
use serde_json::{Value, json};

use crate::house::House;

#[tokio::test]
async fn every_fault_of_a_body_is_named() {
    let house = House::start().await;
    let call = house.waiting("CA1").await;
    for (body, faults) in [
        (json!({}), vec![("agentId", "is missing")]),
        (json!({ "agentId": 7 }), vec![("agentId", "expected a text")]),
        (json!({ "agentId": null }), vec![("agentId", "expected a text")]),
        (
            json!({ "agentID": "amelia", "line": 1 }),
            vec![
                ("agentId", "is missing"),
                ("agentID", "there is no such field"),
                ("line", "there is no such field"),
            ],
        ),
    ] {
        expect(&house, Method::POST, "/calls/CA1/answer", &body, &faults).await;
        expect(&house, Method::POST, "/calls/CA1/hang-up", &body, &faults).await;
    }
    let claim = ("claim", "expected a whole number from 1");
    for odd in [
        json!(0),
        json!(-1),
        json!(1.5),
        json!("1"),
        json!(4_294_967_296_u64),
        json!(null),
    ] {
        let body = json!({ "agentId": "amelia", "claim": odd });
        expect(&house, Method::POST, "/calls/CA1/release", &body, &[claim]).await;
        expect(&house, Method::POST, "/calls/CA1/hang-up", &body, &[claim]).await;
    }
    let presence = ("presence", "expected available, away or offline");
    for odd in [json!("busy"), json!("Available"), json!(1)] {
        let body = json!({ "presence": odd });
        expect(&house, Method::PUT, "/agents/amelia/presence", &body, &[presence]).await;
    }
    expect(
        &house,
        Method::PUT,
        "/agents/amelia/presence",
        &json!({}),
        &[("presence", "is missing")],
    )
    .await;

    let reply = house.post("/calls/CA1/answer", json!({ "agentId": "a b" })).await;
    reply.is(400, "faults");
    assert!(
        reply.body["detail"]
            .as_str()
            .unwrap()
            .starts_with("agentId: agent id: expected"),
        "{reply:?}"
    );
    assert_eq!(house.call(&call).await.holder(), None);
    house.end().await;
}

async fn expect(house: &House, method: Method, path: &str, body: &Value, faults: &[(&str, &str)]) {
    let reply = house.send(method, path, |request| request.json(body)).await;
    reply.is(400, "faults");
    let expected: Vec<_> = faults
        .iter()
        .map(|(field, problem)| json!({ "field": field, "problem": problem }))
        .collect();
    assert_eq!(reply.body["faults"], Value::from(expected), "{path} {body}");
}

#[tokio::test]
async fn what_is_no_small_json_object_is_refused() {
    let house = House::start().await;
    let call = house.waiting("CA1").await;
    let path = format!("/calls/{call}/answer");
    let send = async |kind: Option<&str>, body: String| {
        house
            .send(Method::POST, &path, |request| match kind {
                Some(kind) => request.header("content-type", kind).body(body),
                None => request.body(body),
            })
            .await
    };
    let good = r#"{"agentId":"amelia"}"#;
    for kind in [
        None,
        Some("text/plain"),
        Some("application/x-www-form-urlencoded"),
        Some("application/jsonp"),
    ] {
        send(kind, good.to_owned()).await.is(415, "not_json");
    }
    let json = Some("application/json");
    for bad in [
        "",
        "{",
        "[]",
        "null",
        "\"amelia\"",
        "{\"agentId\":\"amelia\"} x",
        &"[".repeat(1000),
    ] {
        send(json, bad.to_owned()).await.is(400, "unreadable");
    }
    send(json, format!("{good}{}", " ".repeat(5000)))
        .await
        .is(413, "too_large");
    assert_eq!(house.call(&call).await.holder(), None);
    send(Some("Application/JSON; charset=utf-8"), good.to_owned())
        .await
        .is(200, "yours");
    house.end().await;
}

#[tokio::test]
async fn unknown_addresses_and_methods_are_problems_too() {
    let house = House::start().await;
    for path in [
        "",
        "/",
        "/calls",
        "/calls/CA1",
        "/calls/CA1/answer/",
        "/calls//answer",
    ] {
        house.get(path).await.is(404, "no_such_address");
    }
    let all = [
        Method::GET,
        Method::POST,
        Method::PUT,
        Method::DELETE,
        Method::PATCH,
    ];
    let operations = house.spec.operations();
    for (_, path, _) in &operations {
        let same = operations.iter().filter(|(_, other, _)| other == path);
        let allowed: Vec<&str> = same.map(|(method, _, _)| method.as_str()).collect();
        for method in all.iter().filter(|method| !allowed.contains(&method.as_str())) {
            let path = path.replace("{id}", "CA1").replace("{queue}", "carrier");
            let reply = house.send(method.clone(), &path, |request| request).await;
            reply.is(405, "wrong_method");
            assert_eq!(reply.headers["allow"], allowed.join(", "));
        }
    }
    house.end().await;
}
