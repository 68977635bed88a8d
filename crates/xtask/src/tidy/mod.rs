//! `tidy`: what no compiler and no linter reads.
//!
//! The tree stands alone. Its files name no package registry's host, because every client has its own
//! configured, often a mirror; and nothing in it points outside it, because a clone has nothing there.
//! Long files are listed, not refused: a reason can exist, and a reviewer asks for it.

mod hosts;
mod links;
mod sizes;

use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context, Result, ensure};

use crate::report::verdict;
use crate::workspace::Workspace;

/// A text file of the tree.
#[derive(Debug)]
pub(crate) struct TextFile {
    /// From the root, with forward slashes.
    pub(crate) path: String,
    /// Its contents.
    pub(crate) text: String,
}

/// Runs all checks and reports all faults.
pub(crate) fn check(workspace: &Workspace) -> Result<()> {
    let mut faults = Vec::new();
    let mut files = Vec::new();
    let paths = tracked(workspace)?;
    for path in &paths {
        let full = workspace.root.join(path);
        let kind = match full.symlink_metadata() {
            Ok(metadata) => metadata.file_type(),
            // Deleted in the work tree, not yet in the index.
            Err(_) => continue,
        };
        if kind.is_symlink() {
            let target = full.read_link().with_context(|| format!("reading link {path}"))?;
            faults.extend(links::symlink_fault(path, &target.to_string_lossy()));
        } else if kind.is_file() {
            let bytes = std::fs::read(&full).with_context(|| format!("reading {path}"))?;
            // What is not UTF-8 is a picture, a sound or an image of the contract: nothing to read there.
            if let Ok(text) = String::from_utf8(bytes) {
                files.push(TextFile {
                    path: path.clone(),
                    text,
                });
            }
        }
    }
    let outside = links::Outside::of(&workspace.root);
    for file in &files {
        faults.extend(hosts::faults(file));
        faults.extend(outside.faults(file, &paths));
    }
    print!("{}", sizes::summary(&files));
    verdict("tidy", &faults, &format!("{} text files read", files.len()))
}

/// What git tracks or would track: a fault should show before it is committed.
fn tracked(workspace: &Workspace) -> Result<Vec<String>> {
    let output = Command::new("git")
        .args(["ls-files", "-z", "--cached", "--others", "--exclude-standard"])
        .current_dir(&workspace.root)
        .output()
        .context("starting git")?;
    ensure!(
        output.status.success(),
        "git ls-files: {}",
        String::from_utf8_lossy(&output.stderr)
    );
    let listing = String::from_utf8(output.stdout).context("a path is not UTF-8")?;
    let mut paths: Vec<String> = listing
        .split('\0')
        .filter(|path| !path.is_empty())
        .map(str::to_owned)
        .collect();
    paths.sort();
    paths.dedup();
    Ok(paths)
}

/// A file's folder, from the root.
pub(crate) fn folder(path: &str) -> PathBuf {
    PathBuf::from(path)
        .parent()
        .map(PathBuf::from)
        .unwrap_or_default()
}
