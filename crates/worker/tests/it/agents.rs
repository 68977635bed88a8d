//! Agents who answer on a phone: one call for one claim.

use std::time::Duration;

use switchboard_domain::{Call, Command, LegId, State, Timestamp};
use switchboard_simulator::Faults;

use crate::house::{House, line, stop};

const DYLAN: &str = "+447700900021";

/// The phone's own news bind it; until they come it is not called again.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_call_whose_answer_was_lost_is_not_made_again() {
    let house = House::open().await;
    house.agent("dylan", Some(DYLAN)).await;
    let call = house.dial().await;
    house.waits(&call, None).await;
    house.simulator.set_faults(Faults {
        api_answers_lost: 1,
        ..Faults::default()
    });
    let calls = house.start_calls();
    house.answers("dylan", &call).await;
    house.until_requested("POST Calls.json", 1).await;
    for looks in 1..4 {
        house.pass(Duration::from_secs(2)).await;
        house
            .until_requested("GET Calls.json?Status=queued&To", looks)
            .await;
    }
    let rung = house.simulator.phone_leg(DYLAN).unwrap();
    let leg = LegId::new(rung.as_str()).unwrap();
    let told = Command::AgentCalled {
        claim: 1,
        leg: leg.clone(),
        held_back: Duration::ZERO,
    };
    let bound = house.step(&call, None, told).await;
    assert_eq!(bound.state.claim().unwrap().leg.as_ref(), Some(&leg));
    house.pass(Duration::from_secs(2)).await;
    house.rest().await;
    assert_eq!(house.requests("POST Calls.json"), 1);
    stop(calls).await;
    house.close().await;
}

/// The same number, the same moment, the same account: and not ours.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn another_systems_call_is_neither_taken_for_ours_nor_ended() {
    let house = House::open().await;
    house.agent("dylan", Some(DYLAN)).await;
    let call = house.dial().await;
    house.waits(&call, None).await;
    house.simulator.set_faults(Faults {
        api_fail_status: Some(503),
        api_fail_times: Some(1),
        ..Faults::default()
    });
    let calls = house.start_calls();
    house.answers("dylan", &call).await;
    house.until_requested("POST Calls.json", 1).await;
    let other = house.simulator.another_system_calls(&house.office, DYLAN);
    house.pass(Duration::from_secs(4)).await;
    house.rest().await;
    assert_eq!(
        house.requests("POST Calls.json"),
        1,
        "that phone may ring for us already"
    );
    let claimed = house.find(&call).await.unwrap();
    assert_eq!(claimed.state.claim().unwrap().leg, None);
    house.simulator.hang_up(&other);
    house.pass(Duration::from_secs(2)).await;
    let bound = house
        .until_call(&call, |call| call.state.claim().is_some_and(|c| c.leg.is_some()))
        .await;
    assert_ne!(
        bound.state.claim().unwrap().leg.as_ref().unwrap().as_str(),
        other.as_str()
    );
    house.step(&call, None, Command::CallerGone).await;
    house.rest().await;
    assert_eq!(house.requests(&format!("POST Calls/{}", other.as_str())), 0);
    stop(calls).await;
    house.close().await;
}

/// The phone still rings for a claim that was given up a moment ago: that call shows another claim's ticket.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_call_for_an_earlier_claim_is_not_taken_for_this_one() {
    let house = House::open().await;
    house.agent("dylan", Some(DYLAN)).await;
    let call = house.dial().await;
    house.waits(&call, None).await;
    let calls = house.start_calls();
    house.answers("dylan", &call).await;
    let first = house
        .until_call(&call, |call| call.state.claim().is_some_and(|c| c.leg.is_some()))
        .await;
    // What ends that call is late.
    house.simulator.set_faults(Faults {
        api_delay_ms: 200,
        ..Faults::default()
    });
    house
        .step(&call, Some("dylan"), Command::Release { claim: None })
        .await;
    house
        .step(
            &call,
            Some("dylan"),
            Command::Answer {
                token: "another".to_owned(),
            },
        )
        .await;
    let second = house
        .until_call(&call, |call| {
            call.state
                .claim()
                .is_some_and(|c| c.number == 2 && c.leg.is_some())
        })
        .await;
    assert_ne!(
        second.state.claim().unwrap().leg,
        first.state.claim().unwrap().leg
    );
    assert_eq!(house.requests("POST Calls.json"), 2);
    stop(calls).await;
    house.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_phone_that_cannot_be_called_does_not_keep_the_caller() {
    let house = House::open().await;
    house.agent("dylan", Some(DYLAN)).await;
    let call = house.dial().await;
    house.waits(&call, None).await;
    house.simulator.set_faults(Faults {
        api_fail_status: Some(400),
        ..Faults::default()
    });
    let calls = house.start_calls();
    house.answers("dylan", &call).await;
    house
        .until_call(&call, |call| {
            matches!(call.state, State::Queued(_)) && call.claims == 1
        })
        .await;
    house.until_queues(|stats| stats.dead == 1).await;
    stop(calls).await;
    house.close().await;
}

/// The caller hangs up between the request that rings the phone and its answer.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_phone_that_rings_for_nobody_is_stopped() {
    let house = House::open().await;
    house.agent("dylan", Some(DYLAN)).await;
    let call = house.dial().await;
    house.waits(&call, None).await;
    house.simulator.set_faults(Faults {
        api_delay_ms: 200,
        ..Faults::default()
    });
    let calls = house.start_calls();
    house.answers("dylan", &call).await;
    house.until_queues(|stats| stats.leased > 0).await;
    house.simulator.hang_up(&line(&call));
    house.step(&call, None, Command::CallerGone).await;
    house.rest().await;
    house
        .until_seen(|view| view.legs().iter().all(|leg| leg.ended_ms.is_some()))
        .await;
    stop(calls).await;
    house.close().await;
}

/// The carrier places one call a second: the second of two agents' phones rings later, and no shorter for it.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_phone_that_is_called_late_may_ring_as_long() {
    let house = House::open().await;
    let mut held = Vec::new();
    for (agent, phone) in [("dylan", DYLAN), ("ewa", "+447700900022")] {
        house.agent(agent, Some(phone)).await;
        let call = house.dial().await;
        house.waits(&call, None).await;
        let claimed = house.answers(agent, &call).await;
        held.push((call, until(&claimed)));
    }
    let calls = house.start_calls();
    let mut longer = Vec::new();
    for (call, before) in &held {
        let bound = house
            .until_call(call, |call| call.state.claim().is_some_and(|c| c.leg.is_some()))
            .await;
        longer.push(until(&bound).since(*before));
    }
    longer.sort();
    assert!(longer[0] < Duration::from_millis(500), "{longer:?}");
    assert!(longer[1] > Duration::from_millis(500), "{longer:?}");
    stop(calls).await;
    house.close().await;
}

/// Until when a claim is held.
fn until(call: &Call) -> Timestamp {
    let State::Claimed { until, .. } = &call.state else {
        panic!("{:?}", call.state);
    };
    *until
}
