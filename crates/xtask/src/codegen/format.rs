//! Generated code in the house's format: `cargo fmt` does not follow `include!`, so it is done here.

use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::{Context, Result, ensure};

/// Formats a file's text with the toolchain's rustfmt and the workspace's `rustfmt.toml`.
pub(crate) fn rust(root: &Path, text: &str) -> Result<String> {
    let mut rustfmt = Command::new("rustfmt")
        .args(["--edition", "2024", "--config-path"])
        .arg(root)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .context("starting rustfmt (rustup component add rustfmt)")?;
    // rustfmt reads all of its input before it writes, so writing first cannot block both sides.
    if let Some(mut input) = rustfmt.stdin.take() {
        input.write_all(text.as_bytes()).context("writing to rustfmt")?;
    }
    let output = rustfmt.wait_with_output().context("waiting for rustfmt")?;
    ensure!(
        output.status.success(),
        "rustfmt: {}",
        String::from_utf8_lossy(&output.stderr)
    );
    String::from_utf8(output.stdout).context("rustfmt wrote no UTF-8")
}
