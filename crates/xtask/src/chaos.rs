//! `chaos`: starts the program that breaks things on purpose.
//!
//! It stands in `chaos/` and needs the system; the other chores must compile without it. Built as tests are: what it
//! looks for is faults, not speed.

use std::process::Command;

use anyhow::{Context, Result, ensure};
use clap::ValueEnum;

use crate::workspace::Workspace;

/// What can be broken.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub(crate) enum Chaos {
    /// The job queue: workers killed and stopped, Redis killed, stalled and restarted
    Queue,
}

impl Chaos {
    fn name(self) -> &'static str {
        match self {
            Self::Queue => "queue",
        }
    }
}

/// Builds and runs one; the rest of the command line is its own.
pub(crate) fn run(workspace: &Workspace, chaos: Chaos, arguments: &[String]) -> Result<()> {
    let status = Command::new("cargo")
        .args([
            "run",
            "--package",
            "xtask",
            "--features",
            "chaos",
            "--bin",
            "xtask-chaos",
            "--",
        ])
        .arg(chaos.name())
        .args(arguments)
        .current_dir(&workspace.root)
        .status()
        .context("starting cargo")?;
    ensure!(status.success(), "chaos {} failed", chaos.name());
    Ok(())
}
