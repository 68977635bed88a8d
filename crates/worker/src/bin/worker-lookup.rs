//! The worker process that asks sources who is calling.

use std::process::ExitCode;

use anyhow::Context;
use clap::Parser;
use switchboard_runtime::{Last, Process, ServiceArgs, VERSION, run_service};
use switchboard_worker::{Deps, run_lookup};

/// Asks sources who is calling.
#[derive(Parser)]
#[command(name = "worker-lookup", version = VERSION)]
struct Cli {
    #[command(flatten)]
    service: ServiceArgs,
}

fn main() -> ExitCode {
    run_service(
        "worker-lookup",
        &Cli::parse().service,
        |settings| &settings.worker_lookup.listen,
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
        .worker_lookup
        .listen
        .bind()
        .context("worker_lookup.listen")?;
    lifecycle.spawn_vital("worker-lookup", run_lookup(listener, deps, lifecycle.token()));
    Ok(None)
}
