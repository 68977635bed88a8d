//! `arrows`: who may use whom, checked against what the manifests say.
//!
//! Two documents hold the rules, and each rule stands in one of them only: edges between our crates in the
//! table of `ARCHITECTURE.md`, homes of outside libraries in `deny.toml`. `cargo deny` enforces the second
//! over the whole resolved graph; this check asks the manifests alone, so it answers in a second and before
//! anything is built.

mod edges;
mod homes;
mod mentions;
mod table;

use anyhow::Result;

use crate::report::verdict;
use crate::workspace::Workspace;

/// The document with the table.
const ARCHITECTURE: &str = "ARCHITECTURE.md";

/// Runs all checks and reports all faults.
pub(crate) fn check(workspace: &Workspace) -> Result<()> {
    let architecture = workspace.read(ARCHITECTURE)?;
    let mut faults = Vec::new();
    match table::parse(&architecture) {
        Ok(table) => faults.extend(edges::faults(&table, &workspace.crates)),
        Err(wrong) => faults.extend(wrong),
    }
    faults.extend(homes::faults(
        &homes::parse(&workspace.read(homes::DENY)?)?,
        &workspace.crates,
    ));
    faults.extend(mentions::faults(&workspace.crates, ARCHITECTURE, &architecture));
    faults.extend(mentions::faults(
        &workspace.crates,
        "README.md",
        &workspace.read("README.md")?,
    ));
    let edges: usize = workspace.crates.iter().map(|one| one.uses.len()).sum();
    let passed = format!(
        "{} crates, {edges} dependencies, every arrow allowed",
        workspace.crates.len()
    );
    verdict("arrows", &faults, &passed)
}
