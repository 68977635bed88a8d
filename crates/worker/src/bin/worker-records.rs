//! The worker process that writes into SQL what took effect in Redis, and keeps calendars up to date.

use std::process::ExitCode;

use anyhow::Context;
use clap::Parser;
use switchboard_records::Records;
use switchboard_runtime::{Last, Process, ServiceArgs, VERSION, run_service};
use switchboard_worker::{Deps, records_config, run_records};

/// Writes into SQL what took effect in Redis, and keeps calendars up to date.
#[derive(Parser)]
#[command(name = "worker-records", version = VERSION)]
struct Cli {
    #[command(flatten)]
    service: ServiceArgs,
}

fn main() -> ExitCode {
    run_service(
        "worker-records",
        &Cli::parse().service,
        |settings| &settings.worker_records.listen,
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
    // No file by itself: two of these would each have their own.
    let records = records_config(&settings)?.context("records.url: expected where the records are")?;
    let records = Records::new(records);
    let deps = Deps::new(settings, redis_url, metrics, rng)?;
    deps.store
        .refuse_virtual_time(deps.settings.deployment.allow_virtual_time)
        .await?;
    let listener = deps
        .settings
        .worker_records
        .listen
        .bind()
        .context("worker_records.listen")?;
    lifecycle.spawn_vital(
        "worker-records",
        run_records(listener, deps, records, lifecycle.token()),
    );
    Ok(None)
}
