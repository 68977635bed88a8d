//! A worker of the storm: the product's runtime and options, and a journal.

use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use anyhow::Result;
use clap::Args;
use switchboard_queue::{JobContext, JobError, Prefix, Router, WorkerOptions};
use switchboard_runtime::{Last, Process, SettingsArgs, run_process};

use super::PREFIX;
use super::job::{Poison, QUEUE, Work};
use super::journal::Journal;

/// What a worker is told.
#[derive(Debug, Args)]
pub(crate) struct WorkerArgs {
    /// Where Redis is
    #[arg(long)]
    redis: String,
    /// Where it writes down its runs
    #[arg(long)]
    journal: PathBuf,
}

/// Works until its input ends.
pub(crate) fn worker(args: WorkerArgs) -> ExitCode {
    let settings = SettingsArgs {
        demo: true,
        ..SettingsArgs::default()
    };
    run_process("chaos worker", &settings, |process| {
        std::future::ready(start(process, args))
    })
}

fn start(process: Process, args: WorkerArgs) -> Result<Option<Last>> {
    let journal = Journal::open(&args.journal)?;
    let poisoned = journal.clone();
    let router = Router::new()
        .on::<Work>(move |work: Work, context: JobContext| {
            let journal = journal.clone();
            async move {
                journal.started(&context.id, context.attempt, context.token);
                tokio::time::sleep(Duration::from_millis(work.run_ms)).await;
                if context.attempt <= work.fails {
                    journal.failed(&context.id, context.token, work.retry_ms);
                    let delay = Duration::from_millis(work.retry_ms);
                    return Err(JobError::retry_in(delay, "as told"));
                }
                journal.done(&context.id, context.token);
                Ok(())
            }
        })
        .on::<Poison>(move |poison: Poison, context: JobContext| {
            let journal = poisoned.clone();
            async move {
                journal.started(&context.id, context.attempt, context.token);
                if context.attempt == poison.kills_in {
                    std::process::abort();
                }
                journal.failed(&context.id, context.token, 0);
                Err(JobError::retry_in(Duration::ZERO, "poison"))
            }
        });
    let options = WorkerOptions {
        concurrency: 20,
        prefetch: 5,
        seed: process.rng.next_u64(),
        ..WorkerOptions::new(QUEUE)
    };
    let (lifecycle, prefix) = (process.lifecycle, Prefix::new(PREFIX)?);
    let token = lifecycle.token();
    lifecycle.spawn_vital("worker", async move {
        switchboard_queue::run(&args.redis, prefix, router, options, token).await
    });
    let stop = lifecycle.clone();
    lifecycle.spawn("orphan watch", async move {
        // A thread of its own reads: it must not hold up the end of the runtime, and ends with the process.
        let (ended, end) = tokio::sync::oneshot::channel();
        let reading = std::thread::Builder::new().spawn(move || {
            let _ = std::io::copy(&mut std::io::stdin().lock(), &mut std::io::sink());
            let _ = ended.send(());
        });
        if reading.is_ok() && stop.token().run_until_cancelled(end).await.is_some() {
            stop.stop();
        }
    });
    Ok(None)
}
