//! Chores: generated code, architecture checks, benchmarks.
//!
//! Run as `cargo xtask COMMAND` from anywhere in the workspace. Everything that keeps the tree honest and is
//! not shell stands here, one folder per command: [`codegen`] makes Rust of `proto/`, [`arrows`] compares
//! the crates with `ARCHITECTURE.md` and `deny.toml`, [`tidy`] reads every tracked text file, [`mod@bench`] starts the
//! benchmarks, [`mod@chaos`] and [`mod@chaos_calls`] what breaks things on purpose.
//!
//! It must never be a dependency of a crate that ships, and no check of it may need the network.
#![expect(
    clippy::print_stdout,
    reason = "a chore reports on the terminal, it has no log"
)]

mod arrows;
mod bench;
mod chaos;
mod chaos_calls;
mod codegen;
mod compare;
mod report;
mod stock_faults;
mod tidy;
mod workspace;

use std::path::PathBuf;
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
        /// What; needed unless an older build is beside it.
        #[arg(required_unless_present = "beside")]
        name: Option<bench::Bench>,
        /// A smoke run of some seconds; its figures mean nothing.
        #[arg(long)]
        quick: bool,
        /// Only these rows; may be given several times.
        #[arg(long, value_name = "ROWS")]
        only: Vec<String>,
        /// For the job queue: run other job queues beside ours.
        #[arg(long)]
        peers: bool,
        /// In turns with an older build, by the folder of its programs; fails where a row is worse than that build's own
        /// spread.
        #[arg(long, value_name = "FOLDER")]
        beside: Option<PathBuf>,
        /// How many rounds, each with two runs of the older build and one of today's.
        #[arg(long, value_name = "N", default_value_t = 5, requires = "beside")]
        pairs: u32,
    },
    /// Show what apalis' own Redis storage does, which the queue must not do. Takes minutes.
    StockFaults,
}

#[derive(Debug, Subcommand)]
enum Chaos {
    /// The job queue: workers killed and stopped, Redis killed, stalled and restarted.
    Queue {
        /// How much, and with which seed; `--help` behind `--` tells more.
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        arguments: Vec<String>,
    },
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
        Chore::Bench {
            name,
            quick,
            only,
            peers,
            beside,
            pairs,
        } => {
            let extent = bench::Extent {
                quick: *quick,
                only,
                peers: *peers,
            };
            match (beside, name) {
                (Some(older), name) => bench::run_beside(&workspace, *name, &extent, older, *pairs),
                (None, Some(name)) => bench::run(&workspace, *name, &extent),
                (None, None) => Ok(()),
            }
        }
        Chore::Chaos(Chaos::Queue { arguments }) => chaos::run(&workspace, arguments),
        Chore::Chaos(Chaos::Calls(options)) => chaos_calls::run(&workspace, options),
        Chore::StockFaults => stock_faults::run(&workspace),
    }
}
