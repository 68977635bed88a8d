//! `jobs`: what is in the queues, and what an operator does about jobs that failed.
//!
//! It speaks with Redis alone, so it works when nothing else does.

mod args;
mod table;
mod words;

use std::process::ExitCode;
use std::time::Duration;

use anyhow::{Context, ensure};
use serde::Serialize;
use switchboard_queue::{Admin, Dropped, JobState, JobView, Prefix};
use switchboard_runtime::SettingsArgs;
use switchboard_runtime::settings::Settings;

pub(crate) use self::args::Jobs;
use self::args::{Command, Which};
use crate::output::{complain, say};
use crate::running::redis_url;

/// The most dead letters that a queue keeps.
const DEAD: u32 = 10_000;

/// Does what was asked; 1 when it could not be done, 2 when it was asked wrongly.
pub(crate) fn run(settings: &SettingsArgs, jobs: &Jobs) -> ExitCode {
    let settings = match settings.load() {
        Ok(settings) => settings,
        Err(faults) => {
            complain!("{faults}");
            return ExitCode::from(2);
        }
    };
    let done = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .context("no runtime")
        .and_then(|runtime| runtime.block_on(command(&settings, jobs)));
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            complain!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

async fn command(settings: &Settings, jobs: &Jobs) -> anyhow::Result<()> {
    let admin = Admin::connect(&redis_url(settings)?, Prefix::new(settings.key_prefix())?)?;
    let json = jobs.json;
    match &jobs.command {
        Command::List {
            queue: None,
            state: _,
            limit: _,
        } => {
            let stats = admin.stats().await?;
            say(json, &stats, || table::queues(&stats));
        }
        Command::List {
            queue: Some(queue),
            state,
            limit,
        } => list(&admin, queue, *state, *limit, json).await?,
        Command::Dead { queue, limit } => list(&admin, queue, Some(Which::Dead), *limit, json).await?,
        Command::Show { queue, id } => {
            let found = known(&admin, queue).await?.job(queue, id).await?;
            let job = found.with_context(|| format!("there is no job {id} in {queue}"))?;
            let now_ms = admin.stats().await?.now_ms;
            say(json, &job, || table::job(&job, now_ms));
        }
        Command::Recent { queue, limit } => {
            let recent = known(&admin, queue).await?.recent(queue, *limit).await?;
            let now_ms = admin.stats().await?.now_ms;
            say(json, &recent, || table::recent(&recent, now_ms));
        }
        Command::Retry { queue, id, all_dead } => {
            let admin = known(&admin, queue).await?;
            let count = if *all_dead {
                each_dead(admin, queue, async |id| Ok(admin.requeue(queue, id).await?)).await?
            } else {
                let id = id.as_deref().context("which job?")?;
                ensure!(
                    admin.requeue(queue, id).await?,
                    "there is no job {id} in {queue} that failed and does not run"
                );
                1
            };
            say(
                json,
                &Touched {
                    retried: Some(count),
                    dropped: None,
                },
                || format!("{count} to run again"),
            );
        }
        Command::Drop { queue, id, all_dead } => {
            let admin = known(&admin, queue).await?;
            let count = if *all_dead {
                each_dead(admin, queue, async |id| {
                    Ok(admin.drop(queue, id).await? == Dropped::Gone)
                })
                .await?
            } else {
                let id = id.as_deref().context("which job?")?;
                match admin.drop(queue, id).await? {
                    Dropped::Gone => 1,
                    Dropped::NoSuchJob => anyhow::bail!("there is no job {id} in {queue}"),
                    Dropped::Running => anyhow::bail!("{id} runs; it can be dropped when it has failed"),
                }
            };
            say(
                json,
                &Touched {
                    retried: None,
                    dropped: Some(count),
                },
                || format!("{count} dropped"),
            );
        }
        Command::Watch { every_ms } => watch(&admin, Duration::from_millis(*every_ms), json).await?,
    }
    Ok(())
}

/// What a change came to.
#[derive(Serialize)]
struct Touched {
    #[serde(skip_serializing_if = "Option::is_none")]
    retried: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    dropped: Option<u64>,
}

/// A queue that was ever pushed to: a misspelt name would look like an empty one.
async fn known<'a>(admin: &'a Admin, queue: &str) -> anyhow::Result<&'a Admin> {
    let stats = admin.stats().await?;
    let names: Vec<&str> = stats.queues.iter().map(|queue| queue.name.as_str()).collect();
    ensure!(
        names.contains(&queue),
        "there is no queue {queue}; there are: {}",
        names.join(", ")
    );
    Ok(admin)
}

async fn list(
    admin: &Admin,
    queue: &str,
    which: Option<Which>,
    limit: u32,
    json: bool,
) -> anyhow::Result<()> {
    let admin = known(admin, queue).await?;
    let states = match which {
        Some(which) => vec![which.state()],
        None => vec![JobState::Running, JobState::Ready, JobState::Due],
    };
    let mut jobs: Vec<JobView> = Vec::new();
    for state in states {
        let left = limit.saturating_sub(u32::try_from(jobs.len()).unwrap_or(limit));
        if left > 0 {
            jobs.extend(admin.jobs(queue, state, left).await?);
        }
    }
    let now_ms = admin.stats().await?.now_ms;
    say(json, &jobs, || table::jobs(&jobs, now_ms));
    Ok(())
}

/// Does something to every dead letter that there is now, and says to how many. Those that die meanwhile are left:
/// the number bounds it.
async fn each_dead(
    admin: &Admin,
    queue: &str,
    touch: impl AsyncFn(&str) -> anyhow::Result<bool>,
) -> anyhow::Result<u64> {
    let letters = admin.dead(queue, DEAD).await?;
    let mut count = 0;
    for letter in letters {
        count += u64::from(touch(&letter.id).await?);
    }
    Ok(count)
}

/// Draws the queues again and again until interrupted; as JSON one line each time.
async fn watch(admin: &Admin, every: Duration, json: bool) -> anyhow::Result<()> {
    let mut ticks = tokio::time::interval(every.max(Duration::from_millis(100)));
    loop {
        ticks.tick().await;
        match admin.stats().await {
            Ok(stats) if json => line(&serde_json::to_string(&stats)?),
            // The cursor goes home and what was there is wiped.
            Ok(stats) => line(&format!("\x1b[H\x1b[2J{}", table::queues(&stats))),
            Err(error) if error.is_transient() => line(&format!("redis does not answer: {error}")),
            Err(error) => return Err(error.into()),
        }
    }
}

fn say<T: Serialize>(json: bool, value: &T, text: impl FnOnce() -> String) {
    if json {
        // Numbers and texts cannot fail.
        line(&serde_json::to_string_pretty(value).unwrap_or_default());
    } else {
        line(text().trim_end());
    }
}

fn line(text: &str) {
    say!("{text}");
}
