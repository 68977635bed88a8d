//! Moving callers: only where they are, and never out of a conversation.

use std::time::Duration;

use switchboard_domain::{CallId, Command, LegId, State};
use switchboard_simulator::Faults;

use crate::house::{House, line, stop};

const THREE_MINUTES: Duration = Duration::from_mins(3);
/// A queue of the carrier's that the caller is not in.
const ELSEWHERE: &str = "QU00000000000000000000000000000000";
/// Long enough for a line that is under way to have arrived.
const ARRIVED: Duration = Duration::from_secs(2);
const AGENT: &str = "CA11111111111111111111111111111111";

/// The deadline passes of a caller who is thought to be in the carrier's queue.
async fn deadline_passes(house: &House, call: &CallId, queue: &str) {
    house.waits(call, Some(queue)).await;
    house.pass(THREE_MINUTES).await;
    house
        .until_call(call, |call| matches!(call.state, State::RingingOffice { .. }))
        .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_caller_in_the_queue_leaves_it_as_its_member() {
    let house = House::open().await;
    house.pages.say(
        "incoming",
        r#"<Enqueue waitUrl="/twilio/voice/wait">sales</Enqueue>"#,
    );
    let call = house.dial().await;
    house
        .until_seen(|view| view.leg(&line(&call)).is_some_and(|leg| leg.queue.is_some()))
        .await;
    let queue = house.simulator.queues()[0].sid.clone();
    let calls = house.start_calls();
    deadline_passes(&house, &call, &queue).await;
    house
        .until_seen(|_| house.pages.times_asked("office/ring") == 1)
        .await;
    assert_eq!(house.requests("POST Queues/"), 1);
    assert_eq!(house.requests("POST Calls/"), 0);
    stop(calls).await;
    house.close().await;
}

/// They were told to leave by the answer to their own last request; moved now, phones would ring twice.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_caller_who_just_left_the_queue_gets_time_to_arrive() {
    let house = House::open().await;
    let call = house.dial().await;
    let calls = house.start_calls();
    deadline_passes(&house, &call, ELSEWHERE).await;
    house.until_requested("POST Queues/", 1).await;
    house.rest().await;
    assert_eq!(house.requests("POST Calls/"), 0, "moved on the way");
    // They never arrive: then they are fetched.
    house.pass(ARRIVED).await;
    house
        .until_seen(|_| house.pages.times_asked("office/ring") == 1)
        .await;
    stop(calls).await;
    house.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_caller_who_talks_unknown_to_us_is_left_alone() {
    let house = House::open().await;
    house
        .pages
        .say("incoming", "<Dial><Number>+442079460011</Number></Dial>");
    let call = house.dial().await;
    house.pass(Duration::from_secs(1)).await;
    house
        .until_seen(|view| view.legs().iter().any(|leg| leg.parent.is_some()))
        .await;
    let phone = house.simulator.pick_up("+442079460011").unwrap();
    house
        .until_seen(|view| view.are_bridged(&line(&call), &phone))
        .await;
    let calls = house.start_calls();
    deadline_passes(&house, &call, ELSEWHERE).await;
    house.pass(ARRIVED).await;
    house.rest().await;
    house.pass(Duration::from_mins(1)).await;
    house.rest().await;
    assert!(
        house
            .simulator
            .look(|view| view.are_bridged(&line(&call), &phone)),
        "torn away"
    );
    assert_eq!(house.simulator.bridges().len(), 1);
    // And the sweep has found out with whom.
    house
        .until_call(&call, |call| matches!(call.state, State::Talking(_)))
        .await;
    stop(calls).await;
    house.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_caller_whose_line_is_over_is_gone() {
    let house = House::open().await;
    let call = house.dial().await;
    house.waits(&call, Some(ELSEWHERE)).await;
    house.simulator.hang_up(&line(&call));
    house
        .until_seen(|view| view.leg(&line(&call)).is_some_and(|leg| leg.ended_ms.is_some()))
        .await;
    house.pass(THREE_MINUTES).await;
    let calls = house.start_calls();
    house.until_call(&call, switchboard_domain::Call::is_ended).await;
    stop(calls).await;
    house.close().await;
}

/// A caller and an agent who have met, and a call that was never told so: Redis lost its last second.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_caller_who_met_the_agent_is_not_moved() {
    let house = House::open().await;
    house.agent("amelia", None).await;
    let room = r#"<Dial><Conference endConferenceOnExit="true" waitUrl="">{CallSid}-1</Conference></Dial>"#;
    house.pages.say("incoming", room);
    let call = house.dial().await;
    house
        .until_seen(|view| view.leg(&line(&call)).is_some_and(|leg| leg.conference.is_some()))
        .await;
    house.waits(&call, Some(ELSEWHERE)).await;
    house.answers("amelia", &call).await;
    let leg = LegId::new(AGENT).unwrap();
    house
        .step(&call, None, Command::AgentJoined { claim: 1, leg })
        .await;
    let calls = house.start_calls();
    house.until_requested("POST Queues/", 1).await;
    house.rest().await;
    house.pass(ARRIVED).await;
    house
        .until_call(&call, |call| matches!(call.state, State::Talking(_)))
        .await;
    assert_eq!(house.requests("POST Calls/"), 0, "torn away");
    stop(calls).await;
    house.close().await;
}

/// The request was carried out, its answer was lost, and the line has not asked us yet.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_move_without_an_answer_is_not_repeated_at_once() {
    let house = House::open().await;
    house.agent("amelia", None).await;
    let call = house.dial().await;
    house.waits(&call, None).await;
    house.answers("amelia", &call).await;
    let leg = LegId::new(AGENT).unwrap();
    house
        .step(&call, None, Command::AgentJoined { claim: 1, leg })
        .await;
    house.simulator.set_faults(Faults {
        api_answers_lost: 1,
        ..Faults::default()
    });
    let calls = house.start_calls();
    house.until_requested("POST Calls/", 1).await;
    house.rest().await;
    // The worker's own time-out would long be over: it is the line that is waited for.
    house.pass(Duration::from_millis(900)).await;
    house.rest().await;
    assert_eq!(house.requests("POST Calls/"), 1);
    house
        .step(&call, None, Command::Ask(switchboard_domain::At::Resume))
        .await;
    house.pass(Duration::from_secs(1)).await;
    house.rest().await;
    assert_eq!(house.requests("POST Calls/"), 1, "moved although it had arrived");
    stop(calls).await;
    house.close().await;
}

/// The line arrives while the carrier is still asked where it is: two jobs wanted it moved, and the other was first.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_caller_who_arrives_while_it_is_looked_for_is_not_moved() {
    let house = House::open().await;
    house.agent("amelia", None).await;
    let call = house.dial().await;
    house.waits(&call, None).await;
    house.answers("amelia", &call).await;
    let leg = LegId::new(AGENT).unwrap();
    house
        .step(&call, None, Command::AgentJoined { claim: 1, leg })
        .await;
    house.simulator.set_faults(Faults {
        api_delay_ms: 800,
        ..Faults::default()
    });
    let calls = house.start_calls();
    // Nobody is there yet; the next question is on its way.
    house.until_requested("GET Conferences.json", 2).await;
    house
        .step(&call, None, Command::Ask(switchboard_domain::At::Resume))
        .await;
    house.until_requested("GET Calls.json?ParentCallSid", 1).await;
    house.simulator.set_faults(Faults::default());
    house.rest().await;
    house.pass(Duration::from_secs(1)).await;
    house.rest().await;
    assert_eq!(house.requests("POST Calls/"), 0, "torn away");
    stop(calls).await;
    house.close().await;
}
