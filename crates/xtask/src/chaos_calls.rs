//! `chaos calls`: builds every service and the program that torments them, and starts it.
//!
//! The program stands in `chaos_calls/` and needs the whole system; the other chores must compile without it.

use std::process::Command;

use anyhow::{Context, Result, ensure};
use clap::Args;

use crate::workspace::Workspace;

/// How long, how hard, and which seed.
#[derive(Debug, Args)]
pub(crate) struct Options {
    /// How long callers ring
    #[arg(long, default_value_t = 30.0)]
    minutes: f64,
    /// New callers a second
    #[arg(long, default_value_t = 10.0)]
    calls: f64,
    /// Of everything that is left to chance; a new one each time without it
    #[arg(long)]
    seed: Option<u64>,
    /// Optimised programs
    #[arg(long)]
    release: bool,
    /// Nothing is done to the system: whether callers and checker agree with each other
    #[arg(long)]
    calm: bool,
}

/// Builds and runs it.
pub(crate) fn run(workspace: &Workspace, options: &Options) -> Result<()> {
    // All at once: cargo settles one set of features for every dependency then, and compiles it once.
    let mut build = Command::new("cargo");
    build
        .args(["build", "--features", "xtask/chaos-calls"])
        .current_dir(&workspace.root);
    for package in [
        "switchboard",
        "switchboard-gateway",
        "switchboard-realtime",
        "switchboard-worker",
        "xtask",
    ] {
        build.args(["--package", package]);
    }
    let folder = if options.release {
        build.arg("--release");
        "release"
    } else {
        "debug"
    };
    ensure!(
        build.status().context("starting cargo")?.success(),
        "the services cannot be built"
    );
    let programs = workspace.target.join(folder);
    let mut command = Command::new(programs.join("xtask-chaos-calls"));
    command
        .arg("--programs")
        .arg(&programs)
        .args(["--minutes", &options.minutes.to_string()])
        .args(["--calls", &options.calls.to_string()]);
    if let Some(seed) = options.seed {
        command.args(["--seed", &seed.to_string()]);
    }
    if options.calm {
        command.arg("--calm");
    }
    ensure!(
        command.status().context("starting the tormentor")?.success(),
        "chaos calls failed"
    );
    Ok(())
}
