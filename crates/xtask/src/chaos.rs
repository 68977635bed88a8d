//! `chaos queue`: starts the program that breaks things on purpose.
//!
//! It stands in `chaos/` and needs the system; the other chores must compile without it. Built as tests are: what it
//! looks for is faults, not speed.

use std::process::Command;

use anyhow::{Context, Result, ensure};

use crate::workspace::Workspace;

/// Builds and runs it; the rest of the command line is its own.
pub(crate) fn run(workspace: &Workspace, arguments: &[String]) -> Result<()> {
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
        .arg("queue")
        .args(arguments)
        .current_dir(&workspace.root)
        .status()
        .context("starting cargo")?;
    ensure!(status.success(), "chaos queue failed");
    Ok(())
}
