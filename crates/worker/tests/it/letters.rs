//! What no run could ever do is laid aside for a person to see; what has only become pointless is not.

use std::time::Duration;

use switchboard_contracts::v1;
use switchboard_queue::jobs::{CARRIER, DEADLINES, LOOKUP};
use switchboard_queue::{Job, Push};

use crate::house::{House, stop};

const NO_ID: &str = "no id at all";

fn bad<J: Job>(job: &J) -> Push {
    Push::now(job).unwrap().id(J::NAME)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn ids_that_cannot_be_read_go_to_the_dead_letters() {
    let house = House::open().await;
    let (calls, lookup) = (house.start_calls(), house.start_lookup());
    let call_id = || NO_ID.to_owned();
    let jobs = [
        bad(&v1::CheckUnanswered {
            call_id: call_id(),
            entry: 1,
        }),
        bad(&v1::ExpireClaim {
            call_id: call_id(),
            claim: 1,
        }),
        bad(&v1::CallAgent {
            call_id: call_id(),
            claim: 1,
        }),
        bad(&v1::ConnectCaller {
            call_id: call_id(),
            claim: 1,
        }),
        bad(&v1::RingOffice {
            call_id: call_id(),
            round: 1,
            attempt: 0,
        }),
        bad(&v1::ParkCaller {
            call_id: call_id(),
            entry: 1,
        }),
        bad(&v1::CheckTalking {
            call_id: call_id(),
            claim: 1,
        }),
        bad(&v1::CancelLegs {
            call_id: call_id(),
            claim: 1,
            leg_ids: vec![call_id()],
            children: false,
        }),
        bad(&v1::HangUp { call_id: call_id() }),
        bad(&v1::EndConference {
            call_id: call_id(),
            conference: call_id(),
        }),
        bad(&v1::LookupCaller {
            call_id: call_id(),
            number: "+447700900101".to_owned(),
            source: "crm".to_owned(),
        }),
    ];
    let pushed = jobs.len() as u64;
    for job in jobs {
        house.push(job).await;
    }
    house
        .until_queues(|stats| stats.dead == pushed && stats.is_idle())
        .await;
    assert_eq!(house.dead(DEADLINES).await.len(), 1);
    assert_eq!(house.dead(LOOKUP).await.len(), 1);
    assert_eq!(house.dead(CARRIER).await.len(), 9);
    assert_eq!(house.requests("POST"), 0, "the carrier was asked for something");
    stop(calls).await;
    stop(lookup).await;
    house.close().await;
}

/// One bad id must not save the other lines.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn lines_are_ended_also_beside_one_that_cannot_be_read() {
    let house = House::open().await;
    let calls = house.start_calls();
    let caller = house.dial().await;
    let job = v1::CancelLegs {
        call_id: caller.to_string(),
        claim: 1,
        leg_ids: vec![NO_ID.to_owned(), caller.to_string()],
        children: false,
    };
    house.push(bad(&job)).await;
    house
        .until_seen(|view| view.legs().iter().all(|leg| leg.ended_ms.is_some()))
        .await;
    house.until_queues(|stats| stats.dead == 1).await;
    stop(calls).await;
    house.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn jobs_of_calls_that_are_forgotten_are_simply_done() {
    let house = House::open().await;
    let calls = house.start_calls();
    let call_id = "CA00000000000000000000000000000000".to_owned();
    house
        .push(bad(&v1::CheckUnanswered {
            call_id: call_id.clone(),
            entry: 1,
        }))
        .await;
    house
        .push(bad(&v1::ConnectCaller {
            call_id: call_id.clone(),
            claim: 1,
        }))
        .await;
    house.push(bad(&v1::HangUp { call_id })).await;
    house.pass(Duration::from_secs(1)).await;
    // Only the sweep is left.
    house
        .until_queues(|stats| stats.is_idle() && stats.due == 1 && stats.dead == 0)
        .await;
    assert_eq!(house.requests("POST"), 0);
    stop(calls).await;
    house.close().await;
}
