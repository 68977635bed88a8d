//! Nothing that happens to Redis or to a connection leaves a worker deaf. With a tick of an hour only a wake-up, or
//! having listened again, can find a job.

use std::sync::Arc;
use std::time::Duration;

use switchboard_queue::{JobState, JobView, WorkerOptions};
use tokio::sync::Semaphore;

use crate::support::{Bench, Log, Worker, logging, options, succeeding};

async fn raw(bench: &Bench, words: &[&str]) {
    let mut command = ::redis::cmd(words[0]);
    command.arg(&words[1..]);
    let _: ::redis::Value = command.query_async(&mut bench.raw().await).await.unwrap();
}

async fn started() -> (Bench, Log, Worker) {
    let bench = Bench::new();
    let log = Log::default();
    let worker = bench.worker(options(), succeeding(&log));
    bench.push(0).await;
    log.until(1).await;
    (bench, log, worker)
}

/// Eight jobs, of which four wait in their handlers for the gate; every other one fails in its first attempt.
async fn half_failing() -> (Bench, Worker, Arc<Semaphore>) {
    let bench = Bench::new();
    let log = Log::default();
    let gate = Arc::new(Semaphore::new(0));
    let opened = Arc::clone(&gate);
    let router = logging(&log, move |work, context| {
        let gate = Arc::clone(&opened);
        async move {
            let _ = gate.acquire().await;
            match work.n % 2 {
                0 if context.attempt == 1 => Err(switchboard_queue::JobError::retry("once")),
                _ => Ok(()),
            }
        }
    });
    let quick = WorkerOptions {
        lease: Duration::from_millis(300),
        renew_every: Duration::from_millis(50),
        ..options()
    };
    let worker = bench.worker(quick, router);
    for n in 0..8 {
        bench.push(n).await;
    }
    log.until(4).await;
    (bench, worker, gate)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stalled_redis_makes_nobody_deaf() {
    let (bench, log, worker) = started().await;
    for (n, stall) in [(1, 100), (2, 300)] {
        bench.redis.stall(true);
        tokio::time::sleep(Duration::from_millis(stall)).await;
        bench.redis.stall(false);
        bench.push(n).await;
        log.until(n as usize + 1).await;
        bench.until("idle", switchboard_queue::Stats::is_idle).await;
    }
    bench.until_empty().await;
    worker.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_subscription_that_is_cut_is_made_again() {
    let (bench, log, worker) = started().await;
    for n in 1..4 {
        raw(&bench, &["CLIENT", "KILL", "TYPE", "pubsub"]).await;
        bench.push(n).await;
        log.until(n as usize + 1).await;
    }
    bench.until_empty().await;
    worker.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_connection_may_be_cut_and_every_script_forgotten() {
    let (bench, log, worker) = started().await;
    for n in 1..4 {
        raw(&bench, &["SCRIPT", "FLUSH"]).await;
        raw(&bench, &["CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes"]).await;
        while bench
            .producer
            .push(
                &switchboard_queue::Push::now(&crate::support::Work { n })
                    .unwrap()
                    .id(format!("w{n}")),
            )
            .await
            .is_err()
        {}
        log.until(n as usize + 1).await;
    }
    bench.until_empty().await;
    worker.stop().await;
}

/// Whatever Redis has against writing, a full disk or a missing replica: everything waits and nothing is lost, not even
/// half-way through a script.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_redis_that_refuses_writes_is_waited_for() {
    let (bench, worker, gate) = half_failing().await;
    raw(&bench, &["CONFIG", "SET", "min-replicas-to-write", "1"]).await;
    let push = switchboard_queue::Push::now(&crate::support::Work { n: 8 })
        .unwrap()
        .id("w8");
    assert!(bench.producer.push(&push).await.is_err());
    gate.add_permits(1000);
    // Nothing can be renewed or acknowledged: every lease runs out.
    let end = std::time::Instant::now() + crate::support::LONG;
    loop {
        let now_ms = bench.stats().await.now_ms;
        let running = bench.admin.jobs("main", JobState::Running, 100).await.unwrap();
        let is_over = |job: &JobView| job.lease_until_ms.is_some_and(|until_ms| until_ms < now_ms);
        if running.iter().all(is_over) {
            break;
        }
        assert!(std::time::Instant::now() < end, "leases are renewed: {running:?}");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    raw(&bench, &["CONFIG", "SET", "min-replicas-to-write", "0"]).await;
    bench
        .until("as before", |stats| stats.is_idle() && stats.due == 0)
        .await;
    bench.producer.push(&push).await.unwrap();
    bench.until_empty().await;
    let counts = bench.stats().await.queues[0].counts;
    assert_eq!((counts.pushed, counts.done + counts.dead), (9, 9), "{counts:?}");
    worker.stop().await;
}

/// A full Redis takes no more jobs, and those that it has are done: this makes room.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_full_redis_is_emptied() {
    let (bench, worker, gate) = half_failing().await;
    raw(&bench, &["CONFIG", "SET", "maxmemory", "1"]).await;
    let push = switchboard_queue::Push::now(&crate::support::Work { n: 8 })
        .unwrap()
        .id("w8");
    assert!(bench.producer.push(&push).await.is_err());
    gate.add_permits(1000);
    bench.until_empty().await;
    let counts = bench.stats().await.queues[0].counts;
    // Each was acknowledged as what it was: no lease ran out.
    assert_eq!(
        (counts.pushed, counts.done, counts.retried),
        (8, 8, 4),
        "{counts:?}"
    );
    assert_eq!(counts.expired, 0, "{counts:?}");
    raw(&bench, &["CONFIG", "SET", "maxmemory", "0"]).await;
    bench.producer.push(&push).await.unwrap();
    bench.until_empty().await;
    worker.stop().await;
}

/// A server that had no place for more clients refuses the handshake; a connection that remembered this would be
/// useless for ever.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_refused_handshake_is_not_remembered() {
    let bench = Bench::new();
    // The only place is taken by the connection that gives it back.
    let mut keeper = bench.raw().await;
    let _: ::redis::Value = ::redis::cmd("CONFIG")
        .arg(&["SET", "maxclients", "1"])
        .query_async(&mut keeper)
        .await
        .unwrap();
    let push = switchboard_queue::Push::now(&crate::support::Work { n: 1 })
        .unwrap()
        .id("w1");
    assert!(bench.producer.push(&push).await.is_err());
    assert!(bench.admin.stats().await.is_err());
    let log = Log::default();
    let worker = bench.worker(options(), succeeding(&log));
    let _: ::redis::Value = ::redis::cmd("CONFIG")
        .arg(&["SET", "maxclients", "1000"])
        .query_async(&mut keeper)
        .await
        .unwrap();
    let end = std::time::Instant::now() + crate::support::LONG;
    while bench.producer.push(&push).await.is_err() || bench.admin.stats().await.is_err() {
        assert!(std::time::Instant::now() < end, "the refusal is remembered");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    log.until(1).await;
    worker.stop().await;
}

/// A handler that ends while Redis is away waits for its acknowledgement, and stopping does not wait for ever.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_worker_stops_in_time_although_redis_takes_no_acknowledgement() {
    let mut bench = Bench::new();
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
    let drain = Duration::from_millis(200);
    let worker = bench.worker(WorkerOptions { drain, ..options() }, router);
    bench.push(1).await;
    log.until(1).await;
    bench.redis.kill();
    gate.add_permits(1);
    worker.stop().await;
    bench.redis.restart();
    let heirs = Log::default();
    let second = bench.worker(options(), succeeding(&heirs));
    heirs.until(1).await;
    assert_eq!(heirs.attempts(), [(1, 2)]);
    second.stop().await;
}
