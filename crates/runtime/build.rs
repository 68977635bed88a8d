//! Tells the crate which version it is part of.

/// Who builds for others says which commit it is; this program does not ask git, or every commit would compile
/// everything again on a developer's machine.
const COMMIT: &str = "SWITCHBOARD_COMMIT";

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-env-changed={COMMIT}");
    let version = env!("CARGO_PKG_VERSION");
    #[expect(
        clippy::disallowed_methods,
        reason = "a build has no settings, and cargo hands variables of its own to it"
    )]
    let commit = std::env::var(COMMIT)
        .ok()
        .filter(|commit| !commit.is_empty())
        .unwrap_or_else(|| String::from("unreleased"));
    println!("cargo::rustc-env=SWITCHBOARD_VERSION={version} ({commit})");
}
