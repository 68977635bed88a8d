//! Redis slow, gone, full, or without a place for us.

use std::time::{Duration, Instant};

use switchboard_domain::Command;
use switchboard_store::{Committed, Store, StoreError, TransactError};

use crate::support::{
    Bench, LONG, agent, agent_id, answer, call_id, choose_support, cut, queued, ring, step, step_by,
};

/// That of [`StoreConfig::new`](switchboard_store::StoreConfig::new).
const BUDGET: Duration = Duration::from_millis(300);

/// What a busy machine may add to it.
const SLACK: Duration = Duration::from_secs(2);

fn unavailable<T: std::fmt::Debug>(result: &Result<T, StoreError>) -> bool {
    matches!(result, Err(error) if error.is_unavailable())
}

fn step_unavailable(result: &Result<Committed, TransactError>) -> bool {
    matches!(result, Err(TransactError::Store(error)) if error.is_unavailable())
}

async fn config_set(bench: &Bench, name: &str, value: &str) {
    let _: String = redis::cmd("CONFIG")
        .arg(&["SET", name, value])
        .query_async(&mut bench.raw().await)
        .await
        .unwrap();
}

/// Everything there is to ask fails; how long it took.
async fn all_fail(store: &Store) -> Duration {
    let (fresh, known, who) = (call_id(9), call_id(1), agent_id(1));
    let begun = Instant::now();
    let (rung, stepped, updated, read, all, history, ping) = tokio::join!(
        ring(store, &fresh, "in", 1),
        step(store, &known, "gone", &Command::CallerGone),
        store.update_agent(&who, |known| {
            known.map(|mut agent| {
                agent.name.push('+');
                agent
            })
        }),
        store.call(&known),
        store.snapshot(),
        store.history(&known),
        store.ping(),
    );
    let took = begun.elapsed();
    assert!(step_unavailable(&rung), "{rung:?}");
    assert!(step_unavailable(&stepped), "{stepped:?}");
    assert!(unavailable(&updated) && unavailable(&read) && unavailable(&all));
    assert!(unavailable(&history) && unavailable(&ping));
    took
}

#[tokio::test]
async fn paused_it_is_given_up_in_time_and_resumed_it_works_at_once() {
    let bench = Bench::new().await;
    let store = bench.store_with(|config| config.pool_size = 1);
    let store_to_be = bench.store();
    store.name_epoch("e").await.unwrap();
    queued(&store_to_be, 1).await;
    agent(&store_to_be, 1).await;
    bench.redis.pause().unwrap();
    let now = store.last_known_time().unwrap();
    let mut fastest = LONG;
    for _ in 0..3 {
        fastest = fastest.min(Box::pin(all_fail(&store)).await);
    }
    assert!(fastest < BUDGET + SLACK, "{fastest:?}");
    assert!(
        store.last_known_time().unwrap() > now,
        "time goes on without redis"
    );
    bench.redis.resume().unwrap();

    // The first of each succeeds.
    let store = &store;
    ring(store, &call_id(2), "in", 1).await.unwrap();
    step(store, &call_id(2), "menu", &choose_support()).await.unwrap();
    store.ping().await.unwrap();
    store.snapshot().await.unwrap();
    store.history(&call_id(2)).await.unwrap();
    // What was given up may have happened all the same, and then once.
    let history = store.history(&call_id(9)).await.unwrap();
    assert!(history.len() <= 1);
}

/// Waits until Redis has handed everything to the kernel. With `appendfsync everysec` it answers first, and while
/// the disk is slow it writes up to two seconds later; whole steps are lost when it is killed just then.
async fn written_down(bench: &Bench) {
    let mut raw = bench.raw().await;
    let begun = Instant::now();
    loop {
        let mut info = redis::cmd("INFO");
        let info: String = info.arg("persistence").query_async(&mut raw).await.unwrap();
        if info.lines().any(|line| line == "aof_buffer_length:0") {
            return;
        }
        assert!(begun.elapsed() < LONG, "{info}");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

#[tokio::test]
async fn killed_it_loses_nothing_that_was_written_down() {
    let mut bench = Bench::persistent().await;
    let store = bench.store_with(|_| {});
    store.name_epoch("e").await.unwrap();
    queued(&bench.store(), 1).await;
    agent(&bench.store(), 1).await;
    for round in 0..3 {
        let from = 10 + 10 * round;
        for n in from..from + 10 {
            queued(&bench.store(), n).await;
        }
        let before = store.snapshot().await.unwrap();
        let stats = bench.admin().stats().await.unwrap();
        written_down(&bench).await;
        bench.redis.kill9().unwrap();
        Box::pin(all_fail(&store)).await;
        bench.redis.restart().await.unwrap();

        let after = store.snapshot().await.unwrap();
        assert_eq!(after.calls, before.calls);
        assert_eq!((after.agents, after.epoch), (before.agents, before.epoch));
        assert_eq!(after.offset, before.offset);
        assert_eq!(bench.admin().stats().await.unwrap().due, stats.due);
        let again = step(&store, &call_id(from), "menu", &choose_support())
            .await
            .unwrap();
        assert!(!again.changed);
        assert!(
            ring(&store, &call_id(100 + round), "in", 1)
                .await
                .unwrap()
                .changed
        );
    }
}

/// A gateway may start before Redis does.
#[tokio::test]
async fn a_store_made_without_redis_works_once_it_is_there() {
    let mut bench = Bench::persistent().await;
    bench.redis.kill9().unwrap();
    let store = bench.store_with(|_| {});
    assert!(step_unavailable(&ring(&store, &call_id(1), "in", 1).await));
    assert_eq!(store.last_known_time(), None);
    bench.redis.restart().await.unwrap();
    ring(&store, &call_id(1), "in", 1).await.unwrap();
}

/// A short restart within the budget is not even noticed.
#[tokio::test]
async fn a_restart_within_the_budget_is_waited_for() {
    let mut bench = Bench::persistent().await;
    let store = bench.store();
    let call = queued(&store, 1).await;
    bench.redis.kill9().unwrap();
    let waiting = {
        let (store, call) = (store.clone(), call.clone());
        tokio::spawn(async move { step(&store, &call, "gone", &Command::CallerGone).await })
    };
    tokio::time::sleep(Duration::from_millis(100)).await;
    bench.redis.restart().await.unwrap();
    assert!(waiting.await.unwrap().unwrap().call.unwrap().is_ended());
}

#[tokio::test]
async fn without_memory_nothing_is_half_written() {
    let bench = Bench::new().await;
    let store = bench.store();
    let call = queued(&store, 1).await;
    agent(&store, 1).await;
    config_set(&bench, "maxmemory", "1").await;
    let before = bench.everything().await;
    let begun = Instant::now();

    let rung = ring(&store, &call_id(2), "in", 1).await;
    let gone = step(&store, &call, "gone", &Command::CallerGone).await;
    let answered = step_by(&store, &agent_id(1), &call, "a", &answer("t")).await;

    for failed in [&rung, &gone, &answered] {
        assert!(step_unavailable(failed), "{failed:?}");
    }
    // Memory does not come back within milliseconds: no reason to use up the budget.
    assert!(begun.elapsed() < LONG);
    assert_eq!(bench.everything().await, before);
    store.snapshot().await.unwrap();
    config_set(&bench, "maxmemory", "0").await;
    assert!(ring(&store, &call_id(2), "in", 1).await.unwrap().changed);
    assert!(
        step(&store, &call, "gone", &Command::CallerGone)
            .await
            .unwrap()
            .changed
    );
}

#[tokio::test]
async fn a_replica_refuses_at_once_and_writes_nothing() {
    let bench = Bench::new().await;
    let store = bench.store();
    let call = queued(&store, 1).await;
    let role = async |host: &str, port: &str| {
        let _: String = redis::cmd("REPLICAOF")
            .arg(&[host, port])
            .query_async(&mut bench.raw().await)
            .await
            .unwrap();
    };
    config_set(&bench, "replica-serve-stale-data", "yes").await;
    let before = bench.everything().await;
    // Nobody is there to follow.
    role("127.0.0.1", "1").await;
    let begun = Instant::now();
    let failed = step(&store, &call, "gone", &Command::CallerGone).await;
    assert!(step_unavailable(&failed), "{failed:?}");
    assert!(begun.elapsed() < LONG);
    role("NO", "ONE").await;
    assert_eq!(bench.everything().await, before);
    assert!(
        step(&store, &call, "gone", &Command::CallerGone)
            .await
            .unwrap()
            .changed
    );
}

/// The connection manager would keep a handshake that was refused for ever.
#[tokio::test]
async fn a_password_that_comes_late_is_good_enough() {
    let bench = Bench::new().await;
    let store = bench.store_with(|config| config.url.push_str("?user=us&pass=secret"));
    let mut raw = bench.raw().await;
    let user = async |raw: &mut redis::aio::MultiplexedConnection, password: &str| {
        let mut set = redis::cmd("ACL");
        set.arg(&["SETUSER", "us", "on", "resetpass", password, "~*", "&*", "+@all"]);
        let _: String = set.query_async(raw).await.unwrap();
    };
    user(&mut raw, ">other").await;
    for _ in 0..2 {
        let failed = store.ping().await;
        assert!(unavailable(&failed), "{failed:?}");
    }
    user(&mut raw, ">secret").await;
    let begun = Instant::now();
    while let Err(error) = store.ping().await {
        assert!(begun.elapsed() < LONG, "{error:?}");
    }
    assert!(ring(&store, &call_id(2), "in", 1).await.unwrap().changed);
    let rotated = Command::CallerGone;
    user(&mut raw, ">other").await;
    let _: i64 = cut().query_async(&mut raw).await.unwrap();
    assert!(step_unavailable(
        &step(&store, &call_id(2), "gone", &rotated).await
    ));
    user(&mut raw, ">secret").await;
    let begun = Instant::now();
    while let Err(error) = step(&store, &call_id(2), "gone", &rotated).await {
        assert!(begun.elapsed() < LONG, "{error:?}");
    }
}
