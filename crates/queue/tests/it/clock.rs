//! Virtual time.

use std::time::{Duration, Instant};

use switchboard_queue::Push;

use crate::support::{Bench, Log, Work, logging, options, succeeding};

const MINUTES: i64 = 180_000;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_jump_of_the_clock_wakes_a_due_job_at_once() {
    let bench = Bench::new();
    let log = Log::default();
    let worker = bench.worker(options(), succeeding(&log));
    let due = bench.stats().await.now_ms + MINUTES;
    bench
        .producer
        .push(&Push::at(&Work { n: 1 }, due).unwrap())
        .await
        .unwrap();
    let stats = bench.stats().await;
    assert_eq!((stats.ready, stats.due, stats.next_due_ms), (0, 1, Some(due)));
    assert!(stats.is_idle());

    bench.admin.set_clock_offset(MINUTES - 20_000).await.unwrap();
    assert_eq!(bench.admin.clock_offset().await.unwrap(), Some(MINUTES - 20_000));
    assert_eq!(log.len(), 0);
    let begun = Instant::now();
    bench.admin.set_clock_offset(MINUTES).await.unwrap();
    log.until(1).await;
    assert!(
        begun.elapsed() < Duration::from_millis(1500),
        "{:?}",
        begun.elapsed()
    );
    bench.until_empty().await;
    worker.stop().await;
}

/// Leases are about processes, which live in real time.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_jump_of_the_clock_takes_no_running_job_away() {
    let bench = Bench::new();
    let log = Log::default();
    let gate = std::sync::Arc::new(tokio::sync::Notify::new());
    let router = {
        let gate = gate.clone();
        logging(&log, move |_, _| {
            let gate = gate.clone();
            async move {
                gate.notified().await;
                Ok(())
            }
        })
    };
    let worker = bench.worker(options(), router);
    bench.push(1).await;
    log.until(1).await;
    bench.admin.set_clock_offset(MINUTES * 1000).await.unwrap();
    bench.push(2).await;
    log.until(2).await;
    gate.notify_one();
    gate.notify_one();
    while !bench.stats().await.is_idle() {
        gate.notify_one();
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
    bench.until_empty().await;
    assert_eq!(log.attempts(), [(1, 1), (2, 1)]);
    worker.stop().await;
}
