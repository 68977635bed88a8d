//! `simulator`: the carrier of a demonstration in a process of its own.

use std::process::ExitCode;

use anyhow::{Context, ensure};
use switchboard_runtime::{Last, Process, SettingsArgs, probe, run_process};

use crate::cli::Simulator;
use crate::output::complain;
use crate::services::Shared;
use crate::up::carrier;

/// What answers as soon as it serves.
const ALIVE: &str = "/sim/v1/clock";

/// Runs it, or asks whether it answers.
pub(crate) fn run(settings: &SettingsArgs, options: &Simulator) -> ExitCode {
    if !options.probe {
        return run_process("simulator", settings, start);
    }
    let asked = settings
        .load()
        .context("settings")
        .and_then(|settings| Ok(probe(&settings.simulator.listen, ALIVE)?));
    match asked {
        Ok(()) => ExitCode::SUCCESS,
        Err(reason) => {
            complain!("simulator: {reason:#}");
            ExitCode::FAILURE
        }
    }
}

async fn start(process: Process) -> anyhow::Result<Option<Last>> {
    let Process {
        settings,
        lifecycle,
        metrics,
        rng,
        clock,
    } = process;
    ensure!(
        settings.deployment.demo,
        "deployment.demo: a simulated carrier belongs to a demonstration"
    );
    let redis_url = settings.redis_url()?.to_owned();
    let listener = settings.simulator.listen.bind().context("simulator.listen")?;
    let shared = Shared {
        settings,
        redis_url,
        records: None,
        metrics,
        rng,
        clock,
    };
    let simulator = carrier(&shared).await?;
    lifecycle.spawn_vital(
        "simulator",
        switchboard_simulator::run(listener, simulator, lifecycle.token()),
    );
    Ok(None)
}
