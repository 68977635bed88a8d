//! How a check ends: all its faults at once, then one verdict.

use anyhow::{Result, bail};

/// Prints every fault and fails when there is one; `passed` is the line for a clean run.
///
/// All faults are shown together, because fixing them one run at a time costs a compile each.
pub(crate) fn verdict(check: &str, faults: &[String], passed: &str) -> Result<()> {
    for fault in faults {
        println!("{check}: {fault}");
    }
    match faults.len() {
        0 => {
            println!("{check}: {passed}");
            Ok(())
        }
        1 => bail!("{check}: 1 fault"),
        count => bail!("{check}: {count} faults"),
    }
}
