//! The worker process that keeps deadlines and tells the carrier what was decided.

use std::process::ExitCode;

use anyhow::Context;
use clap::Parser;
use switchboard_runtime::{Last, Process, ServiceArgs, VERSION, run_service};
use switchboard_worker::{Deps, run_calls};

/// Keeps deadlines and tells the carrier what was decided.
#[derive(Parser)]
#[command(name = "worker-calls", version = VERSION)]
struct Cli {
    #[command(flatten)]
    service: ServiceArgs,
}

fn main() -> ExitCode {
    run_service(
        "worker-calls",
        &Cli::parse().service,
        |settings| &settings.worker_calls.listen,
        start,
    )
}

async fn start(process: Process) -> anyhow::Result<Option<Last>> {
    let Process {
        settings,
        lifecycle,
        metrics,
        rng,
        clock: _,
    } = process;
    let redis_url = settings.redis_url()?.to_owned();
    let deps = Deps::new(settings, redis_url, metrics, rng)?;
    deps.store
        .refuse_virtual_time(deps.settings.deployment.allow_virtual_time)
        .await?;
    let listener = deps
        .settings
        .worker_calls
        .listen
        .bind()
        .context("worker_calls.listen")?;
    lifecycle.spawn_vital("worker-calls", run_calls(listener, deps, lifecycle.token()));
    Ok(None)
}
