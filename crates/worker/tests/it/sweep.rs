//! The comparison with the carrier's view.

use std::time::Duration;

use switchboard_contracts::v1;
use switchboard_domain::{Call, Command, EndReason, Lookup, LookupOutcome, SourceName, State};

use crate::house::{House, MARA, line, stop};

/// A line's first request may be under way: whoever adopts it meanwhile answers in its place.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_line_that_has_just_come_is_left_to_its_own_requests() {
    let house = House::open().await;
    let call = house.dial().await;
    let calls = house.start_calls();
    for _ in 0..2 {
        house.round().await;
        assert_eq!(house.find(&call).await, None);
    }
    house.round().await;
    let adopted = house.find(&call).await.unwrap();
    assert_eq!(adopted.caller.number().unwrap().as_str(), MARA);
    assert!(
        adopted.lookups.contains_key(&SourceName::new("crm").unwrap()),
        "nobody asks who it is"
    );
    stop(calls).await;
    house.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_line_found_at_night_is_not_let_in() {
    let days = [
        "monday",
        "tuesday",
        "wednesday",
        "thursday",
        "friday",
        "saturday",
        "sunday",
    ];
    let closed = days.map(|day| format!("hours.weekly.{day}=[\"closed\"]"));
    let house = House::with(&closed.each_ref().map(String::as_str)).await;
    let call = house.dial().await;
    let calls = house.start_calls();
    for _ in 0..3 {
        house.round().await;
    }
    assert_eq!(house.find(&call).await.unwrap().state, State::Closed);
    stop(calls).await;
    house.close().await;
}

/// Opened and closed by hand while the worker runs: what counts is what counts when the line is adopted.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_line_found_when_the_office_was_closed_by_hand_is_not_let_in() {
    let house = House::open().await;
    let calls = house.start_calls();
    for (id, open) in [("a", false), ("b", true)] {
        let over = v1::Override {
            id: id.to_owned(),
            open,
            until_ms: 4_102_444_800_000,
            made_ms: i64::from(open),
            ..v1::Override::default()
        };
        house.store.put_override(&over).await.unwrap();
        let call = house.dial().await;
        for _ in 0..3 {
            house.round().await;
        }
        let let_in = house.find(&call).await.unwrap().state != State::Closed;
        assert_eq!(let_in, open);
    }
    stop(calls).await;
    house.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_caller_who_is_gone_unheard_is_ended_within_two_rounds() {
    let house = House::open().await;
    let call = house.dial().await;
    house.waits(&call, None).await;
    let calls = house.start_calls();
    for _ in 0..3 {
        house.round().await;
    }
    house.simulator.hang_up(&line(&call));
    house
        .until_seen(|view| view.leg(&line(&call)).is_some_and(|leg| leg.ended_ms.is_some()))
        .await;
    for _ in 0..2 {
        house.round().await;
    }
    assert!(house.find(&call).await.is_some_and(|call| call.is_ended()));
    stop(calls).await;
    house.close().await;
}

/// Served without Redis, over before anybody looked, and the news of the end was lost.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_call_that_came_and_went_unheard_is_remembered_once() {
    let house = House::open().await;
    let came = house.simulator.now_ms();
    let unheard = house.dial().await;
    let known = house.dial().await;
    house.waits(&known, None).await;
    house.pass(Duration::from_secs(40)).await;
    for call in [&unheard, &known] {
        house.simulator.hang_up(&line(call));
        house
            .until_seen(|view| view.leg(&line(call)).is_some_and(|leg| leg.ended_ms.is_some()))
            .await;
    }
    house.step(&known, None, Command::CallerGone).await;
    let went = house.simulator.now_ms();
    let history = house.store.history(&known).await.unwrap();
    // Redis is away for long.
    house.pass(Duration::from_secs(120)).await;
    for _ in 0..2 {
        let calls = house.start_calls();
        for _ in 0..3 {
            house.round().await;
        }
        stop(calls).await;
    }
    let call = house.find(&unheard).await.expect("remembered");
    let State::Ended { reason, at } = call.state else {
        panic!("{:?}", call.state)
    };
    assert_eq!(reason, EndReason::Unknown);
    assert_eq!(call.caller.number().unwrap().as_str(), MARA);
    // The carrier tells whole seconds.
    assert!(call.arrived_at.as_millis().abs_diff(came) <= 5_000);
    assert!(at.as_millis().abs_diff(went) <= 5_000);
    assert!(call.lookups.is_empty());
    assert_eq!(house.store.history(&unheard).await.unwrap().len(), 3);
    assert_eq!(house.store.history(&known).await.unwrap(), history);
    house.close().await;
}

/// What is kept for a moment only may have been known, and was forgotten.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_is_remembered_where_calls_are_forgotten_at_once() {
    let house = House::with(&["calls.ended_ttl=1m"]).await;
    let call = house.dial().await;
    house.simulator.hang_up(&line(&call));
    house.pass(Duration::from_secs(20)).await;
    let calls = house.start_calls();
    for _ in 0..3 {
        house.round().await;
    }
    assert_eq!(house.find(&call).await, None);
    stop(calls).await;
    house.close().await;
}

/// One call that the carrier refuses to talk about must not keep the sweep from the next.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_call_in_trouble_does_not_stop_the_sweep() {
    let house = House::open().await;
    let odd = switchboard_domain::CallId::new("no-call-of-the-carrier").unwrap();
    house.waits(&odd, None).await;
    let call = house.dial().await;
    house.waits(&call, None).await;
    house.simulator.hang_up(&line(&call));
    let calls = house.start_calls();
    for _ in 0..3 {
        house.round().await;
    }
    house.until_call(&call, Call::is_ended).await;
    stop(calls).await;
    house.close().await;
}

/// The worker that asks sources is dead: the card says so, instead of waiting for ever.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_source_that_nobody_asks_is_given_up() {
    let house = House::open().await;
    let call = house.dial().await;
    house.arrives(&call, &["crm"]).await;
    let calls = house.start_calls();
    for _ in 0..6 {
        house.round().await;
    }
    let known = house.find(&call).await.unwrap();
    let source = known.lookups.get(&SourceName::new("crm").unwrap());
    assert!(
        matches!(source, Some(Lookup::Done(LookupOutcome::Failed { reason })) if reason == "did not answer"),
        "{source:?}"
    );
    stop(calls).await;
    house.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn there_is_one_sweep_however_many_workers_start() {
    let house = House::open().await;
    let (one, other) = (house.start_calls(), house.start_calls());
    for _ in 0..2 {
        house.round().await;
    }
    let stats = house.admin.stats().await.unwrap();
    assert_eq!((stats.due, stats.ready, stats.leased), (1, 0, 0));
    stop(one).await;
    stop(other).await;
    house.close().await;
}

/// A Redis that comes back with nothing has lost the sweep too; nobody is ready for calls before there is one again.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_worker_that_is_ready_has_a_sweep() {
    let mut house = House::open().await;
    let (calls, health) = house.start_calls_with_health();
    house.round().await;
    house.redis_forgets().await;
    house.until_ready(health).await;
    let stats = house.admin.stats().await.unwrap();
    assert_eq!(stats.due + stats.ready + stats.leased, 1, "{stats:?}");
    stop(calls).await;
    house.close().await;
}
