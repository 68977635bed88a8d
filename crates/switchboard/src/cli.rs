//! The command line.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};
use switchboard_runtime::{SettingsArgs, VERSION};
use url::Url;

use crate::jobs::Jobs;

/// An open phone system for support teams.
#[derive(Parser)]
#[command(name = "switchboard", version = VERSION)]
pub(crate) struct Cli {
    #[command(flatten)]
    pub(crate) settings: SettingsArgs,
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Subcommand)]
pub(crate) enum Command {
    /// Run everything in one process
    Up,
    /// Run the simulated carrier alone, for a demonstration whose services are processes of their own
    Simulator(Simulator),
    /// Play whole calls against a private system or a running one, and judge them from the phones' side
    Rehearse(Box<Rehearse>),
    /// Stand between a running system and its Redis, so that a rehearsal can take Redis away
    RedisGate(RedisGate),
    /// Look at the job queues, and at jobs that failed
    Jobs(Jobs),
    /// Ask about opening hours, and override them
    Hours(crate::hours::Hours),
    /// Look at the settings
    #[command(subcommand)]
    Config(ConfigCommand),
}

#[derive(Subcommand)]
pub(crate) enum ConfigCommand {
    /// Show the settings in force, secrets hidden
    Print,
}

/// The carrier alone.
#[derive(Debug, Clone, Args)]
pub(crate) struct Simulator {
    /// Start nothing: ask the one that runs with these settings whether it answers, and exit with 0 if so
    #[arg(long)]
    pub(crate) probe: bool,
}

/// A gate in front of Redis.
#[derive(Debug, Clone, Args)]
pub(crate) struct RedisGate {
    /// Where the services find it
    #[arg(long, default_value = "127.0.0.1:6379")]
    pub(crate) listen: String,
    /// Where Redis is
    #[arg(long)]
    pub(crate) to: String,
    /// Where it takes orders; never anywhere but on this machine
    #[arg(long, default_value = "127.0.0.1:6380")]
    pub(crate) orders: String,
}

/// How to rehearse.
#[derive(Debug, Clone, Args)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a flag of its own on the command line"
)]
pub(crate) struct Rehearse {
    /// Only scenarios with this name; may be given several times
    #[arg(long, value_name = "NAME")]
    pub(crate) only: Vec<String>,
    /// Seed of everything that is left to chance
    #[arg(long, default_value_t = 1)]
    pub(crate) seed: u64,
    /// Each service as a process of its own, over one Redis
    #[arg(long)]
    pub(crate) processes: bool,
    /// Programs of an older build, by their folder: each service is of one build or the other by chance, each time it
    /// starts. Scenarios that the older build has not heard of are skipped
    #[arg(long, value_name = "FOLDER", conflicts_with_all = ["against", "outages"])]
    pub(crate) beside: Option<PathBuf>,
    /// Play everything again for each position of each switch: behaviours of the carrier that are not confirmed
    #[arg(long)]
    pub(crate) switches: bool,
    /// How often to play everything
    #[arg(long, default_value_t = 1)]
    pub(crate) times: u32,
    /// How many scenarios at the same time
    #[arg(long, default_value_t = 2)]
    pub(crate) jobs: usize,
    /// One JSON object a scenario instead of text
    #[arg(long)]
    pub(crate) json: bool,
    /// Show the time-line of every scenario, not only of those that fail
    #[arg(long)]
    pub(crate) timelines: bool,
    /// Against a running system in demo mode, by the address of its gateway. This process is its carrier: the
    /// system's `twilio.api_base` names where `simulator.listen` is, and both have the same settings
    #[arg(long, value_name = "URL", requires = "agents_at", conflicts_with_all = ["processes", "switches"])]
    pub(crate) against: Option<Url>,
    /// Where agents of the running system ask
    #[arg(long, value_name = "URL")]
    pub(crate) agents_at: Option<Url>,
    /// Where the gate in front of its Redis takes orders; without one, what takes Redis away is skipped
    #[arg(long, value_name = "ADDRESS", requires = "against")]
    pub(crate) redis_gate: Option<String>,
    /// Instead of scenarios, so many callers a second in real time, and an account of every call at the end
    #[arg(long, value_name = "N", requires = "against")]
    pub(crate) calls_per_second: Option<f64>,
    /// How long they ring, in seconds
    #[arg(
        long,
        value_name = "SECONDS",
        default_value_t = 60,
        requires = "calls_per_second"
    )]
    pub(crate) seconds: u64,
    /// Instead of scenarios, so many storms: random calls and random faults, each by a seed of its own from `--seed` on.
    /// More than one are played after all those that ever failed
    #[arg(long, value_name = "N", conflicts_with_all = ["only", "against", "switches"])]
    pub(crate) storm: Option<u64>,
    /// Instead of scenarios, fifty calls with Redis, all workers, or the carrier's API away for half a minute
    #[arg(long, conflicts_with_all = ["only", "against", "switches", "storm"])]
    pub(crate) outages: bool,
    /// The people of each storm in fair weather, and again without one of its notifications, for each of them
    #[arg(long, requires = "storm")]
    pub(crate) lose_each: bool,
    /// List the scenarios
    #[arg(long)]
    pub(crate) list: bool,
}
