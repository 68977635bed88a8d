//! The command line.

use clap::{Args, Parser, Subcommand};
use switchboard_runtime::SettingsArgs;

use crate::jobs::Jobs;

/// An open phone system for support teams.
#[derive(Parser)]
#[command(name = "switchboard", version)]
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
    /// Play whole calls against a private system, and judge them from the phones' side
    Rehearse(Rehearse),
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
    /// List the scenarios
    #[arg(long)]
    pub(crate) list: bool,
}
