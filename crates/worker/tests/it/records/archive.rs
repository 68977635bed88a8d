//! A Redis of its own, records somewhere, and workers that can be started and stopped.

use std::fmt::Write as _;
use std::net::SocketAddr;
use std::time::Duration;

use switchboard_contracts::v1::RefreshFeed;
use switchboard_queue::jobs::RECORDS;
use switchboard_queue::{Admin, JobState, Prefix, Producer, Push, Stats};
use switchboard_records::{Records, RecordsConfig};
use switchboard_runtime::settings::{Layers, Settings};
use switchboard_runtime::{
    Lifecycle, LiveSchedules, Metrics, PrivateRedis, PrivateRedisOptions, Rng, Schedules,
};
use switchboard_store::{Store, StoreConfig};
use switchboard_worker::{Deps, STORE_BUDGET, run_records};
use tempfile::TempDir;

use crate::pages::anywhere;

/// How long anything may take, in real time.
const LIMIT: Duration = Duration::from_secs(60);

pub(crate) struct Archive {
    pub(crate) store: Store,
    pub(crate) records: Records,
    admin: Admin,
    settings: Settings,
    redis: PrivateRedis,
    dir: TempDir,
}

impl Archive {
    /// With its records in a file.
    pub(crate) async fn open(settings: &[String]) -> Self {
        Self::at(None, settings).await
    }

    pub(crate) async fn at(address: Option<&str>, settings: &[String]) -> Self {
        let dir = TempDir::with_prefix("worker").unwrap();
        let redis = PrivateRedis::start(&dir.path().join("redis"), PrivateRedisOptions::default())
            .await
            .unwrap();
        let mut layers = Layers::demo();
        for setting in settings {
            layers = layers.set(setting);
        }
        let settings = layers.load().unwrap();
        let config = address.map_or_else(
            || RecordsConfig::file(&dir.path().join("records.sqlite")),
            |address| RecordsConfig::parse(address).unwrap(),
        );
        let prefix = Prefix::new(settings.key_prefix()).unwrap();
        Self {
            store: store(&settings, &redis),
            records: Records::new(config),
            admin: Admin::connect(redis.url(), prefix).unwrap(),
            settings,
            redis,
            dir,
        }
    }

    /// Starts a worker; where it tells of its health is the second.
    pub(crate) fn start(&self) -> (Lifecycle, SocketAddr) {
        let lifecycle = Lifecycle::new();
        let (listener, health) = anywhere();
        let deps = Deps {
            settings: self.settings.clone(),
            redis_url: self.redis.url().to_owned(),
            store: store(&self.settings, &self.redis),
            metrics: Metrics::install().unwrap(),
            rng: Rng::from_seed(1),
        };
        let run = run_records(listener, deps, self.records.clone(), lifecycle.token());
        lifecycle.spawn_vital("records", run);
        (lifecycle, health)
    }

    /// What a process answers by that follows the calendars.
    pub(crate) fn hours(&self, lifecycle: &Lifecycle) -> std::sync::Arc<LiveSchedules> {
        let schedules = Schedules::new(&(&self.settings).into()).unwrap();
        let hours = std::sync::Arc::new(LiveSchedules::new(schedules));
        let (following, store, stop) = (hours.clone(), self.store.clone(), lifecycle.token());
        lifecycle.spawn("follow", async move {
            let store = &store;
            following
                .follow_feeds(
                    || store.feed_marks(),
                    move |name| async move { store.feed(&name).await },
                    &stop,
                )
                .await;
        });
        hours
    }

    /// Redis dies, and starts again with nothing of what it knew.
    pub(crate) async fn redis_forgets(&mut self) {
        self.redis.kill9().unwrap();
        std::fs::remove_dir_all(self.redis.dir().join("appendonlydir")).unwrap();
        self.redis.restart().await.unwrap();
        // The old one's connections would fail once.
        let prefix = Prefix::new(self.settings.key_prefix()).unwrap();
        self.admin = Admin::connect(self.redis.url(), prefix).unwrap();
        self.store = store(&self.settings, &self.redis);
    }

    pub(crate) async fn stats(&self) -> Stats {
        self.admin.stats().await.unwrap()
    }

    /// The timer of a version that wrote the address itself.
    pub(crate) async fn leave_old_timer(&self, feed: &str, source: &str, due_in: Duration) {
        let job = RefreshFeed {
            feed: feed.to_owned(),
            source: source.to_owned(),
        };
        let due =
            self.store.clock().await.unwrap().now.as_millis() + i64::try_from(due_in.as_millis()).unwrap();
        let prefix = Prefix::new(self.settings.key_prefix()).unwrap();
        let push = Push::at(&job, due)
            .unwrap()
            .id(format!("refresh-feed:{feed}:{source}"));
        let producer = Producer::connect(self.redis.url(), prefix).unwrap();
        producer.push(&push).await.unwrap();
    }

    /// What the queue and Redis know of calendars, as everybody may see it who may look at jobs.
    pub(crate) async fn known_of_calendars(&self, feed: &str) -> String {
        let mut known = self.store.feed(feed).await.unwrap().unwrap_or_default();
        for state in [JobState::Running, JobState::Ready, JobState::Due] {
            let jobs = self.admin.jobs(RECORDS, state, 100).await.unwrap();
            write!(known, "{jobs:?}").unwrap();
        }
        known + &format!("{:?}", self.admin.dead(RECORDS, 100).await.unwrap())
    }

    pub(crate) fn files_of_records(&self) -> String {
        let files = std::fs::read_dir(self.dir.path()).unwrap();
        let bytes = files
            .map(|file| file.unwrap().path())
            .filter(|path| path.is_file())
            .map(|path| std::fs::read(path).unwrap());
        bytes
            .map(|bytes| String::from_utf8_lossy(&bytes).into_owned())
            .collect()
    }

    pub(crate) async fn overrides(&self) -> Vec<String> {
        self.store.overrides().await.unwrap().into_keys().collect()
    }

    pub(crate) async fn close(mut self) {
        self.redis.stop().await.unwrap();
    }
}

/// Whether a worker says that it is ready, and what it says.
pub(crate) async fn ready(health: SocketAddr) -> (bool, String) {
    match reqwest::get(format!("http://{health}/health/ready")).await {
        Ok(answer) => (
            answer.status().is_success(),
            answer.text().await.unwrap_or_default(),
        ),
        Err(error) => (false, error.to_string()),
    }
}

/// Waits until something has become so.
pub(crate) async fn until(what: &str, is_so: impl AsyncFn() -> bool) {
    let become_so = async {
        while !is_so().await {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    let waited = tokio::time::timeout(LIMIT, become_so).await;
    assert!(waited.is_ok(), "not within {LIMIT:?}: {what}");
}

fn store(settings: &Settings, redis: &PrivateRedis) -> Store {
    Store::new(StoreConfig {
        budget: STORE_BUDGET,
        ..StoreConfig::new(redis.url(), settings.key_prefix())
    })
    .unwrap()
}
