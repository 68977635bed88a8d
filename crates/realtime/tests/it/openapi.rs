//! The committed description and the server agree, in both directions. Every answer in every other test is held
//! against it too.

use std::collections::BTreeSet;
use std::time::Duration;

use reqwest::Method;
use reqwest::header::HOST;
use serde_json::{Value, json};
use switchboard_contracts::v1;
use switchboard_runtime::settings::Layers;

use crate::house::{House, TOKEN, outside};
use crate::spec::Spec;

/// A request that every operation accepts, by the schema of its body.
fn example(schema: &str) -> Value {
    match schema.rsplit('/').next().unwrap() {
        "AgentNamed" => json!({ "agentId": "amelia" }),
        "HangUpRequest" => json!({ "agentId": "amelia", "claim": 1, "leg": "CAleg" }),
        "ReleaseRequest" => json!({ "agentId": "amelia", "claim": 1 }),
        "OverrideRequest" => json!({
            "agentId": "amelia", "open": true, "reason": "a fair", "from": "now", "until": "+1h", "schedule": "london",
        }),
        "PresenceRequest" => json!({ "presence": "available" }),
        other => panic!("no example of {other}"),
    }
}

/// The address with an id of the kind that it takes.
fn with_id(template: &str, call: &str) -> String {
    let id = match template.split('/').nth(1) {
        Some("agents") => "amelia",
        Some("hours") => "fine",
        _ => call,
    };
    template.replace("{id}", id)
}

/// An override of that name.
async fn overridden(house: &House, id: &str, until_ms: i64) {
    let over = v1::Override {
        id: id.to_owned(),
        open: true,
        until_ms,
        ..v1::Override::default()
    };
    house.store.put_override(&over).await.unwrap();
}

/// What is over, what was withdrawn since, and a schedule that there is not.
async fn overrides_that_cannot_be(house: &House) {
    let amelia = json!({ "agentId": "amelia" });
    overridden(house, "past", 1).await;
    house
        .post("/hours/overrides/past/withdraw", amelia.clone())
        .await
        .is(409, "over");
    let body = example("OverrideRequest");
    let keyed = |request: reqwest::RequestBuilder| request.json(&body).header("Idempotency-Key", "k");
    let done = house.send(Method::POST, "/hours/overrides", keyed).await;
    let id = done.body["override"]["id"].as_str().unwrap();
    house
        .post(&format!("/hours/overrides/{id}/withdraw"), amelia)
        .await
        .is(200, "withdrawn");
    house
        .send(Method::POST, "/hours/overrides", keyed)
        .await
        .is(409, "lapsed");
    house.get("/hours?schedule=nowhere").await.is(400, "faults");
}

/// The operator's are tried in `jobs.rs`, what needs the carrier in `carrier.rs`.
fn of_agents(spec: &Spec) -> Vec<(String, String, &Value)> {
    let mut operations = spec.operations();
    operations.retain(|(_, template, _)| {
        let carriers = template.ends_with("/recording") || template == "/voice-token";
        !template.starts_with("/jobs") && !carriers
    });
    operations
}

fn body_schema(operation: &Value) -> Option<&str> {
    operation["requestBody"]["content"]["application/json"]["schema"]["$ref"].as_str()
}

#[tokio::test]
async fn every_described_status_is_given_and_no_other() {
    let house = House::start_with(&Layers::demo(), Duration::from_secs(1)).await;
    house.until_ready().await;
    let token = Layers::demo().set(&format!("realtime.api_token={TOKEN}"));
    let guarded = House::start_with(&token, Duration::from_secs(5)).await;
    let real = House::start_with(&outside(), Duration::from_secs(5)).await;
    real.send(Method::GET, "/demo", |request| request.bearer_auth(TOKEN))
        .await
        .is(404, "no_such_address");

    overrides_that_cannot_be(&house).await;
    overridden(&house, "fine", 4_102_444_800_000).await;
    for (method, template, operation) in of_agents(&house.spec) {
        let method: Method = method.parse().unwrap();
        let body = body_schema(operation).map(example);
        let json = |request: reqwest::RequestBuilder| match &body {
            Some(body) => request.json(body),
            None => request,
        };
        // Done, and done by another.
        let call = house.waiting("CAfine").await;
        let path = with_id(&template, "CAfine");
        if template.ends_with("hang-up") {
            house.act("answer", &call, "bashir").await;
            house.act("hang-up", &call, "amelia").await.is(409, "not_yours");
            house.act("release", &call, "bashir").await;
            house.act("answer", &call, "amelia").await;
        }
        if template.ends_with("release") {
            house.act("release", &call, "amelia").await;
            house.act("answer", &call, "bashir").await;
            let body = json!({ "agentId": "amelia", "claim": house.call(&call).await.claims });
            house.post(&path, body).await.is(409, "not_yours");
            house.act("release", &call, "bashir").await;
        }
        assert_eq!(house.send(method.clone(), &path, json).await.status, 200);
        if template.ends_with("answer") {
            house.act("answer", &call, "bashir").await.is(409, "taken");
            house.act("release", &call, "amelia").await;
            let gone = house.waiting("CAgone").await;
            house.step(&gone, switchboard_domain::Command::CallerGone).await;
            house.act("answer", &gone, "amelia").await.is(410, "ended");
        }
        // Not there, not allowed, not readable.
        if template.contains("{id}") {
            let nowhere = template.replace("{id}", "nowhere");
            assert_eq!(house.send(method.clone(), &nowhere, json).await.status, 404);
        } else if body.is_some() {
            let mut nobody = body.clone().unwrap();
            nobody["agentId"] = json!("nobody");
            house
                .send(method.clone(), &path, |request| request.json(&nobody))
                .await
                .is(404, "no_such_agent");
        }
        guarded
            .send(method.clone(), &path, json)
            .await
            .is(401, "unauthorised");
        house
            .send(method.clone(), &path, |request| {
                json(request).header(HOST, "example.com")
            })
            .await
            .is(403, "elsewhere");
        if body.is_some() {
            house
                .send(method.clone(), &path, |request| request.json(&json!({ "x": 1 })))
                .await
                .is(400, "faults");
            house
                .send(method.clone(), &path, |request| request.body("{}"))
                .await
                .is(415, "not_json");
            let large = " ".repeat(5000);
            let typed = |request: reqwest::RequestBuilder| request.header("content-type", "application/json");
            house
                .send(method, &path, |request| typed(request).body(large))
                .await
                .is(413, "too_large");
        }
    }

    // Data that is not ours.
    house.redis("HSET {sb}:call:CAodd version 1 data nonsense").await;
    house.redis("RPUSH {sb}:call:CAodd:events nonsense").await;
    house.redis("HSET {sb}:agent:odd version 1 data nonsense").await;
    house.redis("SADD {sb}:agents odd").await;
    house.redis("DEL {sb}:overrides").await;
    house.redis("SET {sb}:overrides nonsense").await;
    house.redis("DEL {sb}:stream").await;
    house.redis("SET {sb}:stream nonsense").await;
    every_one_answers(&house, 500).await;
    house.redis.pause().unwrap();
    every_one_answers(&house, 503).await;
    house.redis.resume().unwrap();

    let mut seen = house.spec.seen.lock().unwrap().clone();
    for other in [&guarded, &real] {
        seen.extend(other.spec.seen.lock().unwrap().iter().cloned());
    }
    assert_eq!(seen, described(&house.spec));
    guarded.end().await;
    real.end().await;
    house.end().await;
}

async fn every_one_answers(house: &House, status: u16) {
    for (method, template, operation) in of_agents(&house.spec) {
        // The one that needs no data.
        if template == "/demo" {
            continue;
        }
        let path = template.replace(
            "{id}",
            if template.starts_with("/agents") {
                "odd"
            } else {
                "CAodd"
            },
        );
        let mut body = body_schema(operation).map(example);
        if template == "/tickets" {
            body = Some(json!({ "agentId": "odd" }));
        }
        let reply = house
            .send(method.parse().unwrap(), &path, |request| match &body {
                Some(body) => request.json(body),
                None => request,
            })
            .await;
        assert_eq!(reply.status, status, "{method} {path}: {reply:?}");
    }
}

fn described(spec: &Spec) -> BTreeSet<(String, String, u16)> {
    let statuses = |(method, path, operation): (String, String, &Value)| {
        let statuses: Vec<_> = operation["responses"]
            .as_object()
            .unwrap()
            .keys()
            .cloned()
            .collect();
        statuses
            .into_iter()
            .map(move |status| (method.clone(), path.clone(), status.parse().unwrap()))
    };
    of_agents(spec).into_iter().flat_map(statuses).collect()
}

#[tokio::test]
async fn every_described_field_is_taken_and_must_be_there_exactly_if_described_so() {
    let house = House::start().await;
    house.waiting("CA1").await;
    for (method, template, operation) in of_agents(&house.spec) {
        let Some(name) = body_schema(operation) else {
            continue;
        };
        let schema = house.spec.document.pointer(name.trim_start_matches('#')).unwrap();
        let whole = example(name);
        house.spec.validate(schema, &whole).unwrap();
        let fields: Vec<_> = schema["properties"].as_object().unwrap().keys().collect();
        assert_eq!(
            fields,
            whole.as_object().unwrap().keys().collect::<Vec<_>>(),
            "the example has every field"
        );
        let path = with_id(&template, "CA1");
        let send = async |body: Value| {
            house
                .send(method.parse().unwrap(), &path, |request| request.json(&body))
                .await
        };
        assert_ne!(send(whole.clone()).await.status, 400);
        for field in fields {
            let mut without = whole.clone();
            without.as_object_mut().unwrap().remove(field);
            let required = schema["required"].as_array().unwrap().contains(&json!(field));
            assert_eq!(
                send(without).await.status == 400,
                required,
                "{method} {path} without {field}"
            );
        }
    }
    house.end().await;
}
