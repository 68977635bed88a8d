//! `queue`: workers and Redis are killed and stopped while jobs are pushed and run, and then every job is accounted
//! for.

mod checker;
mod delays;
mod job;
mod journal;
mod pusher;
mod storm;
mod worker;

use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, ensure};
use clap::Args;
use switchboard_queue::{Admin, Prefix};
use switchboard_runtime::{PrivateRedis, PrivateRedisOptions, Rng};
use tokio_util::sync::CancellationToken;

pub(crate) use self::worker::{WorkerArgs, worker};

/// The deployment's key prefix.
const PREFIX: &str = "{chaos}";

/// How long the last jobs may take when nothing disturbs them any more.
const CALM: Duration = Duration::from_secs(60);

/// How much of what.
#[derive(Debug, Args)]
pub(crate) struct Storm {
    /// Kills of workers
    #[arg(long, default_value_t = 20)]
    pub(crate) rounds: u64,
    /// Restarts of Redis, most of them after kill -9; a tenth of the rounds unless given
    #[arg(long)]
    pub(crate) restarts: Option<u64>,
    /// Of everything that is left to chance
    #[arg(long, default_value_t = 1)]
    pub(crate) seed: u64,
    /// Workers at the same time
    #[arg(long, default_value_t = 4)]
    pub(crate) workers: usize,
    /// Jobs pushed a second
    #[arg(long, default_value_t = 60)]
    pub(crate) rate: u64,
    /// Keep journals and logs
    #[arg(long)]
    pub(crate) keep: bool,
}

impl Storm {
    pub(crate) fn restarts(&self) -> u64 {
        self.restarts.unwrap_or(self.rounds / 10)
    }
}

/// Runs the storm, waits for calm, and checks.
pub(crate) async fn chaos(storm: &Storm) -> Result<()> {
    ensure!(
        storm.workers > 0 && storm.rate > 0,
        "nobody to kill, or nothing to run"
    );
    println!(
        "chaos queue: {} kills of workers and {} restarts of redis, seed {}",
        storm.rounds,
        storm.restarts(),
        storm.seed
    );
    let begun = Instant::now();
    let mut folder = tempfile::TempDir::with_prefix("switchboard-chaos-")?;
    folder.disable_cleanup(storm.keep);
    let redis = PrivateRedis::start(&folder.path().join("redis"), PrivateRedisOptions::default()).await?;
    let url = redis.url().to_owned();
    let rng = Rng::from_seed(storm.seed);
    let prefix = Prefix::new(PREFIX)?;
    let admin = Admin::connect(&url, prefix.clone())?;

    let stop = CancellationToken::new();
    let mut crew = storm::Crew::new(redis, folder.path(), storm.workers, rng.fork())?;
    let pushing = pusher::push_until(&url, prefix, storm.rate, rng.fork(), stop.clone());
    let storming = async {
        let done = crew.storm(storm).await;
        stop.cancel();
        done
    };
    let watching = delays::watch(stop.clone());
    let (pushed, stormed, delays) = tokio::join!(pushing, storming, watching);
    stormed?;
    let pushed = pushed?;

    let calm = Instant::now();
    let stats = loop {
        let stats = admin.stats().await;
        crew.all_alive()?;
        match stats {
            Ok(stats) if stats.is_idle() && stats.due == 0 => break stats,
            Ok(stats) => ensure!(calm.elapsed() < CALM, "jobs are left: {stats:?}"),
            Err(error) => ensure!(calm.elapsed() < CALM, "redis does not come back: {error}"),
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    };
    let dead = admin.dead(job::QUEUE, 10_000).await?;
    let counts = stats.queues.first().context("no queue")?.counts;
    let (faults, journals) = crew.end().await?;
    let account = checker::Account {
        pushed: &pushed,
        dead: &dead,
        counts,
        faults: &faults,
        journals: &journals,
        delays,
    };
    let told = account.check();
    println!("{}", told.text);
    println!("took {} s", begun.elapsed().as_secs());
    if storm.keep {
        println!("kept: {}", folder.path().display());
    }
    ensure!(
        told.faults.is_empty(),
        "seed {}: {} faults\n{}",
        storm.seed,
        told.faults.len(),
        told.faults
            .iter()
            .take(20)
            .cloned()
            .collect::<Vec<_>>()
            .join("\n")
    );
    Ok(())
}
