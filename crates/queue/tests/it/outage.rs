//! Redis goes away and comes back.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use switchboard_queue::{Push, WorkerOptions};

use crate::proxy::Proxy;
use crate::support::{Bench, LONG, Log, Work, Worker, logging, options, succeeding};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_killed_redis_loses_nothing_and_the_worker_goes_on() {
    let mut bench = Bench::new();
    let log = Log::default();
    let router = logging(&log, |work, _| async move {
        // One of them runs through the whole outage.
        let time = if work.n == 0 { 1500 } else { 2 };
        tokio::time::sleep(Duration::from_millis(time)).await;
        Ok(())
    });
    let worker = bench.worker(
        WorkerOptions {
            lease: Duration::from_secs(1),
            ..options()
        },
        router,
    );
    for n in 0..100 {
        bench.push(n).await;
    }
    log.until(20).await;
    bench.redis.kill();
    tokio::time::sleep(Duration::from_millis(300)).await;
    bench.redis.restart();
    for n in 100..150 {
        // A push that got an error may have happened; its id makes it safe to repeat.
        let push = Push::now(&Work { n }).unwrap().id(format!("w{n}"));
        let end = Instant::now() + LONG;
        while bench.producer.push(&push).await.is_err() {
            assert!(Instant::now() < end, "the producer does not recover");
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }
    let client = bench.admin.clone();
    let end = Instant::now() + LONG;
    while client.stats().await.is_err() {
        assert!(Instant::now() < end, "the admin does not recover");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    bench.until_empty().await;
    let done: BTreeSet<u32> = log.all().iter().map(|(n, _)| *n).collect();
    assert_eq!(done, (0..150).collect());
    assert_eq!(bench.stats().await.dead, 0);
    let long_runs = log.all().iter().filter(|(n, _)| *n == 0).count();
    assert_eq!(
        long_runs, 1,
        "the long job was taken from a worker that was alive"
    );
    // Awake again by wake-up, not by luck.
    bench.push(150).await;
    log.until(log.len().max(151)).await;
    worker.stop().await;
}

/// The answer of a fetch is lost on the way: its jobs were leased, and nobody knows. They come back at
/// once and without a counted attempt.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_lost_answer_costs_no_attempt() {
    let bench = Bench::new();
    let proxy = Proxy::start(bench.redis.beside("proxy.sock"), &bench.redis.socket());
    let log = Log::default();
    let slow = WorkerOptions {
        lease: Duration::from_mins(1),
        ..options()
    };
    let worker = Worker::start(&proxy.url(), &bench.prefix, slow, succeeding(&log));
    bench.push(1).await;
    log.until(1).await;
    bench.until("idle", switchboard_queue::Stats::is_idle).await;
    proxy.swallow("\"n\":4711");
    bench.push(4711).await;
    log.until(2).await;
    assert!(proxy.has_swallowed());
    assert_eq!(log.attempts(), [(1, 1), (4711, 1)]);
    assert_eq!(log.all()[1].1.token, 2);
    bench.until_empty().await;
    worker.stop().await;
}
