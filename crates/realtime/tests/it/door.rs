//! Who is let in.

use std::time::Duration;

use reqwest::Method;
use reqwest::header::{AUTHORIZATION, HOST, ORIGIN};
use switchboard_realtime::{Realtime, RealtimeError};
use switchboard_runtime::Rng;
use switchboard_runtime::settings::Layers;

use crate::house::{House, TOKEN};

#[tokio::test]
async fn with_a_token_only_its_bearer_is_let_in() {
    let layers = Layers::demo().set(&format!("realtime.api_token={TOKEN}"));
    let house = House::start_with(&layers, Duration::from_secs(5)).await;
    house.until_ready().await;
    for (_, path, _) in house.spec.operations() {
        // Not even which methods there are is told.
        house
            .send(Method::DELETE, &path, |request| request)
            .await
            .is(401, "unauthorised");
    }
    let short = &TOKEN[..TOKEN.len() - 1];
    for bad in [
        TOKEN.to_owned(),
        "Bearer".to_owned(),
        "Bearer ".to_owned(),
        format!("Basic {TOKEN}"),
        format!("Bearer {short}"),
        format!("Bearer {TOKEN}x"),
        format!("Bearer {}", TOKEN.to_uppercase()),
    ] {
        house
            .send(Method::GET, "/live", |request| {
                request.header(AUTHORIZATION, &bad)
            })
            .await
            .is(401, "unauthorised");
    }
    let good = format!("Bearer {TOKEN}");
    let twice = house
        .send(Method::GET, "/live", |request| {
            request
                .header(AUTHORIZATION, &good)
                .header(AUTHORIZATION, "Bearer other")
        })
        .await;
    twice.is(401, "unauthorised");
    // A token is proof enough, wherever the request comes from.
    for good in [good, format!("bearer {TOKEN}")] {
        let reply = house
            .send(Method::GET, "/live", |request| {
                request
                    .header(AUTHORIZATION, &good)
                    .header(HOST, "api.example.com")
            })
            .await;
        assert_eq!(reply.status, 200);
    }
    house.end().await;
}

#[tokio::test]
async fn a_demonstration_without_a_token_answers_this_machine_only() {
    let house = House::start().await;
    for host in ["localhost", "localhost:8081", "127.0.0.1:1", "[::1]:8081"] {
        assert_eq!(
            house
                .send(Method::GET, "/live", |request| request.header(HOST, host))
                .await
                .status,
            200,
            "{host}"
        );
    }
    for host in [
        "example.com",
        "127.0.0.1.example.com",
        "localhost.example.com:80",
        "192.168.0.7:8081",
        "0.0.0.0",
    ] {
        house
            .send(Method::GET, "/live", |request| request.header(HOST, host))
            .await
            .is(403, "elsewhere");
    }
    let own = house.base.clone();
    let reply = house
        .send(Method::GET, "/live", |request| request.header(ORIGIN, own))
        .await;
    assert_eq!(reply.status, 200);
    for origin in [
        "null",
        // Of this machine, but another program's.
        "http://localhost:3000",
        "http://127.0.0.1",
        "https://[::1]:1",
        "https://example.com",
        "http://localhost.example.com",
        "http://localhost@example.com",
    ] {
        house
            .send(Method::GET, "/live", |request| request.header(ORIGIN, origin))
            .await
            .is(403, "elsewhere");
    }
    house.end().await;
}

#[tokio::test]
async fn outside_a_demonstration_there_must_be_a_token() {
    let mut settings = Layers::demo().load().unwrap();
    settings.deployment.demo = false;
    let store = switchboard_store::StoreConfig::new("redis+unix:///nowhere", "{sb}");
    let store = switchboard_store::Store::new(store).unwrap();
    let refused = Realtime::new(&settings, store, Rng::from_seed(1)).unwrap_err();
    assert!(matches!(refused, RealtimeError::NoToken), "{refused}");
}
