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
    /// Websockets: publish to thousands, memory, cut lines, a restart under them
    Fanout,
    /// A call's way to the screens and back: choice, profile, Answer
    Journey,
    /// One question about opening hours, with holidays and overrides
    Hours,
    /// Endurance: a busy office for half an hour, and what its processes hold
    Soak,
}

impl Bench {
    fn name(self) -> &'static str {
        match self {
            Self::Webhook => "webhook",
            Self::Queue => "queue",
            Self::Fanout => "fanout",
            Self::Journey => "journey",
            Self::Hours => "hours",
            Self::Soak => "soak",
        }
    }

    /// The product's programs that it measures as they are shipped: package and binary.
    fn programs(self) -> &'static [(&'static str, &'static str)] {
        match self {
            Self::Webhook | Self::Queue | Self::Hours => &[],
            Self::Fanout => &[REALTIME],
            Self::Journey | Self::Soak => &[
                REALTIME,
                ("switchboard-gateway", "switchboard-gateway"),
                ("switchboard-worker", "worker-lookup"),
                ("switchboard-worker", "worker-calls"),
                ("switchboard-worker", "worker-records"),
            ],
        }
    }
}

const REALTIME: (&str, &str) = ("switchboard-realtime", "switchboard-realtime");

/// Builds and runs one; prints its table, and leaves `target/bench/NAME.json`.
pub(crate) fn run(
    workspace: &Workspace,
    bench: Bench,
    quick: bool,
    only: &[String],
    peers: bool,
) -> Result<()> {
    let mut build = Command::new("cargo");
    build
        .args(["build", "--release", "--features", "xtask/bench"])
        .args(["--package", "xtask", "--bin", "xtask-bench"])
        .current_dir(&workspace.root);
    for (package, program) in bench.programs() {
        build.args(["--package", package, "--bin", program]);
    }
    let status = build.status().context("starting cargo")?;
    ensure!(status.success(), "bench {} does not build", bench.name());
    // It finds the programs beside itself.
    let mut command = Command::new(workspace.target.join("release/xtask-bench"));
    command
        .arg(bench.name())
        .arg("--out")
        .arg(workspace.target.join("bench"))
        .current_dir(&workspace.root);
    if quick {
        command.arg("--quick");
    }
    if peers {
        command.arg("--peers");
    }
    for row in only {
        command.args(["--only", row]);
    }
    let status = command.status().context("starting the benchmark")?;
    ensure!(status.success(), "bench {} failed", bench.name());
    Ok(())
}
