//! Redis is away, late, or came back empty.

use std::time::{Duration, Instant};

use reqwest::Method;
use serde_json::json;
use switchboard_runtime::settings::Layers;
use switchboard_runtime::{PrivateRedis, PrivateRedisOptions};

use crate::house::House;

/// What a request may take beyond the budget, on a machine that is busy with other tests.
const SOME: Duration = Duration::from_millis(1500);

#[tokio::test]
async fn while_redis_hangs_every_request_is_told_so_in_time() {
    let budget = Duration::from_millis(300);
    let house = House::start_with(&Layers::demo(), budget).await;
    house.until_ready().await;
    let call = house.waiting("CA1").await;
    house.redis.pause().unwrap();
    for (method, path, body) in [
        (
            Method::POST,
            "/calls/CA1/answer",
            Some(json!({ "agentId": "amelia" })),
        ),
        (
            Method::POST,
            "/calls/CA1/hang-up",
            Some(json!({ "agentId": "amelia" })),
        ),
        (
            Method::PUT,
            "/agents/amelia/presence",
            Some(json!({ "presence": "away" })),
        ),
        (Method::GET, "/live", None),
        (Method::GET, "/calls/CA1/history", None),
    ] {
        let begun = Instant::now();
        let reply = house
            .send(method, path, |request| match &body {
                Some(body) => request.json(body).header("Idempotency-Key", "k"),
                None => request,
            })
            .await;
        reply.is(503, "away");
        assert!(
            begun.elapsed() < budget + SOME,
            "{path} took {:?}",
            begun.elapsed()
        );
    }
    while house.ready().await.status == 200 {
        tokio::time::sleep(Duration::from_millis(50)).await;
    }

    house.redis.resume().unwrap();
    house.until_ready().await;
    // Whether or not Redis did it then, the same request now is the same answer.
    let wait = async {
        loop {
            let reply = house.act_keyed("answer", &call, "amelia", "k").await;
            match reply.status {
                503 => tokio::time::sleep(Duration::from_millis(10)).await,
                _ => return reply,
            }
        }
    };
    let reply = tokio::time::timeout(Duration::from_secs(30), wait).await.unwrap();
    assert!([200, 409].contains(&reply.status), "{reply:?}");
    house.end().await;
}

#[tokio::test]
async fn it_starts_without_redis_and_is_ready_when_redis_is() {
    let dir = tempfile::Builder::new().prefix("sb").tempdir().unwrap();
    let redis = PrivateRedis::start(dir.path(), PrivateRedisOptions::default())
        .await
        .unwrap();
    redis.pause().unwrap();
    let house = House::over(dir, redis, &Layers::demo(), Duration::from_millis(300));
    let unready = house.ready().await;
    assert_eq!(unready.status, 503);
    assert_eq!(unready.body["checks"]["agents"]["ok"], false);
    house.get("/live").await.is(503, "away");
    house.redis.resume().unwrap();
    house.until_ready().await;
    assert_eq!(
        house.store.snapshot().await.unwrap().agents.len(),
        house.settings.agents.len()
    );
    house.end().await;
}

#[tokio::test]
async fn a_stop_does_not_wait_for_redis() {
    let dir = tempfile::Builder::new().prefix("sb").tempdir().unwrap();
    let redis = PrivateRedis::start(dir.path(), PrivateRedisOptions::default())
        .await
        .unwrap();
    redis.pause().unwrap();
    let house = House::over(dir, redis, &Layers::demo(), Duration::from_mins(5));
    house.end().await;
}

#[tokio::test]
async fn agents_of_the_settings_are_known_to_a_redis_that_came_back_empty() {
    let house = House::start().await;
    house.redis("FLUSHALL").await;
    let call = house.waiting("CA1").await;
    house.act("answer", &call, "amelia").await.is(200, "yours");
    let reply = house
        .put("/agents/bashir/presence", json!({ "presence": "away" }))
        .await;
    assert_eq!(reply.status, 200);
    house.end().await;
}
