//! The command line and the all-in-one process.
//!
//! `up` runs every service in one process, over a Redis of its own unless one is configured; `rehearse` plays whole
//! calls against a private or a running system and judges them from the phones' side; `simulator` and `redis-gate` are
//! what such a system has beside it; `jobs` looks into the queues; `agents` disables and removes; `hours` answers questions about opening hours from the
//! settings; `config print` shows those in force.
//!
//! It never holds a rule about calls: it only puts services together.

mod agents;
mod cli;
mod config;
mod gate;
mod hours;
mod jobs;
mod output;
mod rehearse;
mod running;
mod services;
mod simulator;
mod up;

use std::process::ExitCode;

use clap::Parser;
use cli::{Cli, Command, ConfigCommand};
use switchboard_runtime::run_process;

fn main() -> ExitCode {
    let Cli { settings, command } = Cli::parse();
    match command {
        Command::Up => run_process("switchboard", &settings, up::start),
        Command::Simulator(options) => simulator::run(&settings, &options),
        Command::Rehearse(options) => rehearse::run(&options, &settings),
        Command::RedisGate(options) => gate::run(&options),
        Command::Jobs(what) => jobs::run(&settings, &what),
        Command::Agents(what) => agents::run(&settings, &what),
        Command::Hours(question) => hours::run(&settings, &question),
        Command::Config(ConfigCommand::Print) => config::print(&settings),
    }
}
