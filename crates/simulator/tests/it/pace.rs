//! Two clocks that move together.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use serde_json::{Value, json};
use switchboard_simulator::{ClockMode, Companion};

use crate::world::{LIMIT, World};

/// A world whose application has a clock, which refuses to go beyond `limit_ms`.
fn with_companion(limit_ms: i64) -> (World, Arc<AtomicI64>) {
    let other = Arc::new(AtomicI64::new(0));
    let clock = Arc::clone(&other);
    let world = World::with(|config| {
        config.companion = Some(Companion::new(move |by_ms| {
            let clock = Arc::clone(&clock);
            async move {
                if clock.load(Ordering::SeqCst) + by_ms > limit_ms {
                    return Err(String::from("the other clock is stuck"));
                }
                clock.fetch_add(by_ms, Ordering::SeqCst);
                Ok(())
            }
        }));
    });
    (world, other)
}

async fn send(world: &World, method: reqwest::Method, path: &str, body: Value) -> (u16, Value) {
    let url = format!("{}/sim/v1/{path}", world.base);
    let response = world.http.request(method, url).json(&body).send().await.unwrap();
    let status = response.status().as_u16();
    (status, response.json().await.unwrap_or(Value::Null))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_advance_by_the_control_api_takes_the_companion_along() {
    let (world, other) = with_companion(i64::MAX);
    let before = world.sim.now_ms();
    let (status, _) = send(
        &world,
        reqwest::Method::POST,
        "clock/advance",
        json!({ "by_ms": 4_500 }),
    )
    .await;
    assert_eq!(status, 200);
    assert_eq!(other.load(Ordering::SeqCst), 4_500);
    assert_eq!(world.sim.now_ms() - before, 4_500);
    let target = world.sim.now_ms() + 700;
    send(
        &world,
        reqwest::Method::POST,
        "clock/advance",
        json!({ "to_ms": target }),
    )
    .await;
    assert_eq!(other.load(Ordering::SeqCst), 5_200);
    assert_eq!(world.sim.now_ms(), target);
    let (status, _) = send(&world, reqwest::Method::PUT, "clock", json!({ "mode": "frozen" })).await;
    assert_eq!(status, 409, "the other clock cannot be stopped");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_companion_that_does_not_move_stops_both() {
    let (world, other) = with_companion(3_000);
    let before = world.sim.now_ms();
    let (status, body) = send(
        &world,
        reqwest::Method::POST,
        "clock/advance",
        json!({ "by_ms": 9_000 }),
    )
    .await;
    assert_eq!(status, 502);
    assert_eq!(body["error"], "the other clock is stuck");
    assert_eq!(world.sim.now_ms() - before, other.load(Ordering::SeqCst));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_speed_moves_time_until_it_is_taken_back() {
    let (world, other) = with_companion(i64::MAX);
    world.sim.set_clock(ClockMode::Real);
    let before = world.sim.now_ms();
    let (_, body) = send(
        &world,
        reqwest::Method::PUT,
        "clock/speed",
        json!({ "speed": 1_000 }),
    )
    .await;
    assert_eq!(body["speed"], 60, "no faster than can be followed");
    world
        .sim
        .wait_for(|view| view.now_ms() - before > 10_000, LIMIT)
        .await
        .unwrap();
    send(&world, reqwest::Method::PUT, "clock/speed", json!({ "speed": 0 })).await;
    assert_eq!(world.sim.speed(), 1);
    assert!(other.load(Ordering::SeqCst) > 5_000);
}
