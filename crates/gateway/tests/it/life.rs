//! Start, stop, health, and what lies beside the webhooks.

use std::time::Duration;

use switchboard_runtime::Clock;
use tokio::io::AsyncReadExt;
use tokio::net::TcpListener;

use crate::door::{Door, VOICE};
use crate::house::{House, always};
use crate::line::{Line, attribute, check_document, target};
use crate::office::{ended, pick_up, ringing};
use crate::queue::{in_queue, left, waiting};

#[tokio::test(flavor = "multi_thread")]
async fn another_gateway_goes_on_with_a_call_in_the_middle() {
    let mut house = House::open().await;
    let mut line = Line::caller(1);
    let menu = line.ask(&house, "incoming", &[]).await;
    house.restart_gateway().await;
    let enqueue = line
        .ask(&house, &attribute(&menu, "action"), &[("Digits", "1")])
        .await;
    house.restart_gateway().await;
    let wait = attribute(&enqueue, "waitUrl");
    line.ask(&house, &wait, &in_queue("0")).await;
    house.advance(Duration::from_secs(181)).await;
    house.restart_gateway().await;
    let leave = line.ask(&house, &wait, &in_queue("20")).await;
    assert!(leave.contains("<Leave"), "{leave}");
    house.restart_gateway().await;
    let ring = line
        .ask(&house, &attribute(&enqueue, "action"), &left("leave"))
        .await;
    house.restart_gateway().await;
    let (mut phone, screen) = pick_up(&house, &line, &ring, 0).await;
    house.restart_gateway().await;
    phone
        .ask(&house, &attribute(&screen, "action"), &[("Digits", "1")])
        .await;
    house.restart_gateway().await;
    let leg = phone.sid.clone();
    line.ask(
        &house,
        &attribute(&ring, "action"),
        &ended("completed", "true", &leg),
    )
    .await;
    assert_eq!(house.state(&line.sid).await, "ended");
    house.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn two_gateways_serve_one_call_together() {
    let mut house = House::open().await;
    let (line, ring) = ringing(&house, 1).await;
    let second = Door::open(&house.settings, house.redis.url(), Clock::system());
    // Both are told of an accepted call at the same time, by the same request.
    let (mut phone, screen) = pick_up(&house, &line, &ring, 0).await;
    let accept = target(&attribute(&screen, "action"));
    let body = phone.body(&[("Digits", "1")]);
    let signature = house.door.signature(&accept, &body);
    let (one, two) = tokio::join!(
        house.door.send(&accept, &body, Some(&signature)),
        second.send(&accept, &body, Some(&signature))
    );
    assert_eq!(one, two);
    check_document(one.status, &one.content_type, &one.body);
    assert_eq!(house.state(&line.sid).await, "talking");
    std::mem::replace(&mut house.door, second).close().await;
    phone
        .ask(&house, &attribute(&screen, "action"), &[("Digits", "1")])
        .await;
    house.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stop_lets_requests_in_flight_finish() {
    // In the place of Redis somebody who listens and says nothing: the request waits for its whole budget.
    let silent = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("redis://{}", silent.local_addr().unwrap());
    let settings = always().set("redis.budget=1s").load().unwrap();
    let door = Door::open(&settings, &url, Clock::system());
    let body = Line::caller(1).body(&[]);
    let incoming = target("incoming");
    let request = door.post(&incoming, &body);
    let stop = async {
        // One connection looks for overrides of the hours, the other is the request's.
        let (mut one, _) = silent.accept().await.unwrap();
        let (mut other, _) = silent.accept().await.unwrap();
        let mut first = [0; 1];
        one.read_exact(&mut first).await.unwrap();
        other.read_exact(&mut first).await.unwrap();
        door.lifecycle.stop();
        (one, other)
    };
    let (reply, _asked) = tokio::join!(request, stop);
    check_document(reply.status, &reply.content_type, &reply.body);
    assert!(reply.body.contains("mode=direct"), "{}", reply.body);
    assert!(door.lifecycle.is_stopping());
    door.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn health_says_when_redis_is_away() {
    let house = House::open().await;
    house.ready().await;
    house.redis.pause().unwrap();
    // What was found is told again for a second.
    let answer = loop {
        let answer = house.door.get("/health/ready").send().await.unwrap();
        if answer.status() != 200 {
            break answer;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    };
    assert_eq!(answer.status(), 503);
    let report: serde_json::Value = serde_json::from_str(&answer.text().await.unwrap()).unwrap();
    assert_eq!(report["checks"]["redis"]["ok"], false, "{report}");
    let alive = house.door.get("/health/live").send().await.unwrap();
    assert_eq!(alive.status(), 200, "it rings the office all the same");
    house.redis.resume().unwrap();
    house.ready().await;
    house.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_answered_is_counted() {
    let house = House::open().await;
    waiting(&house, 1).await;
    house.door.send(&target("incoming"), b"", None).await;
    let metrics = house
        .door
        .get("/metrics")
        .send()
        .await
        .unwrap()
        .text()
        .await
        .unwrap();
    for name in [
        "gateway_webhooks_total{answer=\"given\"} 6",
        "gateway_webhooks_total{answer=\"refused\"} 1",
    ] {
        assert!(metrics.contains(name), "{metrics}");
    }
    assert!(metrics.contains("gateway_webhook_seconds_bucket"), "{metrics}");
    house.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_music_can_be_kept() {
    let house = House::open().await;
    let path = format!("{VOICE}media/hold.wav");
    let first = house.door.get(&path).send().await.unwrap();
    assert_eq!(first.status(), 200);
    assert_eq!(first.headers()["content-type"], "audio/wav");
    let tag = first.headers()["etag"].to_str().unwrap().to_owned();
    let file = first.bytes().await.unwrap();
    assert_eq!(&file[..4], b"RIFF");
    for known in [tag.clone(), format!("W/{tag}"), format!("\"other\", {tag}")] {
        let again = house.door.get(&path).header("If-None-Match", known.as_str());
        let again = again.send().await.unwrap();
        assert_eq!(again.status(), 304, "{known}");
        assert_eq!(again.headers()["etag"].to_str().unwrap(), tag);
        assert!(again.bytes().await.unwrap().is_empty());
    }
    let other = house.door.get(&path).header("If-None-Match", "\"other\"");
    assert_eq!(other.send().await.unwrap().status(), 200);
    house.close().await;
}
