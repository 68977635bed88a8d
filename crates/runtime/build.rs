//! Tells the crate which version it is part of.

use std::env;

/// Who builds for others says which commit it is; this program does not ask git, or every commit would compile
/// everything again on a developer's machine.
const COMMIT: &str = "SWITCHBOARD_COMMIT";

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-env-changed={COMMIT}");
    let version = env::var("CARGO_PKG_VERSION").unwrap_or_default();
    let commit = env::var(COMMIT)
        .ok()
        .filter(|commit| !commit.is_empty())
        .unwrap_or_else(|| String::from("unreleased"));
    println!("cargo::rustc-env=SWITCHBOARD_VERSION={version} ({commit})");
}
