//! Keys that somebody else has taken.

use redis::AsyncCommands;
use switchboard_domain::Command;
use switchboard_store::{Committed, Store, StoreError, TransactError};

use crate::support::{
    Bench, PREFIX, agent, agent_id, answer, call_id, choose_support, queued, ring, step, step_by,
};

/// Puts something else under `key`, runs the step, and finds it refused with nothing written.
async fn refused<F>(bench: &Bench, key: &str, step: impl FnOnce() -> F)
where
    F: Future<Output = Result<Committed, TransactError>>,
{
    let mut raw = bench.raw().await;
    let key = format!("{PREFIX}:{key}");
    let kept = format!("{PREFIX}:kept");
    let there: bool = raw.exists(&key).await.unwrap();
    if there {
        let _: () = raw.rename(&key, &kept).await.unwrap();
    }
    // Neither hash, list, set, sorted set, stream nor string.
    let _: u64 = raw.pfadd(&key, "x").await.unwrap();
    if key.ends_with(":clock-offset") {
        let _: u64 = raw.del(&key).await.unwrap();
        let _: u64 = raw.sadd(&key, "x").await.unwrap();
    }
    let before = bench.everything().await;

    let done = step().await;

    assert!(
        matches!(done, Err(TransactError::Store(StoreError::Foreign { .. }))),
        "{key}: {done:?}"
    );
    assert_eq!(bench.everything().await, before, "{key}");
    let _: u64 = raw.del(&key).await.unwrap();
    if there {
        let _: () = raw.rename(&kept, &key).await.unwrap();
    }
}

#[tokio::test]
async fn a_first_webhook_writes_nothing() {
    let bench = Bench::new().await;
    let store = bench.store();
    store.name_epoch("e").await.unwrap();
    let id = call_id(1);
    let call = format!("call:{id}");
    let list = format!("{call}:events");
    for key in [
        &*call,
        &list,
        "live",
        "stream",
        "clock-offset",
        "q:queues",
        "q:lookup:job",
        "q:lookup:ready",
    ] {
        refused(&bench, key, || ring(&store, &id, "in", 1)).await;
    }
    assert!(ring(&store, &id, "in", 1).await.unwrap().changed);
}

#[tokio::test]
async fn joining_the_queue_writes_nothing() {
    let bench = Bench::new().await;
    let store = bench.store();
    let id = call_id(1);
    ring(&store, &id, "in", 1).await.unwrap();
    let (list, menu) = (format!("call:{id}:events"), choose_support());
    for key in [&*list, "waiting", "stream", "q:deadlines:job", "q:deadlines:due"] {
        refused(&bench, key, || step(&store, &id, "menu", &menu)).await;
    }
    assert!(
        step(&store, &id, "menu", &choose_support())
            .await
            .unwrap()
            .changed
    );
}

#[tokio::test]
async fn answering_and_ending_write_nothing() {
    let bench = Bench::new().await;
    let store = bench.store();
    let id = queued(&store, 1).await;
    let who = agent(&store, 1).await.id;
    let (answered, gone) = (answer("t"), Command::CallerGone);
    for key in ["agent:agent1", "stream", "q:carrier:due"] {
        refused(&bench, key, || step_by(&store, &who, &id, "a", &answered)).await;
    }
    step_by(&store, &who, &id, "a", &answered).await.unwrap();
    for key in ["agent:agent1", "live", "waiting", "stream"] {
        refused(&bench, key, || step(&store, &id, "gone", &gone)).await;
    }
    assert!(step(&store, &id, "gone", &gone).await.unwrap().changed);
}

#[tokio::test]
async fn agents_and_reads_are_refused_too() {
    async fn update(store: &Store) -> Result<(), StoreError> {
        store
            .update_agent(&agent_id(1), |known| {
                known.map(|mut agent| {
                    agent.name.push('+');
                    agent
                })
            })
            .await
            .map(|_| ())
    }

    let bench = Bench::new().await;
    let store = bench.store();
    agent(&store, 1).await;
    let mut raw = bench.raw().await;
    for key in ["agents", "stream"] {
        let key = format!("{PREFIX}:{key}");
        let _: () = raw.rename(&key, "kept").await.unwrap();
        let _: () = raw.set(&key, "x").await.unwrap();
        let before = bench.everything().await;
        let failed = update(&store).await;
        assert!(
            matches!(failed, Err(StoreError::Foreign { .. })),
            "{key}: {failed:?}"
        );
        let failed = store.snapshot().await;
        assert!(
            matches!(failed, Err(StoreError::Foreign { .. })),
            "{key}: {failed:?}"
        );
        assert_eq!(bench.everything().await, before);
        let _: () = raw.rename("kept", &key).await.unwrap();
    }
    update(&store).await.unwrap();
}

#[tokio::test]
async fn an_unreadable_call_is_said_to_be_so() {
    let bench = Bench::new().await;
    let store = bench.store();
    let id = queued(&store, 1).await;
    let _: u64 = bench
        .raw()
        .await
        .hset(format!("{PREFIX}:call:{id}"), "data", "{\"id\":")
        .await
        .unwrap();
    let failed = step(&store, &id, "gone", &Command::CallerGone).await;
    assert!(matches!(
        failed,
        Err(TransactError::Store(StoreError::Corrupt { .. }))
    ));
}
