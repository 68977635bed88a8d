//! Calls that a newer version has put into a state which this one does not know: their jobs are for newer workers, and
//! everybody else's go on.

use switchboard_contracts::v1;
use switchboard_domain::{EndReason, State};
use switchboard_queue::{JobState, Push};

use crate::house::{House, line, stop};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_job_of_such_a_call_waits_without_counting_and_is_done_by_whoever_can_read_it() {
    let house = House::open().await;
    let call = house.dial().await;
    house.waits(&call, None).await;
    house.rest().await;
    let state = house.future().move_on(call.as_str()).await;
    let job = v1::CheckUnanswered {
        call_id: call.to_string(),
        entry: 1,
    };
    let id = format!("{call}:check-unanswered:1");
    house
        .producer
        .push(&Push::now(&job).unwrap().id(id.as_str()))
        .await
        .unwrap();
    house.pass(std::time::Duration::from_secs(200)).await;
    let calls = house.start_calls();
    // Looked at again and again.
    for _ in 0..3 {
        let waiting = loop {
            let job = house.admin.job("deadlines", &id).await.unwrap().unwrap();
            if job.state == JobState::Due && job.last_error.is_some() {
                break job;
            }
            tokio::time::sleep(std::time::Duration::from_millis(2)).await;
        };
        assert_eq!(waiting.attempts, 0, "{waiting:?}");
        assert!(waiting.last_error.unwrap().contains("only newer versions know"));
        house.pass(std::time::Duration::from_secs(1)).await;
    }
    house.future().set(&format!("call:{call}"), "state", state).await;
    house.pass(std::time::Duration::from_secs(1)).await;
    let ringing = house
        .until_call(&call, |call| matches!(call.state, State::RingingOffice { .. }))
        .await;
    assert_eq!(ringing.office_rounds, 1);
    assert_eq!(house.admin.stats().await.unwrap().dead, 0);
    stop(calls).await;
    house.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_sweep_leaves_such_a_call_alone_counts_it_and_goes_on() {
    let house = House::open().await;
    let (strange, gone) = (house.dial().await, house.dial().await);
    house.waits(&strange, None).await;
    house.waits(&gone, None).await;
    house.future().move_on(strange.as_str()).await;
    let before = house.future().record(&format!("call:{strange}")).await;
    let (calls, health) = house.start_calls_with_health();
    for _ in 0..3 {
        house.round().await;
    }
    for call in [&strange, &gone] {
        house.simulator.hang_up(&line(call));
        house
            .until_seen(|view| view.leg(&line(call)).is_some_and(|leg| leg.ended_ms.is_some()))
            .await;
    }
    for _ in 0..3 {
        house.round().await;
    }
    let State::Ended { reason, .. } = house.find(&gone).await.unwrap().state else {
        panic!("the other one was not swept")
    };
    assert_eq!(reason, EndReason::Abandoned);
    assert_eq!(house.future().record(&format!("call:{strange}")).await, before);
    let metrics = reqwest::get(format!("http://{health}/metrics")).await.unwrap();
    let metrics = metrics.text().await.unwrap();
    assert!(metrics.contains("worker_calls_of_newer_versions 1"), "{metrics}");
    stop(calls).await;
    house.close().await;
}
