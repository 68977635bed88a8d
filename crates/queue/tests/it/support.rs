//! Test jobs, a worker that can be stopped or crashed, and waiting for conditions.

use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use ::redis::aio::MultiplexedConnection;
use serde::{Deserialize, Serialize};
use switchboard_queue::{
    Admin, Backoff, Job, JobContext, JobError, Prefix, Producer, Push, Router, Stats, WorkerHealth,
    WorkerOptions,
};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use crate::redis::Redis;

#[derive(Clone, Debug, Serialize, Deserialize, PartialEq, Eq)]
pub(crate) struct Work {
    pub(crate) n: u32,
}

impl Job for Work {
    const NAME: &'static str = "work";
    const QUEUE: &'static str = "main";
    const ATTEMPTS: u32 = 3;
}

/// Nobody handles it.
#[derive(Serialize, Deserialize)]
pub(crate) struct Unknown {}

impl Job for Unknown {
    const NAME: &'static str = "unknown-to-all";
    const QUEUE: &'static str = "main";
    const ATTEMPTS: u32 = 3;
}

/// The name of [`Work`] with a payload that it cannot read.
#[derive(Serialize, Deserialize)]
pub(crate) struct Garbled {
    pub(crate) m: String,
}

impl Job for Garbled {
    const NAME: &'static str = Work::NAME;
    const QUEUE: &'static str = "main";
    const ATTEMPTS: u32 = 3;
}

/// A server, and everything that talks to it.
pub(crate) struct Bench {
    pub(crate) redis: Redis,
    pub(crate) prefix: Prefix,
    pub(crate) producer: Producer,
    pub(crate) admin: Admin,
}

impl Bench {
    pub(crate) fn new() -> Self {
        let redis = Redis::start();
        let prefix = Prefix::new("{sb}").unwrap();
        let producer = Producer::connect(&redis.url(), prefix.clone()).unwrap();
        let admin = Admin::connect(&redis.url(), prefix.clone()).unwrap();
        Self {
            redis,
            prefix,
            producer,
            admin,
        }
    }

    pub(crate) async fn raw(&self) -> MultiplexedConnection {
        let client = ::redis::Client::open(self.redis.url()).unwrap();
        client.get_multiplexed_async_connection().await.unwrap()
    }

    /// Redis' real time in µs.
    pub(crate) async fn micros(&self) -> i64 {
        let (s, us): (i64, i64) = ::redis::cmd("TIME")
            .query_async(&mut self.raw().await)
            .await
            .unwrap();
        s * 1_000_000 + us
    }

    pub(crate) async fn push(&self, n: u32) {
        self.producer
            .push(&Push::now(&Work { n }).unwrap().id(format!("w{n}")))
            .await
            .unwrap();
    }

    pub(crate) fn worker(&self, options: WorkerOptions, router: Router) -> Worker {
        Worker::start(&self.redis.url(), &self.prefix, options, router)
    }

    pub(crate) async fn stats(&self) -> Stats {
        self.admin.stats().await.unwrap()
    }

    /// Waits until the queues are as `wanted`.
    pub(crate) async fn until(&self, what: &str, wanted: impl Fn(&Stats) -> bool) {
        let end = Instant::now() + LONG;
        loop {
            let stats = self.stats().await;
            if wanted(&stats) {
                return;
            }
            assert!(Instant::now() < end, "waited too long until {what}: {stats:?}");
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }

    /// Everything is done: no job is left, and no key that only jobs have.
    pub(crate) async fn until_empty(&self) {
        self.until("empty", |s| s.is_idle() && s.due == 0).await;
        let keys: Vec<String> = ::redis::cmd("KEYS")
            .arg("*")
            .query_async(&mut self.raw().await)
            .await
            .unwrap();
        let of_jobs = |key: &String| {
            [
                ":job", ":att", ":rel", ":fail", ":lease", ":high", ":ready", ":due",
            ]
            .iter()
            .any(|end| key.ends_with(end))
        };
        assert_eq!(
            keys.into_iter().filter(of_jobs).collect::<Vec<_>>(),
            Vec::<String>::new()
        );
    }
}

/// How long a condition may take on a machine that is busy with other things.
pub(crate) const LONG: Duration = Duration::from_secs(20);

/// Quick retries; a tick so long that nothing in a test can be found by it.
pub(crate) fn options() -> WorkerOptions {
    WorkerOptions {
        concurrency: 4,
        tick: Duration::from_hours(1),
        backoff: Backoff {
            base: Duration::from_millis(2),
            cap: Duration::from_millis(20),
        },
        ..WorkerOptions::new("main")
    }
}

pub(crate) struct Worker {
    stop: CancellationToken,
    task: JoinHandle<switchboard_queue::Result<()>>,
    pub(crate) health: WorkerHealth,
}

impl Worker {
    pub(crate) fn start(url: &str, prefix: &Prefix, options: WorkerOptions, router: Router) -> Self {
        let stop = CancellationToken::new();
        let (url, prefix, token) = (url.to_owned(), prefix.clone(), stop.clone());
        let health = options.health.clone();
        let task =
            tokio::spawn(async move { switchboard_queue::run(&url, prefix, router, options, token).await });
        Self { stop, task, health }
    }

    pub(crate) fn shutdown(&self) {
        self.stop.cancel();
    }

    pub(crate) async fn stop(self) {
        self.stop.cancel();
        self.task.await.unwrap().unwrap();
    }

    /// Ends without a word, like a killed process: no acknowledgement, no further renewal.
    pub(crate) async fn crash(self) {
        self.task.abort();
        let _ = self.task.await;
    }
}

/// What handlers saw, in order.
#[derive(Clone, Default)]
pub(crate) struct Log(Arc<Mutex<Vec<(u32, JobContext)>>>);

impl Log {
    pub(crate) fn add(&self, n: u32, context: &JobContext) {
        self.0.lock().unwrap().push((n, context.clone()));
    }

    pub(crate) fn all(&self) -> Vec<(u32, JobContext)> {
        self.0.lock().unwrap().clone()
    }

    pub(crate) fn len(&self) -> usize {
        self.0.lock().unwrap().len()
    }

    /// Each run as (n, attempt).
    pub(crate) fn attempts(&self) -> Vec<(u32, u32)> {
        self.all()
            .iter()
            .map(|(n, context)| (*n, context.attempt))
            .collect()
    }

    pub(crate) async fn until(&self, count: usize) {
        until("the handlers ran", || self.len() >= count).await;
    }
}

pub(crate) async fn until(what: &str, wanted: impl Fn() -> bool) {
    let end = Instant::now() + LONG;
    while !wanted() {
        assert!(Instant::now() < end, "waited too long until {what}");
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
}

/// A router whose handler notes the run and then does as `then` says.
pub(crate) fn logging<F, Fut>(log: &Log, then: F) -> Router
where
    F: Fn(Work, JobContext) -> Fut + Clone + Send + Sync + 'static,
    Fut: Future<Output = Result<(), JobError>> + Send + 'static,
{
    let log = log.clone();
    Router::new().on::<Work>(move |work: Work, context: JobContext| {
        log.add(work.n, &context);
        then(work, context)
    })
}

/// A router whose handler notes the run and succeeds.
pub(crate) fn succeeding(log: &Log) -> Router {
    logging(log, |_, _| async { Ok(()) })
}
