//! Stopping.

use std::sync::Arc;
use std::time::{Duration, Instant};

use switchboard_queue::WorkerOptions;
use tokio::sync::Semaphore;

use crate::support::{Bench, Log, logging, options, succeeding};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn unstarted_jobs_go_back_uncounted_and_running_ones_finish() {
    let bench = Bench::new();
    let log = Log::default();
    let gate = Arc::new(Semaphore::new(0));
    let router = {
        let gate = Arc::clone(&gate);
        logging(&log, move |_, _| {
            let gate = Arc::clone(&gate);
            async move {
                let _ = gate.acquire().await;
                Ok(())
            }
        })
    };
    for n in 0..10 {
        bench.push(n).await;
    }
    let worker = bench.worker(
        WorkerOptions {
            concurrency: 2,
            prefetch: 5,
            ..options()
        },
        router,
    );
    log.until(2).await;
    worker.shutdown();
    bench
        .until("handed back", |s| s.leased == 2 && s.ready == 8)
        .await;
    gate.add_permits(10);
    worker.stop().await;
    let stats = bench.stats().await;
    assert_eq!((stats.leased, stats.ready), (0, 8));

    let heirs = Log::default();
    let second = bench.worker(options(), succeeding(&heirs));
    heirs.until(8).await;
    assert!(heirs.all().iter().all(|(_, context)| context.attempt == 1));
    bench.until_empty().await;
    second.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_job_that_does_not_end_is_dropped_after_the_drain_time() {
    let bench = Bench::new();
    let log = Log::default();
    let drain = Duration::from_millis(100);
    let worker = bench.worker(
        WorkerOptions { drain, ..options() },
        logging(&log, |_, _| std::future::pending()),
    );
    bench.push(1).await;
    log.until(1).await;
    let begun = Instant::now();
    worker.stop().await;
    assert!(begun.elapsed() >= drain && begun.elapsed() < Duration::from_secs(10));
    let heirs = Log::default();
    let second = bench.worker(options(), succeeding(&heirs));
    heirs.until(1).await;
    assert_eq!(heirs.attempts(), [(1, 2)]);
    bench.until_empty().await;
    second.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_worker_stops_before_it_has_begun_and_without_redis() {
    let mut bench = Bench::new();
    let worker = bench.worker(options(), succeeding(&Log::default()));
    worker.stop().await;
    bench.redis.kill();
    let worker = bench.worker(options(), succeeding(&Log::default()));
    worker.stop().await;
    let bad = WorkerOptions {
        concurrency: 0,
        ..options()
    };
    let stop = tokio_util::sync::CancellationToken::new();
    let router = succeeding(&Log::default());
    let ended = switchboard_queue::run(&bench.redis.url(), bench.prefix.clone(), router, bad, stop).await;
    assert!(ended.is_err());
}
