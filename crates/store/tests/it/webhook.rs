//! The first webhook of a call.

use switchboard_contracts::v1;
use switchboard_domain::State;

use crate::support::{Bench, call_id, ring, step};

async fn reset(bench: &Bench) {
    let _: String = redis::cmd("CONFIG")
        .arg("RESETSTAT")
        .query_async(&mut bench.raw().await)
        .await
        .unwrap();
}

#[tokio::test]
async fn it_is_committed_in_one_round_trip() {
    let bench = Bench::new().await;
    let store = bench.store();
    store.name_epoch("e").await.unwrap();
    reset(&bench).await;

    let done = ring(&store, &call_id(1), "w1", 2).await.unwrap();

    assert!(done.changed);
    assert!(done.before.is_none());
    assert_eq!(bench.calls_of("evalsha").await, 1);
    assert_eq!(bench.calls_of("script|load").await, 0);
    assert_eq!(bench.calls_of("eval").await, 0);
    let call = store.call(&call_id(1)).await.unwrap().0;
    assert_eq!(call, done.call);
    assert_eq!(
        bench.admin().stats().await.unwrap().ready,
        2,
        "one lookup a source"
    );
}

#[tokio::test]
async fn without_the_time_it_is_loaded_first() {
    let bench = Bench::new().await;
    let store = bench.store();
    assert_eq!(store.last_known_time(), None);
    let done = ring(&store, &call_id(1), "w1", 1).await.unwrap();
    assert!(done.changed);
    assert!(store.last_known_time().unwrap() >= done.now);
}

#[tokio::test]
async fn sent_twice_it_changes_nothing_and_answers_the_same_call() {
    let bench = Bench::new().await;
    let store = bench.store();
    store.name_epoch("e").await.unwrap();
    let first = ring(&store, &call_id(1), "w1", 1).await.unwrap();
    let before = bench.everything().await;

    // From this process and from another, under the same id and under another.
    for (store, id) in [(&store, "w1"), (&bench.store(), "w1"), (&store, "w2")] {
        let again = ring(store, &call_id(1), id, 1).await.unwrap();
        assert!(!again.changed);
        assert_eq!(again.call, first.call);
        assert_eq!(again.before, first.call);
    }
    assert_eq!(bench.everything().await, before);
}

#[tokio::test]
async fn fifty_at_once_make_one_call() {
    let bench = Bench::new().await;
    let stores = [bench.store(), bench.store(), bench.store()];
    for store in &stores {
        store.name_epoch("e").await.unwrap();
    }
    let calls = (0..50).map(|n| {
        let store = stores[n % 3].clone();
        tokio::spawn(async move { ring(&store, &call_id(1), &format!("w{n}"), 1).await.unwrap() })
    });
    let mut done = Vec::new();
    for task in calls.collect::<Vec<_>>() {
        done.push(task.await.unwrap());
    }
    assert_eq!(done.iter().filter(|done| done.changed).count(), 1);
    assert!(done.iter().all(|other| other.call == done[0].call));
    assert_eq!(stores[0].history(&call_id(1)).await.unwrap().len(), 1);
    assert_eq!(bench.admin().stats().await.unwrap().ready, 1);
}

#[tokio::test]
async fn a_step_on_a_call_that_is_not_there_is_refused_and_writes_nothing() {
    let bench = Bench::new().await;
    let store = bench.store();
    let gone = switchboard_domain::Command::CallerGone;
    let refused = step(&store, &call_id(1), "x", &gone).await;
    assert!(matches!(
        refused,
        Err(switchboard_store::TransactError::Rejected(
            switchboard_domain::Rejected::NoSuchCall
        ))
    ));
    assert!(bench.everything().await.0.is_empty());
}

#[tokio::test]
async fn its_history_begins_with_the_call_without_secrets() {
    let bench = Bench::new().await;
    let store = bench.store();
    let done = ring(&store, &call_id(1), "w1", 1).await.unwrap();
    let history = store.history(&call_id(1)).await.unwrap();
    let [
        v1::Event {
            subject: Some(v1::event::Subject::Call(event)),
            ..
        },
    ] = history.as_slice()
    else {
        panic!("{history:?}");
    };
    let call = done.call.unwrap();
    assert!(matches!(call.state, State::Greeting { attempt: 0 }));
    assert_eq!(event.sequence, 1);
    assert_eq!(
        event.what,
        Some(v1::call_event::What::Received(
            switchboard_contracts::convert::call(&call)
        ))
    );
}
