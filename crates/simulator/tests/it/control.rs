use std::net::TcpListener;

use serde_json::{Value, json};
use switchboard_simulator::{Simulator, SimulatorConfig, Switches, run};
use tokio_util::sync::CancellationToken;

use crate::world::{ACCOUNT, CALLER, LIMIT, OFFICE, TOKEN, World};

async fn post(world: &World, path: &str, body: Value) -> (u16, Value) {
    send(world, reqwest::Method::POST, path, body).await
}

async fn send(world: &World, method: reqwest::Method, path: &str, body: Value) -> (u16, Value) {
    let url = format!("{}/sim/v1/{path}", world.base);
    let response = world.http.request(method, url).json(&body).send().await.unwrap();
    let status = response.status().as_u16();
    let body = response.bytes().await.unwrap();
    (status, serde_json::from_slice(&body).unwrap_or(Value::Null))
}

async fn get(world: &World, path: &str) -> Value {
    let url = format!("{}/sim/v1/{path}", world.base);
    world.http.get(url).send().await.unwrap().json().await.unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_call_is_driven_from_outside() {
    let world = World::new();
    world.app.twiml(
        "/voice",
        "<Gather numDigits=\"1\" action=\"/menu\"><Say>hello</Say></Gather>",
    );
    world
        .app
        .twiml("/menu", &format!("<Dial>{}</Dial>", "+447700900201"));
    let (status, body) = post(&world, "dial", json!({ "from": CALLER, "to": OFFICE })).await;
    assert_eq!(status, 201);
    let leg = body["leg"].as_str().unwrap().to_owned();
    assert_eq!(get(&world, "idle?wait_ms=5000").await["idle"], true);
    let behaviour =
        json!({ "number": "+447700900201", "behaviour": { "kind": "pick-up", "after_ms": 1000 } });
    assert_eq!(
        send(&world, reqwest::Method::PUT, "phones", behaviour).await.0,
        204
    );
    assert_eq!(
        post(&world, "press", json!({ "leg": leg, "digits": "1" }))
            .await
            .0,
        204
    );
    let (_, clock) = post(&world, "clock/advance", json!({ "by_ms": 3000 })).await;
    assert_eq!(clock["mode"], "frozen");
    assert_eq!(get(&world, "bridges").await.as_array().unwrap().len(), 1);
    assert_eq!(post(&world, "hang-up", json!({ "leg": leg })).await.0, 204);
    assert_eq!(get(&world, "idle?wait_ms=5000").await["idle"], true);
    assert_eq!(post(&world, "hang-up", json!({ "leg": leg })).await.0, 409);
    assert_eq!(get(&world, &format!("legs/{leg}")).await["status"], "completed");
    let entries = get(&world, "timeline").await;
    assert!(
        entries
            .as_array()
            .unwrap()
            .iter()
            .any(|entry| entry["what"]["pressed"] == "1")
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_wire_log_is_a_har() {
    let world = World::new();
    world.app.twiml("/voice", "<Pause length=\"5\"/>");
    let caller = world.call().await;
    world.rest("GET", &format!("Calls/{caller}.json?x=1"), &[]).await;
    world
        .rest(
            "POST",
            &format!("Calls/{caller}.json"),
            &[("Status", "completed")],
        )
        .await;
    world.idle().await;
    let har = get(&world, "har").await;
    let log = &har["log"];
    assert_eq!(log["version"], "1.2");
    assert!(log["creator"]["name"].is_string() && log["creator"]["version"].is_string());
    let entries = log["entries"].as_array().unwrap();
    assert_eq!(entries.len(), 4, "voice, two REST requests, status");
    for entry in entries {
        for name in [
            "startedDateTime",
            "time",
            "request",
            "response",
            "cache",
            "timings",
        ] {
            assert!(!entry[name].is_null(), "{name} is missing");
        }
        for name in [
            "method",
            "url",
            "httpVersion",
            "cookies",
            "headers",
            "queryString",
            "headersSize",
            "bodySize",
        ] {
            assert!(!entry["request"][name].is_null(), "request.{name} is missing");
        }
        let response = [
            "status",
            "statusText",
            "httpVersion",
            "cookies",
            "headers",
            "content",
            "redirectURL",
            "headersSize",
        ];
        for name in response {
            assert!(!entry["response"][name].is_null(), "response.{name} is missing");
        }
        for name in ["send", "wait", "receive"] {
            assert!(entry["timings"][name].as_f64().unwrap() >= 0.0);
        }
    }
    let text = har.to_string();
    assert!(
        !text.to_lowercase().contains("authorization"),
        "credentials stay out"
    );
    assert!(!text.contains(crate::world::TOKEN));
}

#[test]
fn every_switch_has_its_name_and_positions() {
    let default = Switches::default();
    let fields = serde_json::to_value(&default).unwrap();
    let mut names: Vec<&str> = fields.as_object().unwrap().keys().map(String::as_str).collect();
    let mut known = Switches::names();
    names.sort_unstable();
    known.sort_unstable();
    assert_eq!(known, names);
    for name in known {
        let mut switches = default.clone();
        for _ in Switches::positions(name) {
            switches.flip(name).unwrap();
        }
        assert_eq!(switches, default, "{name} comes round");
        switches.flip(name).unwrap();
        assert_ne!(switches, default);
    }
    assert!(default.clone().flip("no-such-switch").is_err());
    assert_eq!(Switches::variants().len(), 19);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn it_stops_when_told_and_runs_only_once() {
    let sim = Simulator::new(SimulatorConfig::new(ACCOUNT, TOKEN));
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let shutdown = CancellationToken::new();
    let running = run(listener, sim.clone(), shutdown.clone());
    let driver = async {
        let health = format!("http://{address}/sim/v1/clock");
        assert_eq!(reqwest::get(health).await.unwrap().status(), 200);
        shutdown.cancel();
    };
    let (result, ()) = tokio::time::timeout(LIMIT, async { tokio::join!(running, driver) })
        .await
        .unwrap();
    result.unwrap();
    assert!(TcpListener::bind(address).is_ok(), "the port is free again");
    let again = run(
        TcpListener::bind("127.0.0.1:0").unwrap(),
        sim,
        CancellationToken::new(),
    );
    assert!(again.await.is_err());
}
