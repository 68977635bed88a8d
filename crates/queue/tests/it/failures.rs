//! Retries, panics, poison.

use std::time::{Duration, Instant};

use switchboard_queue::{Backoff, JobError, WorkerHealth, WorkerOptions};

use crate::support::{Bench, Log, logging, options};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_retry_waits_as_long_as_the_handler_asked() {
    let bench = Bench::new();
    let log = Log::default();
    let asked = Duration::from_millis(150);
    let router = logging(&log, move |_, context| async move {
        if context.last {
            Ok(())
        } else {
            Err(JobError::retry_in(asked, "not yet"))
        }
    });
    let worker = bench.worker(options(), router);
    let begun = Instant::now();
    bench.push(1).await;
    log.until(3).await;
    assert!(begun.elapsed() >= asked * 2, "{:?}", begun.elapsed());
    bench.until_empty().await;
    assert_eq!(log.attempts(), [(1, 1), (1, 2), (1, 3)]);
    assert!(log.all().windows(2).all(|w| w[0].1.token < w[1].1.token));
    worker.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_retry_without_a_wish_backs_off_within_bounds() {
    let bench = Bench::new();
    let log = Log::default();
    let router = logging(&log, |_, _| async { Err(JobError::retry("no")) });
    let backoff = Backoff {
        base: Duration::from_mins(10),
        cap: Duration::from_mins(10),
    };
    let worker = bench.worker(WorkerOptions { backoff, ..options() }, router);
    bench.push(1).await;
    bench.until("waiting", |s| s.due == 1 && s.is_idle()).await;
    let stats = bench.stats().await;
    let wait = stats.next_due_ms.unwrap() - stats.now_ms;
    assert!(wait <= 600_000, "{wait}");
    assert_eq!(log.len(), 1);
    worker.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_job_that_always_fails_dies_after_its_limit() {
    let bench = Bench::new();
    let log = Log::default();
    let router = logging(&log, |_, _| async {
        Err(JobError::retry(std::io::Error::other("broken")))
    });
    let worker = bench.worker(options(), router);
    bench.push(1).await;
    bench.until("dead", |s| s.dead == 1 && s.is_idle()).await;
    assert_eq!(log.attempts(), [(1, 1), (1, 2), (1, 3)]);
    let dead = bench.admin.dead("main", 10).await.unwrap();
    assert_eq!(
        (dead[0].id.as_str(), dead[0].reason.as_str(), dead[0].attempts),
        ("w1", "broken", 3)
    );
    bench.until_empty().await;
    worker.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_panic_is_one_failed_attempt_and_the_worker_goes_on() {
    let bench = Bench::new();
    let log = Log::default();
    let router = logging(&log, |work, context| async move {
        assert!(work.n != 1 || context.attempt > 1, "first attempt");
        Ok(())
    });
    let worker = bench.worker(options(), router);
    bench.push(1).await;
    bench.push(2).await;
    log.until(3).await;
    bench.until_empty().await;
    assert_eq!(bench.stats().await.dead, 0);
    worker.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn dead_at_once_and_again_without_counting() {
    let bench = Bench::new();
    let log = Log::default();
    let seen = log.clone();
    let router = logging(&log, move |work, _| {
        let runs = seen.len();
        async move {
            match work.n {
                1 => Err(JobError::dead("never")),
                // More often than the limit of attempts.
                _ if runs < 8 => Err(JobError::again(Duration::from_millis(1))),
                _ => Ok(()),
            }
        }
    });
    let worker = bench.worker(options(), router);
    bench.push(1).await;
    bench.until("dead", |s| s.dead == 1).await;
    assert_eq!(log.len(), 1);
    bench.push(2).await;
    log.until(8).await;
    bench.until_empty().await;
    assert!(
        log.attempts().iter().all(|(_, attempt)| *attempt == 1),
        "{:?}",
        log.attempts()
    );
    worker.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_run_over_its_time_limit_is_a_failed_attempt() {
    let bench = Bench::new();
    let log = Log::default();
    let router = logging(&log, |_, context| async move {
        if context.attempt == 1 {
            std::future::pending::<()>().await;
        }
        Ok(())
    });
    let worker = bench.worker(
        WorkerOptions {
            time_limit: Duration::from_millis(50),
            ..options()
        },
        router,
    );
    bench.push(1).await;
    log.until(2).await;
    bench.until_empty().await;
    worker.stop().await;
}

/// A job that takes its process with it counts its attempts across the crashes.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn crashes_count_as_attempts_until_the_job_is_dead() {
    let bench = Bench::new();
    let log = Log::default();
    let router = logging(&log, |_, _| std::future::pending());
    let quick = WorkerOptions {
        lease: Duration::from_millis(200),
        renew_every: Duration::from_millis(50),
        ..options()
    };
    bench.push(1).await;
    for attempt in 1..=3 {
        let worker = bench.worker(
            WorkerOptions {
                health: WorkerHealth::default(),
                ..quick.clone()
            },
            router.clone(),
        );
        log.until(attempt).await;
        worker.crash().await;
    }
    let worker = bench.worker(quick, router);
    bench.until("dead", |s| s.dead == 1 && s.is_idle()).await;
    assert_eq!(log.attempts(), [(1, 1), (1, 2), (1, 3)]);
    let dead = bench.admin.dead("main", 10).await.unwrap();
    assert!(dead[0].reason.contains("lease ran out"), "{}", dead[0].reason);
    bench.until_empty().await;
    worker.stop().await;
}
