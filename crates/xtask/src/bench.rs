//! `bench`: starts the benchmarks, built in release, as a program of their own.
//!
//! The program stands in `bench/` and needs the whole system; the other chores must compile without it.

use std::process::Command;

use anyhow::{Context, Result, ensure};
use clap::ValueEnum;

use crate::workspace::Workspace;

/// What can be measured.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub(crate) enum Bench {
    /// An incoming call's webhook: latency at a constant rate, and with a Redis that stalls
    Webhook,
    /// The job queue: pickup, due times, throughput, backlog, killed workers
    Queue,
    /// Endurance: a busy office for half an hour, and what its processes hold
    Soak,
}

impl Bench {
    fn name(self) -> &'static str {
        match self {
            Self::Webhook => "webhook",
            Self::Queue => "queue",
            Self::Soak => "soak",
        }
    }
}

/// Builds and runs one; prints its table, and leaves `target/bench/NAME.json`.
pub(crate) fn run(workspace: &Workspace, bench: Bench, quick: bool, only: &[String]) -> Result<()> {
    if matches!(bench, Bench::Soak) {
        build_services(workspace)?;
    }
    let mut command = Command::new("cargo");
    command
        .args([
            "run",
            "--release",
            "--package",
            "xtask",
            "--features",
            "bench",
            "--bin",
            "xtask-bench",
            "--",
        ])
        .arg(bench.name())
        .arg("--out")
        .arg(workspace.target.join("bench"))
        .current_dir(&workspace.root);
    if quick {
        command.arg("--quick");
    }
    for row in only {
        command.args(["--only", row]);
    }
    let status = command.status().context("starting cargo")?;
    ensure!(status.success(), "bench {} failed", bench.name());
    Ok(())
}

/// The services themselves, for what runs them as they are.
fn build_services(workspace: &Workspace) -> Result<()> {
    let mut command = Command::new("cargo");
    command.args(["build", "--release"]).current_dir(&workspace.root);
    for package in [
        "switchboard-gateway",
        "switchboard-realtime",
        "switchboard-worker",
    ] {
        command.args(["--package", package]);
    }
    let status = command.status().context("starting cargo")?;
    ensure!(status.success(), "the services cannot be built");
    Ok(())
}
