//! The deployment's time.

use std::time::Duration;

use switchboard_domain::{Command, Rejected, State};
use switchboard_store::{StoreError, TransactError};

use crate::support::{Bench, call_id, choose_support, queued, ring, step};

const MINUTES: Duration = Duration::from_mins(3);

#[tokio::test]
async fn moved_it_is_moved_for_every_process() {
    let bench = Bench::new().await;
    let (store, other) = (bench.store(), bench.store());
    let before = other.clock().await.unwrap();
    assert_eq!(before.offset_ms, 0);
    let moved = store.advance_clock(MINUTES).await.unwrap();
    assert_eq!(moved.offset_ms, 180_000);
    assert!(moved.now >= before.now.plus(MINUTES));
    assert_eq!(other.clock().await.unwrap().offset_ms, 180_000);
    assert_eq!(store.advance_clock(MINUTES).await.unwrap().offset_ms, 360_000);

    let rung = ring(&other, &call_id(1), "in", 0).await.unwrap();
    assert!(rung.now >= before.now.plus(2 * MINUTES));
    assert!(store.call(&call_id(1)).await.unwrap().1 >= rung.now);
}

#[tokio::test]
async fn a_first_webhook_with_a_stale_time_is_decided_again_with_the_right_one() {
    let bench = Bench::new().await;
    let (store, stale) = (bench.store(), bench.store());
    stale.name_epoch("e").await.unwrap();
    let old = stale.last_known_time().unwrap();
    store.advance_clock(MINUTES).await.unwrap();
    assert!(stale.last_known_time().unwrap() < old.plus(MINUTES));

    let rung = ring(&stale, &call_id(1), "in", 0).await.unwrap();

    let arrived = rung.call.unwrap().arrived_at;
    assert!(arrived >= old.plus(MINUTES), "{arrived:?} after {old:?}");
    assert!(rung.changed);
    assert!(stale.last_known_time().unwrap() >= arrived);
    assert_eq!(
        bench.calls_of("evalsha").await,
        4,
        "two clocks, a refused commit, a commit"
    );
}

#[tokio::test]
async fn deadlines_are_due_in_virtual_time() {
    let bench = Bench::new().await;
    let store = bench.store();
    store.advance_clock(MINUTES).await.unwrap();
    let call = queued(&store, 1).await;
    let State::Queued(waiting) = store.call(&call).await.unwrap().0.unwrap().state else {
        panic!();
    };
    let due: Vec<(String, i64)> = redis::cmd("ZRANGE")
        .arg("{sb}:q:deadlines:due")
        .arg(&["0", "-1", "WITHSCORES"])
        .query_async(&mut bench.raw().await)
        .await
        .unwrap();
    assert_eq!(
        due,
        [(format!("{call}:check-unanswered:1"), waiting.deadline.as_millis())]
    );
    let stats = bench.admin().stats().await.unwrap();
    assert_eq!((stats.ready, stats.due), (0, 1));
    assert!(stats.next_due_ms.unwrap() > stats.now_ms);

    let check = Command::CheckUnanswered { entry: 1 };
    let early = step(&store, &call, "c1", &check).await;
    assert!(
        matches!(early, Err(TransactError::Rejected(Rejected::Early { until })) if until == waiting.deadline)
    );
    store.advance_clock(MINUTES).await.unwrap();
    let stats = bench.admin().stats().await.unwrap();
    assert!(stats.next_due_ms.unwrap() <= stats.now_ms);
    let rings = step(&store, &call, "c2", &check).await.unwrap();
    assert!(matches!(rings.call.unwrap().state, State::RingingOffice { .. }));
}

#[tokio::test]
async fn a_moved_clock_is_refused_where_it_is_not_allowed() {
    let bench = Bench::new().await;
    let store = bench.store();
    store.refuse_virtual_time(false).await.unwrap();
    store.advance_clock(MINUTES).await.unwrap();
    store.refuse_virtual_time(true).await.unwrap();
    let refused = store.refuse_virtual_time(false).await;
    assert!(matches!(refused, Err(StoreError::Foreign { .. })), "{refused:?}");
}

/// Time of a load is Redis' own, so it needs no correction at the commit.
#[tokio::test]
async fn a_later_step_takes_two_round_trips() {
    let bench = Bench::new().await;
    let store = bench.store();
    ring(&store, &call_id(1), "in", 0).await.unwrap();
    step(&store, &call_id(1), "menu", &choose_support())
        .await
        .unwrap();
    let before = bench.calls_of("evalsha").await;
    step(&store, &call_id(1), "gone", &Command::CallerGone)
        .await
        .unwrap();
    assert_eq!(bench.calls_of("evalsha").await - before, 2);
}
