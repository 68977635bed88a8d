//! A private Redis, a queue on it, and workers.

use std::process::Stdio;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};
use apalis_core::worker::builder::WorkerBuilder;
use apalis_redis::{Config, RedisStorage};
use redis::aio::ConnectionManager;
use tempfile::TempDir;
use tokio::process::{Child, Command};
use tokio::task::JoinHandle;

pub type Storage = RedisStorage<u64>;

/// Starts of jobs: which, and when.
#[derive(Clone, Default)]
pub struct Starts(Arc<Mutex<Vec<(u64, Instant)>>>);

impl Starts {
    pub fn all(&self) -> Vec<(u64, Instant)> {
        self.0.lock().map(|starts| starts.clone()).unwrap_or_default()
    }

    pub fn note(&self, job: u64) {
        if let Ok(mut starts) = self.0.lock() {
            starts.push((job, Instant::now()));
        }
    }

    /// Waits until there are so many; false if not in time.
    pub async fn until(&self, count: usize, within: Duration) -> bool {
        let end = Instant::now() + within;
        while self.all().len() < count {
            if Instant::now() > end {
                return false;
            }
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        true
    }
}

pub struct House {
    folder: TempDir,
    redis: Child,
    pub workers: Vec<JoinHandle<std::result::Result<(), String>>>,
}

impl House {
    pub async fn start() -> Result<Self> {
        let folder = TempDir::with_prefix("stock-faults-")?;
        let redis = launch(&folder)?;
        let house = Self {
            folder,
            redis,
            workers: Vec::new(),
        };
        house.answers().await?;
        Ok(house)
    }

    pub fn url(&self) -> String {
        format!("redis+unix://{}/redis.sock", self.folder.path().display())
    }

    async fn answers(&self) -> Result<()> {
        for _ in 0..500 {
            if self.raw().await.is_ok() {
                return Ok(());
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        bail!("redis does not answer")
    }

    pub async fn raw(&self) -> Result<redis::aio::MultiplexedConnection> {
        Ok(redis::Client::open(self.url())?
            .get_multiplexed_async_connection()
            .await?)
    }

    pub async fn restart(&mut self) -> Result<()> {
        self.redis.kill().await?;
        self.redis = launch(&self.folder)?;
        self.answers().await
    }

    pub async fn signal(&self, signal: &str) -> Result<()> {
        let pid = self.redis.id().context("redis has ended")?.to_string();
        Command::new("kill").args([signal, &pid]).status().await?;
        Ok(())
    }

    pub async fn storage(&self, config: Config) -> Result<Storage> {
        let connection: ConnectionManager = apalis_redis::connect(self.url()).await?;
        Ok(RedisStorage::new(connection).with_config(config.queue("probe")))
    }

    /// A worker whose jobs are noted and fail if told so.
    pub async fn worker(&mut self, name: &str, config: Config, fails: bool) -> Result<Starts> {
        let storage = self.storage(config).await?;
        let starts = Starts::default();
        let noting = starts.clone();
        let handler = move |job: u64| {
            noting.note(job);
            async move {
                if fails {
                    Err(std::io::Error::other("fails"))
                } else {
                    Ok(())
                }
            }
        };
        let worker = WorkerBuilder::new(name).backend(storage).build(handler);
        self.workers.push(tokio::spawn(async move {
            worker.run().await.map_err(|error| error.to_string())
        }));
        Ok(starts)
    }
}

impl Drop for House {
    fn drop(&mut self) {
        for worker in &self.workers {
            worker.abort();
        }
    }
}

fn launch(folder: &TempDir) -> Result<Child> {
    Command::new("redis-server")
        .current_dir(folder.path())
        .args([
            "--port",
            "0",
            "--unixsocket",
            "redis.sock",
            "--save",
            "",
            "--appendonly",
            "yes",
        ])
        .stdout(Stdio::null())
        .kill_on_drop(true)
        .spawn()
        .context("redis-server is needed")
}

/// The configuration of the probe with kill -9.
pub fn quick() -> Config {
    Config::default()
        .heartbeat_interval(Duration::from_secs(1))
        .missed_heartbeats(3)
}

/// A worker in a process of its own, whose jobs never end.
pub async fn doomed_worker() -> Result<()> {
    let url = std::env::args().nth(2).context("where is redis?")?;
    let connection = apalis_redis::connect(url).await?;
    let storage = Storage::new(connection).with_config(quick().queue("probe"));
    let handler = |_: u64| async {
        println!("started");
        std::future::pending::<Result<(), std::io::Error>>().await
    };
    WorkerBuilder::new("doomed")
        .backend(storage)
        .build(handler)
        .run()
        .await?;
    Ok(())
}
