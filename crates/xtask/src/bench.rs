//! `bench`: starts the benchmarks, built in release, as a program of their own.
//!
//! The program stands in `bench/` and needs the whole system; the other chores must compile without it.

use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, ensure};
use clap::ValueEnum;

use crate::compare::Comparison;
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

/// How much is measured.
#[derive(Debug)]
pub(crate) struct Extent<'a> {
    /// A smoke run.
    pub(crate) quick: bool,
    /// Only these rows.
    pub(crate) only: &'a [String],
    /// Other job queues beside ours.
    pub(crate) peers: bool,
}

impl Extent<'_> {
    fn arguments(&self) -> Vec<String> {
        let mut arguments = Vec::new();
        if self.quick {
            arguments.push("--quick".to_owned());
        }
        if self.peers {
            arguments.push("--peers".to_owned());
        }
        for row in self.only {
            arguments.extend(["--only".to_owned(), row.clone()]);
        }
        arguments
    }
}

/// Builds and runs one; prints its table, and leaves `target/bench/NAME.json`.
pub(crate) fn run(workspace: &Workspace, bench: Bench, extent: &Extent<'_>) -> Result<()> {
    build(workspace, &[bench])?;
    // It finds the programs beside itself.
    let status = Command::new(workspace.target.join("release/xtask-bench"))
        .arg(bench.name())
        .arg("--out")
        .arg(workspace.target.join("bench"))
        .args(extent.arguments())
        .current_dir(&workspace.root)
        .status()
        .context("starting the benchmark")?;
    ensure!(status.success(), "bench {} failed", bench.name());
    Ok(())
}

/// Builds, and measures today's programs and an older build's in turns. Without a name all are measured but those that take
/// half an hour.
///
/// # Errors
/// When a figure is worse than the older build's own spread.
pub(crate) fn run_beside(
    workspace: &Workspace,
    bench: Option<Bench>,
    extent: &Extent<'_>,
    older: &Path,
    pairs: u32,
) -> Result<()> {
    let all = [
        Bench::Webhook,
        Bench::Queue,
        Bench::Fanout,
        Bench::Journey,
        Bench::Hours,
    ];
    let benches = bench.map_or_else(|| all.to_vec(), |bench| vec![bench]);
    build(workspace, &benches)?;
    let comparison = Comparison {
        older,
        today: &workspace.target.join("release"),
        out: &workspace.target.join("bench/beside"),
        pairs,
        arguments: &extent.arguments(),
    };
    let mut worse = 0;
    for bench in benches {
        worse += comparison.run(bench.name())?;
    }
    ensure!(
        worse == 0,
        "{worse} figures are worse than the older build's own spread"
    );
    Ok(())
}

fn build(workspace: &Workspace, benches: &[Bench]) -> Result<()> {
    let mut build = Command::new("cargo");
    build
        .args(["build", "--release", "--features", "xtask/bench"])
        .args(["--package", "xtask", "--bin", "xtask-bench"])
        .current_dir(&workspace.root);
    for (package, program) in benches.iter().flat_map(|bench| bench.programs()) {
        build.args(["--package", package, "--bin", program]);
    }
    let status = build.status().context("starting cargo")?;
    ensure!(status.success(), "the benchmarks do not build");
    Ok(())
}
