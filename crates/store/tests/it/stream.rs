//! The event stream and its channel.

use futures::StreamExt;
use redis::AsyncCommands;
use switchboard_domain::Command;

use crate::support::{Bench, LONG, PREFIX, agent, agent_id, answer, call_id, queued, ring, step, step_by};

#[tokio::test]
async fn every_entry_is_published_as_it_is() {
    let bench = Bench::new().await;
    let store = bench.store();
    let client = redis::Client::open(bench.redis.url()).unwrap();
    let mut listener = client.get_async_pubsub().await.unwrap();
    listener.subscribe(format!("{PREFIX}:events")).await.unwrap();

    let call = queued(&store, 1).await;
    agent(&store, 1).await;
    step_by(&store, &agent_id(1), &call, "a", &answer("t"))
        .await
        .unwrap();
    step(&store, &call, "gone", &Command::CallerGone).await.unwrap();

    let entries = bench.stream().await;
    // Received, queued, the agent, claimed and engaged, ended, moved and free.
    assert_eq!(entries.len(), 8);
    let mut heard = listener.on_message();
    for (offset, json) in &entries {
        let message = tokio::time::timeout(LONG, heard.next()).await.unwrap().unwrap();
        let text: String = message.get_payload().unwrap();
        assert_eq!(text, format!("{offset} {json}"));
    }
    let token_or_number = |json: &String| json.contains("\"token\"");
    assert!(!entries.iter().any(|(_, json)| token_or_number(json)));
}

#[tokio::test]
async fn it_is_capped_and_its_numbers_go_on() {
    let bench = Bench::new().await;
    let store = bench.store_with(|config| {
        config.budget = LONG;
        config.stream_cap = 100;
    });
    for n in 0..400 {
        ring(&store, &call_id(n), "in", 0).await.unwrap();
    }
    let kept = store.stream_len().await.unwrap();
    assert!((100..=250).contains(&kept), "{kept}");
    let entries = bench.stream().await;
    assert_eq!(entries.last().unwrap().0, 400);
    assert_eq!(entries.first().unwrap().0, 401 - kept);
    assert_eq!(store.snapshot().await.unwrap().offset, 400);
}

/// Numbers never begin again: a screen that knows 3 must not take another 3 for it.
#[tokio::test]
async fn emptied_by_hand_it_still_counts_on() {
    let bench = Bench::new().await;
    let store = bench.store();
    for n in 0..3 {
        ring(&store, &call_id(n), "in", 0).await.unwrap();
    }
    let stream = format!("{PREFIX}:stream");
    let _: u64 = bench
        .raw()
        .await
        .xtrim(&stream, redis::streams::StreamMaxlen::Equals(0))
        .await
        .unwrap();
    assert_eq!(store.snapshot().await.unwrap().offset, 3);
    ring(&store, &call_id(3), "in", 0).await.unwrap();
    assert_eq!(bench.stream().await[0].0, 4);
}

#[tokio::test]
async fn an_epoch_is_named_once() {
    let bench = Bench::new().await;
    let (store, other) = (bench.store(), bench.store());
    assert_eq!(store.snapshot().await.unwrap().epoch, "");
    store.name_epoch("first").await.unwrap();
    other.name_epoch("second").await.unwrap();
    assert_eq!(other.snapshot().await.unwrap().epoch, "first");
}
