//! Benchmarks: the system beside its floor, in one run.
//!
//! `cargo xtask bench NAME` builds and starts this program. The load comes from this process and goes to loopback
//! or a Unix socket only; what is measured, and the floor (the least that could do the same work), run in processes
//! of their own, which are this same program started with another command. Every row has a fresh private Redis.
//! System and floor take turns, because a neighbour on the machine then disturbs both; times are counted from the
//! moment at which a thing was meant to happen, so that a stall is not hidden by the load that waits for it.
//!
//! It must never be part of a test that can fail by time: a goal that is missed is told, and only what no machine
//! excuses (a lost job, an early one, an error) makes it fail.
#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a chore reports on the terminal, it has no log"
)]

mod control;
mod cores;
mod cpu;
mod fanout;
mod figures;
mod hours;
mod http;
mod journey;
mod queue;
mod report;
mod resp;
mod rig;
mod service;
mod soak;
mod time;
mod webhook;

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Context as _, Result, bail, ensure};
use clap::{Args, Parser, Subcommand};
use switchboard_runtime::SettingsArgs;
use tokio::signal::unix::{SignalKind, signal};

use crate::report::Report;

/// Benchmarks of Switchboard.
#[derive(Debug, Parser)]
#[command(name = "xtask-bench", version)]
struct Arguments {
    #[command(subcommand)]
    part: Part,
}

#[derive(Debug, Subcommand)]
enum Part {
    /// An incoming call's first request
    Webhook(BenchArgs),
    /// The job queue
    Queue(QueueArgs),
    /// From the stream to thousands of screens
    Fanout(BenchArgs),
    /// A call's way through all processes
    Journey(BenchArgs),
    /// Its telephone network
    #[command(hide = true)]
    JourneyCarrier(journey::CarrierArgs),
    /// The floor beside it
    #[command(hide = true)]
    JourneyFloor {
        /// Where Redis is
        #[arg(long)]
        socket: PathBuf,
    },
    /// Sockets of agents
    #[command(hide = true)]
    FanoutClients(fanout::ClientArgs),
    /// The floor beside it
    #[command(hide = true)]
    FanoutFloor {
        /// Where Redis is
        #[arg(long)]
        socket: PathBuf,
        /// How many write at the same time
        #[arg(long)]
        threads: usize,
    },
    /// Opening hours
    Hours(BenchArgs),
    /// An office that is busy for half an hour, and its memory
    Soak(SoakArgs),
    /// Its screens in thousands
    #[command(hide = true)]
    SoakAudience(soak::AudienceArgs),
    /// The gateway under test
    #[command(hide = true)]
    ServeGateway(SettingsArgs),
    /// The floor beside it
    #[command(hide = true)]
    ServeFloor {
        /// Where Redis is
        #[arg(long)]
        socket: PathBuf,
    },
    /// The worker under test
    #[command(hide = true)]
    Work(queue::WorkerArgs),
    /// The floor beside it
    #[command(hide = true)]
    WorkFloor {
        /// Where Redis is
        #[arg(long)]
        socket: PathBuf,
        /// How many pop at the same time
        #[arg(long)]
        connections: usize,
    },
}

#[derive(Debug, Args)]
struct BenchArgs {
    /// Where the report goes
    #[arg(long, value_name = "FOLDER", default_value = "target/bench")]
    out: PathBuf,
    /// A smoke run of some seconds; its figures mean nothing
    #[arg(long)]
    quick: bool,
    #[command(flatten)]
    only: Only,
}

#[derive(Debug, Args)]
struct QueueArgs {
    #[command(flatten)]
    bench: BenchArgs,
    /// Other job queues beside ours, installed by scripts/peers
    #[arg(long)]
    peers: bool,
}

#[derive(Debug, Args)]
struct SoakArgs {
    #[command(flatten)]
    bench: BenchArgs,
    /// Other than usual: calls a second
    #[arg(long)]
    calls: Option<f64>,
    /// Other than usual: agents, each with a screen
    #[arg(long)]
    agents: Option<usize>,
    /// Other than usual: how long callers ring
    #[arg(long)]
    minutes: Option<f64>,
}

/// Which groups of rows.
#[derive(Debug, Args)]
struct Only {
    /// Only these rows; may be given several times
    #[arg(long = "only", value_name = "ROWS")]
    names: Vec<String>,
}

impl Only {
    /// Refuses names that are none: nothing would be measured, and look like success.
    fn check(&self, known: &[&str]) -> Result<()> {
        for name in &self.names {
            ensure!(
                known.contains(&name.as_str()),
                "no rows {name:?}; there are {}",
                known.join(", ")
            );
        }
        Ok(())
    }

    fn wants(&self, name: &str) -> bool {
        self.names.is_empty() || self.names.iter().any(|wanted| wanted == name)
    }
}

fn main() -> ExitCode {
    let done = match Arguments::parse().part {
        Part::ServeGateway(settings) => return webhook::gateway(&settings),
        Part::Work(args) => return queue::worker(args),
        Part::ServeFloor { socket } => actix_web::rt::System::new().block_on(webhook::floor(&socket)),
        Part::WorkFloor { socket, connections } => tokio::runtime::Builder::new_multi_thread()
            .enable_all()
            .build()
            .context("no runtime")
            .and_then(|runtime| runtime.block_on(queue::floor(&socket, connections))),
        Part::Webhook(args) => measure("webhook", &args, async |report| {
            webhook::bench(args.quick, &args.only, report).await
        }),
        Part::Queue(QueueArgs { bench: args, peers }) => measure("queue", &args, async |report| {
            queue::bench(args.quick, &args.only, peers, report).await
        }),
        Part::Fanout(args) => measure("fanout", &args, async |report| {
            fanout::bench(args.quick, &args.only, report).await
        }),
        Part::Journey(args) => measure("journey", &args, async |report| {
            journey::bench(args.quick, &args.only, report).await
        }),
        Part::JourneyCarrier(args) => actix_web::rt::System::new().block_on(journey::carrier(args)),
        Part::JourneyFloor { socket } => actix_web::rt::System::new().block_on(journey::floor(&socket)),
        Part::FanoutFloor { socket, threads } => fanout::floor(&socket, threads),
        Part::FanoutClients(args) => tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .context("no runtime")
            .and_then(|runtime| runtime.block_on(fanout::clients(args))),
        Part::SoakAudience(args) => tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .context("no runtime")
            .and_then(|runtime| runtime.block_on(soak::audience(args))),
        Part::Hours(args) => measure("hours", &args, async |report| {
            hours::bench(args.quick, &args.only, report)
        }),
        Part::Soak(args) => measure("soak", &args.bench, async |report| {
            soak::bench(&args, report).await
        }),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

/// Runs a benchmark on one thread: the load must leave the processors to what it measures.
fn measure(
    name: &'static str,
    args: &BenchArgs,
    bench: impl AsyncFnOnce(&mut Report) -> Result<()>,
) -> Result<()> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    let mut report = Report::begin(name, args.quick);
    let measured = runtime.block_on(async {
        let mut terminate = signal(SignalKind::terminate())?;
        let mut interrupt = signal(SignalKind::interrupt())?;
        // On the way out every Redis and every child is ended by its owner's drop.
        tokio::select! {
            measured = bench(&mut report) => measured,
            _ = terminate.recv() => bail!("terminated"),
            _ = interrupt.recv() => bail!("interrupted"),
        }
    });
    // What was measured before something failed is worth seeing; the file is for whole runs.
    if measured.is_ok() || report.has_rows() {
        report.print();
    }
    measured?;
    report.write(&args.out)
}
