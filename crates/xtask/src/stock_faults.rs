//! `stock-faults`: starts the program that shows what apalis' own Redis storage does.

use std::process::Command;

use anyhow::{Context, Result, ensure};

use crate::workspace::Workspace;

/// Builds and runs it.
pub(crate) fn run(workspace: &Workspace) -> Result<()> {
    let manifest = workspace.root.join("crates/xtask/stock-faults/Cargo.toml");
    let status = Command::new("cargo")
        .args(["run", "--release", "--locked", "--manifest-path"])
        .arg(manifest)
        .arg("--target-dir")
        .arg(workspace.target.join("stock-faults"))
        .current_dir(&workspace.root)
        .status()
        .context("starting cargo")?;
    ensure!(status.success(), "stock-faults failed");
    Ok(())
}
