//! The sweep, where the carrier's lists lag, or cannot be read.

use std::time::Duration;

use switchboard_domain::{Call, CallId, Command, LegId, State};
use switchboard_runtime::Metrics;
use switchboard_simulator::{CallStatus, Faults};

use crate::house::{House, line, stop};

const DYLAN: &str = "+447700900021";
const ASKED: &str = "GET Calls/CA";

fn nothing_listed() -> Faults {
    Faults {
        lists_late_ms: 3_600_000,
        ..Faults::default()
    }
}

fn nothing_readable() -> Faults {
    Faults {
        lists_unreadable_percent: 100,
        ..Faults::default()
    }
}

/// A caller talks with an agent who answered on a phone.
async fn talk(house: &House) -> (CallId, LegId) {
    house.agent("dylan", Some(DYLAN)).await;
    let call = house.dial().await;
    house.waits(&call, None).await;
    house.answers("dylan", &call).await;
    let bound = house
        .until_call(&call, |call| call.state.claim().is_some_and(|c| c.leg.is_some()))
        .await;
    let leg = bound.state.claim().unwrap().leg.clone().unwrap();
    house.pass(Duration::from_secs(3)).await;
    house
        .until_seen(|view| {
            view.leg(&leg.as_str().into())
                .is_some_and(|leg| leg.status == CallStatus::Ringing)
        })
        .await;
    house.simulator.pick_up(DYLAN).unwrap();
    let joined = Command::AgentJoined {
        claim: 1,
        leg: leg.clone(),
    };
    house.step(&call, None, joined).await;
    let talking = house.step(&call, None, Command::CallerJoined { claim: 1 }).await;
    assert!(matches!(talking.state, State::Talking(_)), "{:?}", talking.state);
    (call, leg)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_conversation_that_no_list_shows_goes_on() {
    let house = House::open().await;
    let calls = house.start_calls();
    let (call, leg) = talk(&house).await;
    for faults in [nothing_listed(), nothing_readable()] {
        house.simulator.set_faults(faults);
        for _ in 0..3 {
            house.round().await;
        }
        let talking = house.find(&call).await.unwrap();
        assert!(matches!(talking.state, State::Talking(_)), "{:?}", talking.state);
    }
    // The agent's line alone is missing.
    house.simulator.set_faults(Faults::default());
    house.simulator.hang_up(&leg.as_str().into());
    house
        .until_seen(|view| {
            view.leg(&leg.as_str().into())
                .is_some_and(|leg| leg.ended_ms.is_some())
        })
        .await;
    for _ in 0..2 {
        house.round().await;
    }
    house.until_call(&call, Call::is_ended).await;
    stop(calls).await;
    house.close().await;
}

/// One item that makes no sense must not hide from the sweep what else is over.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_list_that_cannot_be_read_silences_nothing_and_is_counted() {
    let house = House::open().await;
    let calls = house.start_calls();
    let (over, stays) = (house.dial().await, house.dial().await);
    for call in [&over, &stays] {
        house.waits(call, None).await;
    }
    house.round().await;
    house.simulator.set_faults(nothing_readable());
    house.simulator.hang_up(&line(&over));
    for _ in 0..3 {
        house.round().await;
    }
    house.until_call(&over, Call::is_ended).await;
    assert!(!house.find(&stays).await.unwrap().is_ended());
    let counted = Metrics::install().unwrap().render();
    for name in [
        "worker_sweep_lists_incomplete_total{list=\"in-progress\"}",
        "worker_sweep_lines_asked_total",
        "twilio_list_items_unreadable_total{endpoint=\"Calls\"}",
    ] {
        assert!(counted.contains(name), "{name} is not among the metrics");
    }
    stop(calls).await;
    house.close().await;
}

/// A carrier that lists nothing at all is not asked for everything at once.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn so_many_are_asked_for_in_a_round_and_the_others_in_the_next() {
    let house = House::open().await;
    for number in 0..60 {
        let call = CallId::new(&format!("CA{number:032x}")).unwrap();
        house.arrives(&call, &[]).await;
    }
    house.pass(Duration::from_secs(20)).await;
    let calls = house.start_calls();
    let mut asked = Vec::new();
    for _ in 0..2 {
        let before = house.requests(ASKED);
        house.round().await;
        asked.push(house.requests(ASKED) - before);
    }
    assert_eq!(asked, [50, 10]);
    stop(calls).await;
    house.close().await;
}
