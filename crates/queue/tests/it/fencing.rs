//! Who lost a job must not settle it, and nobody runs it twice at once in one process.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use ::redis::AsyncCommands;
use switchboard_queue::{JobError, Keys, WorkerOptions};
use tokio::sync::Notify;

use crate::proxy::Proxy;
use crate::support::{Bench, Log, Worker, logging, options, until};

fn short() -> WorkerOptions {
    WorkerOptions {
        lease: Duration::from_millis(250),
        renew_every: Duration::from_millis(50),
        ..options()
    }
}

/// Counts how many of it live.
struct Alive(Arc<AtomicUsize>);

impl Alive {
    fn new(count: &Arc<AtomicUsize>) -> Self {
        count.fetch_add(1, Ordering::SeqCst);
        Self(Arc::clone(count))
    }
}

impl Drop for Alive {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::SeqCst);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_handler_whose_lease_is_lost_is_dropped() {
    let bench = Bench::new();
    let proxy = Proxy::start(bench.redis.beside("proxy.sock"), &bench.redis.socket());
    let (zombie_log, log) = (Log::default(), Log::default());
    let alive = Arc::new(AtomicUsize::new(0));
    let zombie = {
        let alive = Arc::clone(&alive);
        logging(&zombie_log, move |_, _| {
            let alive = Alive::new(&alive);
            async move {
                let _alive = alive;
                std::future::pending().await
            }
        })
    };
    let first = Worker::start(&proxy.url(), &bench.prefix, short(), zombie);
    bench.push(1).await;
    zombie_log.until(1).await;
    proxy.freeze(true);
    let second = bench.worker(short(), logging(&log, |_, _| async { Ok(()) }));
    log.until(1).await;
    assert_eq!(log.attempts(), [(1, 2)]);
    assert_eq!(alive.load(Ordering::SeqCst), 1);
    proxy.freeze(false);
    until("the zombie is dropped", || alive.load(Ordering::SeqCst) == 0).await;
    bench.until_empty().await;
    assert_eq!(zombie_log.len(), 1);
    first.stop().await;
    second.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_zombie_cannot_acknowledge() {
    let bench = Bench::new();
    let proxy = Proxy::start(bench.redis.beside("proxy.sock"), &bench.redis.socket());
    let (zombie_log, log) = (Log::default(), Log::default());
    let (finish, fail) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
    let zombie = {
        let finish = Arc::clone(&finish);
        logging(&zombie_log, move |_, _| {
            let finish = Arc::clone(&finish);
            async move {
                finish.notified().await;
                Ok(())
            }
        })
    };
    let heir = {
        let fail = Arc::clone(&fail);
        logging(&log, move |_, context| {
            let fail = Arc::clone(&fail);
            async move {
                if context.last {
                    return Ok(());
                }
                fail.notified().await;
                Err(JobError::retry("once more"))
            }
        })
    };
    let first = Worker::start(&proxy.url(), &bench.prefix, short(), zombie);
    bench.push(1).await;
    zombie_log.until(1).await;
    proxy.freeze(true);
    let second = bench.worker(short(), heir);
    log.until(1).await;
    // The zombie says "done" while its connection hangs; Redis hears it when the heir holds the job.
    finish.notify_one();
    proxy.freeze(false);
    first.stop().await;
    assert_eq!(bench.stats().await.leased, 1);
    fail.notify_one();
    log.until(2).await;
    assert_eq!(log.attempts(), [(1, 2), (1, 3)]);
    bench.until_empty().await;
    second.stop().await;
}

/// After a lost lease a worker may fetch the job that it still runs.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_worker_that_fetches_its_own_job_ends_the_old_run_first() {
    let bench = Bench::new();
    let log = Log::default();
    let (alive, most) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
    let router = {
        let (alive, most) = (Arc::clone(&alive), Arc::clone(&most));
        logging(&log, move |_, context| {
            let guard = Alive::new(&alive);
            most.fetch_max(alive.load(Ordering::SeqCst), Ordering::SeqCst);
            async move {
                let _guard = guard;
                if context.attempt == 1 {
                    std::future::pending::<()>().await;
                }
                Ok(())
            }
        })
    };
    let worker = bench.worker(
        WorkerOptions {
            renew_every: Duration::from_millis(500),
            ..options()
        },
        router,
    );
    bench.push(1).await;
    log.until(1).await;
    let keys = Keys::new(&bench.prefix, "main").unwrap();
    let mut raw = bench.raw().await;
    while log.len() < 2 {
        let _: () = ::redis::cmd("ZADD")
            .arg(&keys.lease)
            .arg("XX")
            .arg(1)
            .arg("w1")
            .query_async(&mut raw)
            .await
            .unwrap();
        let _: () = raw.publish(bench.prefix.wake_channel(), "main").await.unwrap();
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    bench.until_empty().await;
    assert_eq!(log.attempts()[..2], [(1, 1), (1, 2)]);
    assert_eq!(
        (alive.load(Ordering::SeqCst), most.load(Ordering::SeqCst)),
        (0, 1)
    );
    worker.stop().await;
}
