//! What an operator sees and does.

use std::sync::Arc;
use std::time::Duration;

use switchboard_queue::{Dropped, JobError, JobState, Priority, Push};
use tokio::sync::Notify;

use crate::support::{Bench, Log, Work, logging, options};

const TRACE: &str = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_job_is_seen_wherever_it_is() {
    let bench = Bench::new();
    let admin = &bench.admin;
    let now = bench.stats().await.now_ms;
    let push = Push::at(&Work { n: 7 }, now + 3_600_000)
        .unwrap()
        .id("seven")
        .traceparent(TRACE)
        .priority(Priority::High);
    bench.producer.push(&push).await.unwrap();
    let due = admin.job("main", "seven").await.unwrap().unwrap();
    assert_eq!((due.state, due.due_ms), (JobState::Due, Some(now + 3_600_000)));
    assert_eq!((due.name.as_deref(), due.attempts_limit), (Some("work"), Some(3)));
    assert_eq!(due.trace_id.as_deref(), Some("0af7651916cd43dd8448eb211c80319c"));
    assert_eq!(
        (due.priority, due.payload.unwrap().get()),
        (Priority::High, r#"{"n":7}"#)
    );
    // Nothing may be made to run early.
    assert!(!admin.requeue("main", "seven").await.unwrap());
    assert!(admin.job("main", "eight").await.unwrap().is_none());

    bench.push(1).await;
    let ready = admin.jobs("main", JobState::Ready, 10).await.unwrap();
    assert_eq!((ready.len(), ready[0].id.as_str()), (1, "w1"));
    assert_eq!(
        admin.job("main", "w1").await.unwrap().unwrap().state,
        JobState::Ready
    );

    let log = Log::default();
    let go = Arc::new(Notify::new());
    let router = {
        let go = Arc::clone(&go);
        logging(&log, move |_, context| {
            let go = Arc::clone(&go);
            async move {
                go.notified().await;
                match context.attempt {
                    1 => Err(JobError::retry_in(Duration::from_hours(1), "not yet")),
                    _ => Err(JobError::dead("never")),
                }
            }
        })
    };
    let worker = bench.worker(options(), router);
    log.until(1).await;
    let running = &admin.jobs("main", JobState::Running, 10).await.unwrap()[0];
    assert_eq!((running.state, running.attempts), (JobState::Running, 1));
    assert!(running.lease_until_ms.is_some());
    assert_eq!(admin.drop("main", "w1").await.unwrap(), Dropped::Running);
    assert!(!admin.requeue("main", "w1").await.unwrap());
    go.notify_one();
    bench
        .until("waits for its retry", |s| s.due == 2 && s.is_idle())
        .await;
    let waiting = admin.job("main", "w1").await.unwrap().unwrap();
    assert_eq!(
        (waiting.state, waiting.last_error.as_deref()),
        (JobState::Due, Some("not yet"))
    );
    // Its wait is for a failure, so somebody may end it.
    go.notify_one();
    assert!(admin.requeue("main", "w1").await.unwrap());
    bench.until("dead", |s| s.dead == 1).await;
    let dead = &admin.jobs("main", JobState::Dead, 10).await.unwrap()[0];
    assert_eq!(
        (dead.id.as_str(), dead.attempts, dead.last_error.as_deref()),
        ("w1", 2, Some("never"))
    );
    assert!(dead.died_at_ms.is_some());
    assert_eq!(admin.drop("main", "w1").await.unwrap(), Dropped::Gone);
    assert_eq!(admin.drop("main", "w1").await.unwrap(), Dropped::NoSuchJob);
    assert_eq!(admin.drop("main", "seven").await.unwrap(), Dropped::Gone);
    bench.until_empty().await;
    worker.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_dropped_id_can_be_pushed_again_and_runs_once() {
    let bench = Bench::new();
    bench.push(1).await;
    bench.push(2).await;
    assert_eq!(bench.admin.drop("main", "w1").await.unwrap(), Dropped::Gone);
    bench.push(1).await;
    let log = Log::default();
    let worker = bench.worker(options(), crate::support::succeeding(&log));
    log.until(2).await;
    bench.until_empty().await;
    assert_eq!(log.len(), 2);
    worker.stop().await;
}
