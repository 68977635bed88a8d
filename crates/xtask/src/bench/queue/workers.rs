//! The two workers, each in a process of its own: ours, and the floor.

use std::path::Path;
use std::process::ExitCode;
use std::time::Duration;

use anyhow::Result;
use clap::Args;
use switchboard_queue::{Job as _, JobContext, Prefix, Router, WorkerOptions};
use switchboard_runtime::{Last, Lifecycle, Process, SettingsArgs, run_process};

use super::FLOOR_LIST;
use super::job::{Poison, Recorder, Work};
use crate::control::{Questions, say};
use crate::resp::{Link, Reply};
use crate::time::now_ns;

/// How the worker works.
#[derive(Debug, Clone, Args)]
pub(crate) struct WorkerArgs {
    /// Where Redis is
    #[arg(long)]
    redis: String,
    /// Jobs at the same time
    #[arg(long)]
    concurrency: usize,
    /// Further jobs that may lie ready
    #[arg(long)]
    prefetch: usize,
}

/// A worker as the product's are: same runtime, same log, default options.
pub(crate) fn worker(args: WorkerArgs) -> ExitCode {
    let settings = SettingsArgs {
        demo: true,
        ..SettingsArgs::default()
    };
    run_process("benchmark's worker", &settings, |process| start(process, args))
}

async fn start(process: Process, args: WorkerArgs) -> Result<Option<Last>> {
    let lifecycle = process.lifecycle;
    let recorder = Recorder::default();
    let options = WorkerOptions {
        concurrency: args.concurrency,
        prefetch: args.prefetch,
        seed: process.rng.next_u64(),
        ..WorkerOptions::new(Work::QUEUE)
    };
    let health = options.health.clone();
    let noting = recorder.clone();
    let router = Router::new()
        .on::<Work>(move |work: Work, context: JobContext| {
            noting.note(work, context.attempt);
            async move {
                if let Work::Hold { number } = work {
                    say(&format!("started {number} {}", now_ns()));
                    std::future::pending::<()>().await;
                }
                Ok(())
            }
        })
        .on::<Poison>(|_: Poison, _: JobContext| async { std::process::abort() });
    let prefix = Prefix::new("{sb}")?;
    let (url, token) = (args.redis, lifecycle.token());
    lifecycle.spawn_vital("worker", async move {
        switchboard_queue::run(&url, prefix, router, options, token).await
    });
    while health.since_answer().is_none() {
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    let questions = Questions::open()?;
    let stop = lifecycle.clone();
    lifecycle.spawn("questions", async move {
        answer(questions, recorder).await;
        stop.stop();
    });
    say("ready");
    Ok(None)
}

async fn answer(mut questions: Questions, recorder: Recorder) {
    while let Some(question) = questions.next().await {
        match question.as_str() {
            "count" => say(&recorder.count().to_string()),
            // An empty line is no JSON, and the benchmark says so.
            _ => say(&serde_json::to_string(&recorder.take()).unwrap_or_default()),
        }
    }
}

/// A list, popped one by one by so many connections.
pub(crate) async fn floor(socket: &Path, connections: usize) -> Result<()> {
    let lifecycle = Lifecycle::new();
    let recorder = Recorder::default();
    for _ in 0..connections {
        let mut link = Link::open(socket).await?;
        let (recorder, token) = (recorder.clone(), lifecycle.token());
        lifecycle.spawn_vital("popping", async move {
            let popping = async {
                loop {
                    // LPUSH and BRPOP: first come, first served.
                    let Reply::Many(popped) = link.ask(&[b"BRPOP", FLOOR_LIST, b"0"]).await? else {
                        anyhow::bail!("no list");
                    };
                    if let Some(Reply::Text(text)) = popped.get(1) {
                        recorder.note(serde_json::from_slice(text)?, 1);
                    }
                }
            };
            token.run_until_cancelled(popping).await.unwrap_or(Ok(()))
        });
    }
    let questions = Questions::open()?;
    say("ready");
    answer(questions, recorder).await;
    lifecycle.shutdown(Duration::from_secs(5)).await;
    Ok(())
}
