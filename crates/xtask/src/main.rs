//! Chores: generated code, architecture checks, benchmarks.
//!
//! Run as `cargo xtask COMMAND` from anywhere in the workspace. Everything that keeps the tree honest and is
//! not shell stands here, one folder per command: [`codegen`] makes Rust of `proto/`, [`arrows`] compares
//! the crates with `ARCHITECTURE.md` and `deny.toml`, [`tidy`] reads every tracked text file, [`mod@bench`] starts the
//! benchmarks, [`mod@chaos_calls`] the tormentor of a whole system.
//!
//! It must never be a dependency of a crate that ships, and no check of it may need the network.
#![expect(
    clippy::print_stdout,
    reason = "a chore reports on the terminal, it has no log"
)]

mod arrows;
mod bench;
mod chaos_calls;
mod codegen;
mod report;
mod tidy;
mod workspace;

use std::process::ExitCode;

use anyhow::Result;
use clap::{Parser, Subcommand};

use crate::workspace::Workspace;

/// Chores of the Switchboard workspace.
#[derive(Debug, Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask", version)]
struct Arguments {
    #[command(subcommand)]
    chore: Chore,
}

#[derive(Debug, Subcommand)]
enum Chore {
    /// Generate `crates/contracts/src/gen/` from `proto/`.
    Gen {
        /// Write nothing; fail when the committed files are not what `proto/` gives.
        #[arg(long)]
        check: bool,
    },
    /// Write `proto/image.binpb`, what `buf breaking` compares with. Only at a release.
    ProtoImage,
    /// Check dependencies between crates against `ARCHITECTURE.md` and `deny.toml`.
    Arrows,
    /// Check tracked text files: no registry hosts, nothing outside the tree; list long files.
    Tidy,
    /// Kill, stop and restart processes by a seed while somebody checks that nothing is lost.
    #[command(subcommand)]
    Chaos(Chaos),
    /// Measure, in release, beside the least that could do the same work.
    Bench {
        /// What.
        name: bench::Bench,
        /// A smoke run of some seconds; its figures mean nothing.
        #[arg(long)]
        quick: bool,
        /// Only these rows; may be given several times.
        #[arg(long, value_name = "ROWS")]
        only: Vec<String>,
    },
}

#[derive(Debug, Subcommand)]
enum Chaos {
    /// Whole calls over real processes.
    Calls(chaos_calls::Options),
}

fn main() -> ExitCode {
    match run(&Arguments::parse().chore) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            // The chain of causes on one line, without anyhow's backtrace: the reader wants the fault in
            // the tree, not the place in this program that found it.
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(chore: &Chore) -> Result<()> {
    let workspace = Workspace::load()?;
    match chore {
        Chore::Gen { check: false } => codegen::write(&workspace),
        Chore::Gen { check: true } => codegen::check(&workspace),
        Chore::ProtoImage => codegen::write_image(&workspace),
        Chore::Arrows => arrows::check(&workspace),
        Chore::Tidy => tidy::check(&workspace),
        Chore::Chaos(Chaos::Calls(options)) => chaos_calls::run(&workspace, options),
        Chore::Bench { name, quick, only } => bench::run(&workspace, *name, *quick, only),
    }
}
