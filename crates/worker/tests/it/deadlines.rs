//! The three-minute promise, and the end of claims.

use std::time::Duration;

use switchboard_contracts::v1;
use switchboard_domain::State;
use switchboard_queue::Push;
use switchboard_queue::jobs::{CARRIER, DEADLINES};

use crate::house::{House, stop};

const THREE_MINUTES: Duration = Duration::from_mins(3);

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_check_that_comes_too_early_comes_again_at_the_deadline() {
    let house = House::open().await;
    let call = house.dial().await;
    let known = house.waits(&call, None).await;
    let deadline = known.state.waiting().unwrap().deadline;
    let calls = house.start_calls();
    let early = v1::CheckUnanswered {
        call_id: call.to_string(),
        entry: 1,
    };
    house.push(Push::now(&early).unwrap().id("early")).await;
    // With the one that the call pushed itself there are two, and neither is lost.
    let stats = house
        .until_queues(|stats| {
            stats
                .queues
                .iter()
                .any(|q| q.name == DEADLINES && q.due == 2 && q.leased == 0)
        })
        .await;
    let due = stats
        .queues
        .iter()
        .find(|queue| queue.name == DEADLINES)
        .unwrap()
        .next_due_ms
        .unwrap();
    assert!(
        (due - deadline.as_millis()).abs() <= 50,
        "due {due}, deadline {}",
        deadline.as_millis()
    );
    assert_eq!(house.find(&call).await.unwrap().state.name(), "queued");
    house.pass(THREE_MINUTES).await;
    house
        .until_call(&call, |call| matches!(call.state, State::RingingOffice { .. }))
        .await;
    // Two checks, one ring.
    house.rest().await;
    assert_eq!(house.find(&call).await.unwrap().office_rounds, 1);
    stop(calls).await;
    house.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn with_one_of_two_workers_killed_the_office_rings_on_time() {
    let house = House::open().await;
    let (one, other) = (house.start_calls(), house.start_calls());
    let call = house.dial().await;
    let deadline = house.waits(&call, None).await.state.waiting().unwrap().deadline;
    house.pass(Duration::from_secs(179)).await;
    house.rest().await;
    one.shutdown(Duration::ZERO).await;
    house.pass(Duration::from_secs(1)).await;
    let rings = house
        .until_call(&call, |call| matches!(call.state, State::RingingOffice { .. }))
        .await;
    let late = rings.entered_at.since(deadline);
    // A job that died with its worker runs again when its lease is over.
    assert!(
        rings.entered_at >= deadline && late < Duration::from_secs(3),
        "{late:?} late"
    );
    house
        .until_seen(|_| house.pages.times_asked("office/ring") == 1)
        .await;
    stop(other).await;
    house.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_claim_ends_on_time_though_the_carrier_does_not_answer() {
    let house = House::with(&["twilio.timeout=300ms", "twilio.connect_timeout=200ms"]).await;
    house.agent("amelia", None).await;
    let call = house.dial().await;
    house.waits(&call, None).await;
    let claimed = house.answers("amelia", &call).await;
    let bound = switchboard_domain::Command::AgentConnects {
        claim: 1,
        agent: switchboard_domain::AgentId::new("amelia").unwrap(),
        token: claimed.state.claim().unwrap().token.clone(),
        leg: switchboard_domain::LegId::new("CA11111111111111111111111111111111").unwrap(),
    };
    house.step(&call, None, bound).await;
    house.simulator.set_faults(switchboard_simulator::Faults {
        api_down: true,
        ..switchboard_simulator::Faults::default()
    });
    let calls = house.start_calls();
    house.pass(Duration::from_secs(16)).await;
    house
        .until_call(&call, |call| matches!(call.state, State::Queued(_)))
        .await;
    assert!(house.dead(CARRIER).await.is_empty());
    stop(calls).await;
    house.close().await;
}
