//! Following the stream, and tickets.

use std::time::Duration;

use switchboard_domain::{Agent, AgentId, AnswersOn, Presence};
use switchboard_store::{Store, StreamEntry};
use tokio::time::timeout;

use crate::support::{Bench, LONG};

async fn happen(store: &Store, name: &str) {
    let id = AgentId::new("amelia").unwrap();
    let agent = Agent::new(
        id.clone(),
        name.to_owned(),
        AnswersOn::Browser,
        Presence::Available,
    );
    store.update_agent(&id, |_| Some(agent.clone())).await.unwrap();
}

#[tokio::test]
async fn entries_are_told_as_they_are_added_and_can_be_read_again() {
    let bench = Bench::new().await;
    let store = bench.store();
    let mut told = store.subscribe().await.unwrap();
    let mut entries: Vec<StreamEntry> = Vec::new();
    for name in ["a", "b", "c"] {
        happen(&store, name).await;
        entries.push(timeout(LONG, told.next()).await.unwrap().unwrap());
    }
    let offsets: Vec<_> = entries.iter().map(|entry| entry.offset).collect();
    assert_eq!(offsets, [1, 2, 3]);
    assert!(entries[2].json.contains(r#""name":"c""#), "{entries:?}");
    assert_eq!(store.stream_after(0, 10).await.unwrap(), entries);
    assert_eq!(store.stream_after(1, 1).await.unwrap(), entries[1..2]);
    assert_eq!(store.stream_after(3, 10).await.unwrap(), []);
    assert_eq!(store.stream_after(u64::MAX, 10).await.unwrap(), []);
}

#[tokio::test]
async fn a_subscription_ends_with_its_connection() {
    let mut bench = Bench::persistent().await;
    let store = bench.store();
    let mut told = store.subscribe().await.unwrap();
    bench.redis.restart().await.unwrap();
    assert_eq!(timeout(LONG, told.next()).await.unwrap(), None);
    let mut told = store.subscribe().await.unwrap();
    happen(&store, "a").await;
    assert!(timeout(LONG, told.next()).await.unwrap().is_some());
}

#[tokio::test]
async fn the_epoch_is_the_stored_name_and_the_server() {
    let mut bench = Bench::persistent().await;
    let store = bench.store();
    let unnamed = store.stream_end().await.unwrap();
    assert_eq!((unnamed.epoch, unnamed.first, unnamed.last), (None, 0, 0));
    assert_eq!(store.positioned_snapshot().await.unwrap().epoch, "");
    store.name_epoch("first").await.unwrap();
    happen(&store, "a").await;
    let named = store.stream_end().await.unwrap();
    let epoch = named.epoch.unwrap();
    assert!(epoch.starts_with("first."), "{epoch}");
    assert_eq!((named.first, named.last), (1, 1));
    let snapshot = store.positioned_snapshot().await.unwrap();
    assert_eq!((&snapshot.epoch, snapshot.offset), (&epoch, 1));
    assert_eq!(snapshot.agents.len(), 1);
    bench.redis.restart().await.unwrap();
    let restarted = store.stream_end().await.unwrap();
    assert!(
        restarted
            .epoch
            .as_ref()
            .is_some_and(|new| new.starts_with("first.") && *new != epoch)
    );
}

#[tokio::test]
async fn a_ticket_is_good_once() {
    let bench = Bench::new().await;
    let store = bench.store();
    let amelia = AgentId::new("amelia").unwrap();
    store
        .put_ticket("t", &amelia, Duration::from_secs(30))
        .await
        .unwrap();
    assert_eq!(store.take_ticket("t").await.unwrap(), Some(amelia.clone()));
    assert_eq!(store.take_ticket("t").await.unwrap(), None);
    store
        .put_ticket("u", &amelia, Duration::from_millis(1))
        .await
        .unwrap();
    tokio::time::sleep(Duration::from_millis(20)).await;
    assert_eq!(store.take_ticket("u").await.unwrap(), None);
}
