//! Faults on purpose: real processes, killed, stopped and cut off, and a checker that accounts for everything.
//!
//! `cargo xtask chaos NAME` builds and starts this program. It has a private Redis on a Unix socket; the workers are
//! this same program started with another command, and end with it. Which faults come when follows from `--seed`,
//! which is printed: what the processes make of it is theirs.
//!
//! What must never happen fails the run. How long things took is told beside its goal: the machine may be another's.
#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a chore reports on the terminal, it has no log"
)]

mod house;
mod queue;

use std::process::ExitCode;

use anyhow::{Result, bail};
use clap::{Parser, Subcommand};
use tokio::signal::unix::{SignalKind, signal};

/// Chaos for Switchboard.
#[derive(Debug, Parser)]
#[command(name = "xtask-chaos", version)]
struct Arguments {
    #[command(subcommand)]
    part: Part,
}

#[derive(Debug, Subcommand)]
enum Part {
    /// The job queue: workers and Redis are killed and stopped while jobs run
    Queue(queue::Storm),
    /// One of the workers
    #[command(hide = true)]
    Work(queue::WorkerArgs),
}

fn main() -> ExitCode {
    let storm = match Arguments::parse().part {
        Part::Work(args) => return queue::worker(args),
        Part::Queue(storm) => storm,
    };
    match run(&storm) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(storm: &queue::Storm) -> Result<()> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()?;
    runtime.block_on(async {
        let mut terminate = signal(SignalKind::terminate())?;
        let mut interrupt = signal(SignalKind::interrupt())?;
        // On the way out Redis and every worker are ended by their owners' drop.
        tokio::select! {
            done = queue::chaos(storm) => done,
            _ = terminate.recv() => bail!("terminated"),
            _ = interrupt.recv() => bail!("interrupted"),
        }
    })
}
