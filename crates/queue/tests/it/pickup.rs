//! When jobs start.

use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use switchboard_queue::{JobContext, Push, Router, WorkerOptions};

use crate::support::{Bench, Log, Work, options, succeeding, until};

/// With a tick of an hour only a wake-up can find a job.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_idle_worker_starts_a_job_by_wake_up() {
    let bench = Bench::new();
    let log = Log::default();
    let worker = bench.worker(options(), succeeding(&log));
    let mut pickups = Vec::new();
    for n in 0..20 {
        let begun = Instant::now();
        bench.push(n).await;
        log.until(n as usize + 1).await;
        pickups.push(begun.elapsed());
        bench.until("idle", switchboard_queue::Stats::is_idle).await;
    }
    pickups.sort();
    assert!(pickups[10] < Duration::from_millis(100), "{pickups:?}");
    assert!(worker.health.since_answer().unwrap() < Duration::from_secs(20));
    bench.until_empty().await;
    worker.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn due_jobs_start_after_their_time_and_soon() {
    let bench = Arc::new(Bench::new());
    let late: Arc<Mutex<Vec<i64>>> = Arc::default();
    let start = bench.micros().await / 1000;
    let router = {
        let (bench, late) = (Arc::clone(&bench), Arc::clone(&late));
        Router::new().on::<Work>(move |work: Work, _: JobContext| {
            let (bench, late) = (Arc::clone(&bench), Arc::clone(&late));
            async move {
                let due = start + i64::from(work.n);
                let lateness = bench.micros().await - due * 1000;
                late.lock().unwrap().push(lateness);
                Ok(())
            }
        })
    };
    let worker = bench.worker(options(), router);
    // Pushed in an order that has nothing to do with the due times.
    for n in (0..60).map(|i| 100 + (i * 37) % 60 * 10) {
        bench
            .producer
            .push(&Push::at(&Work { n }, start + i64::from(n)).unwrap())
            .await
            .unwrap();
    }
    until("all ran", || late.lock().unwrap().len() == 60).await;
    let mut late = late.lock().unwrap().clone();
    late.sort_unstable();
    assert!(late[0] >= 0, "early by {} µs", -late[0]);
    assert!(late[30] < 100_000, "late: {late:?}");
    bench.until_empty().await;
    worker.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_more_run_than_the_concurrency_allows() {
    let bench = Bench::new();
    let running = Arc::new(Mutex::new((0, 0)));
    let router = {
        let running = Arc::clone(&running);
        Router::new().on::<Work>(move |_: Work, _: JobContext| {
            let running = Arc::clone(&running);
            async move {
                {
                    let mut r = running.lock().unwrap();
                    r.0 += 1;
                    r.1 = r.1.max(r.0);
                }
                tokio::time::sleep(Duration::from_millis(5)).await;
                running.lock().unwrap().0 -= 1;
                Ok(())
            }
        })
    };
    let pushes: Vec<Push> = (0..100).map(|n| Push::now(&Work { n }).unwrap()).collect();
    bench.producer.push_many(&pushes).await.unwrap();
    let worker = bench.worker(
        WorkerOptions {
            concurrency: 3,
            prefetch: 5,
            ..options()
        },
        router,
    );
    bench.until_empty().await;
    assert_eq!(*running.lock().unwrap(), (0, 3));
    worker.stop().await;
}

/// A blocking handler must hold up neither its neighbours nor the renewal of its own lease.
#[tokio::test(flavor = "multi_thread", worker_threads = 3)]
async fn a_blocking_handler_holds_up_nobody() {
    let bench = Bench::new();
    let log = Log::default();
    let (free, blocked) = std::sync::mpsc::channel::<()>();
    let blocked = Arc::new(Mutex::new(blocked));
    let router = crate::support::logging(&log, move |work, _| {
        let blocked = Arc::clone(&blocked);
        async move {
            if work.n == 0 {
                let _ = blocked.lock().unwrap().recv();
            }
            Ok(())
        }
    });
    let lease = Duration::from_millis(300);
    let worker = bench.worker(
        WorkerOptions {
            lease,
            renew_every: Duration::from_millis(50),
            ..options()
        },
        router,
    );
    bench.push(0).await;
    log.until(1).await;
    let begun = Instant::now();
    // Long enough for the lease to run out several times, were it not renewed.
    while begun.elapsed() < lease * 3 {
        let n = u32::try_from(log.len()).unwrap();
        bench.push(n).await;
        log.until(n as usize + 1).await;
    }
    free.send(()).unwrap();
    bench.until_empty().await;
    assert!(log.all().iter().all(|(_, context)| context.attempt == 1));
    worker.stop().await;
}

/// Jobs in the buffer of a busy worker go back, so that an idle one can have them.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_lies_too_long_in_a_buffer_is_given_back() {
    let bench = Bench::new();
    let log = Log::default();
    let busy = WorkerOptions {
        concurrency: 1,
        prefetch: 10,
        ..options()
    };
    let gate = Arc::new(tokio::sync::Notify::new());
    let router = {
        let gate = Arc::clone(&gate);
        crate::support::logging(&log, move |_, _| {
            let gate = Arc::clone(&gate);
            async move {
                gate.notified().await;
                Ok(())
            }
        })
    };
    for n in 0..5 {
        bench.push(n).await;
    }
    let first = bench.worker(busy, router);
    bench.until("given back", |s| s.leased == 1 && s.ready == 4).await;
    let others = Log::default();
    let second = bench.worker(options(), succeeding(&others));
    others.until(4).await;
    assert!(others.all().iter().all(|(_, context)| context.attempt == 1));
    gate.notify_one();
    bench.until_empty().await;
    first.stop().await;
    second.stop().await;
}
