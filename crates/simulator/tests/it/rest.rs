use std::time::{Duration, Instant};

use crate::world::{ACCOUNT, World};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn credentials_are_checked() {
    let world = World::new();
    let url = format!("{}/2010-04-01/Accounts/{ACCOUNT}/Calls.json", world.base);
    let response = world
        .http
        .get(&url)
        .basic_auth(ACCOUNT, Some("wrong"))
        .send()
        .await
        .unwrap();
    assert_eq!(response.status(), 401);
    let body: serde_json::Value = response.json().await.unwrap();
    assert_eq!(body["code"], 20003);
    assert_eq!(body["status"], 401);
    let (status, body) = world.rest("GET", "Calls/CA00.json", &[]).await;
    assert_eq!((status, body["code"].as_u64()), (404, Some(20404)));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn lists_come_in_pages_and_are_filtered() {
    let world = World::new();
    world.app.twiml("/voice", "<Pause length=\"60\"/>");
    for _ in 0..5 {
        world.call().await;
    }
    let mut path = String::from("Calls.json?PageSize=2&Status=ringing");
    let mut sids = Vec::new();
    loop {
        let (_, page) = world.rest("GET", &path, &[]).await;
        assert!(page["calls"].as_array().unwrap().len() <= 2);
        sids.extend(
            page["calls"]
                .as_array()
                .unwrap()
                .iter()
                .map(|call| call["sid"].to_string()),
        );
        let Some(next) = page["next_page_uri"].as_str() else {
            break;
        };
        let prefix = format!("/2010-04-01/Accounts/{ACCOUNT}/");
        path = next.strip_prefix(&prefix).unwrap().to_owned();
    }
    sids.sort();
    sids.dedup();
    assert_eq!(sids.len(), 5);
    let (_, none) = world.rest("GET", "Calls.json?StartTime%3E=2999-01-01", &[]).await;
    assert!(none["calls"].as_array().unwrap().is_empty());
    let (_, all) = world.rest("GET", "Calls.json?StartTime%3E=2001-01-01", &[]).await;
    assert_eq!(all["calls"].as_array().unwrap().len(), 5);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn calls_are_redirected_and_ended() {
    let world = World::new();
    world
        .app
        .twiml("/voice", "<Say>first</Say><Pause length=\"60\"/>");
    let caller = world.call().await;
    world.seconds(1).await;
    let path = format!("Calls/{caller}.json");
    let (status, _) = world
        .rest(
            "POST",
            &path,
            &[(
                "Twiml",
                "<Response><Say>second</Say><Pause length=\"60\"/></Response>",
            )],
        )
        .await;
    assert_eq!(status, 200);
    world.idle().await;
    assert!(world.heard(&caller, "second"));
    assert_eq!(world.rest("POST", &path, &[("Status", "canceled")]).await.0, 400);
    let (_, call) = world.rest("POST", &path, &[("Status", "completed")]).await;
    assert_eq!(call["duration"], serde_json::Value::Null);
    world.idle().await;
    let (_, call) = world.rest("GET", &path, &[]).await;
    assert_eq!(
        (call["status"].as_str(), call["duration"].as_str()),
        (Some("completed"), Some("1"))
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_api_can_be_slow_down_refuse_and_lose_answers() {
    let world = World::new();
    world.app.twiml("/voice", "<Pause length=\"60\"/>");
    let caller = world.call().await;
    let path = format!("Calls/{caller}.json");
    let mut faults = world.sim.faults();
    faults.api_fail_status = Some(429);
    faults.api_fail_times = Some(1);
    world.sim.set_faults(faults.clone());
    let (status, body) = world.rest("GET", &path, &[]).await;
    assert_eq!((status, body["code"].as_u64()), (429, Some(20429)));
    assert_eq!(world.rest("GET", &path, &[]).await.0, 200);

    faults = world.sim.faults();
    faults.api_delay_ms = 200;
    world.sim.set_faults(faults.clone());
    let started = Instant::now();
    assert_eq!(world.rest("GET", &path, &[]).await.0, 200);
    assert!(started.elapsed() >= Duration::from_millis(200));

    faults.api_delay_ms = 0;
    faults.api_down = true;
    world.sim.set_faults(faults.clone());
    let url = format!("{}/2010-04-01/Accounts/{ACCOUNT}/{path}", world.base);
    let ask = || {
        world
            .http
            .get(&url)
            .basic_auth(ACCOUNT, Some(crate::world::TOKEN))
            .send()
    };
    assert!(ask().await.is_err(), "closed without an answer");

    faults.api_down = false;
    faults.api_answers_lost = 1;
    world.sim.set_faults(faults);
    let form = [("Status", "completed")];
    let post = world
        .http
        .post(&url)
        .basic_auth(ACCOUNT, Some(crate::world::TOKEN))
        .form(&form);
    assert!(post.send().await.is_err());
    world.idle().await;
    assert_eq!(world.status(&caller), "completed", "executed all the same");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn callbacks_are_doubled_lost_and_delayed() {
    let world = World::new();
    world.app.twiml("/voice", "<Hangup/>");
    let mut faults = world.sim.faults();
    faults.webhooks_doubled = true;
    world.sim.set_faults(faults.clone());
    world.call().await;
    let twice = world.app.received("/voice");
    assert_eq!(twice.len(), 2);
    let token = |at: usize| twice[at].headers["i-twilio-idempotency-token"].clone();
    assert_eq!(token(0), token(1), "a repetition is recognisable");
    assert_eq!(world.app.received("/status").len(), 2);

    faults.webhooks_doubled = false;
    faults.callbacks_lost_percent = 100;
    world.sim.set_faults(faults.clone());
    world.call().await;
    assert_eq!(
        world.app.received("/voice").len(),
        3,
        "a request for a document is not a notification"
    );
    assert_eq!(world.app.received("/status").len(), 2);

    faults.callbacks_lost_percent = 0;
    faults.callbacks_delay_ms = 30_000;
    world.sim.set_faults(faults);
    world.call().await;
    assert_eq!(world.app.received("/status").len(), 2);
    world.seconds(30).await;
    assert_eq!(world.app.received("/status").len(), 3);
}
