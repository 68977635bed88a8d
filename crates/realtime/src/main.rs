//! The realtime service as a process of its own.

use std::process::ExitCode;

use anyhow::Context;
use clap::Parser;
use switchboard_queue::{Admin, Prefix};
use switchboard_realtime::{Realtime, open_store, run};
use switchboard_runtime::{Last, Process, ServiceArgs, VERSION, run_service};

/// Answers agents.
#[derive(Parser)]
#[command(name = "switchboard-realtime", version = VERSION)]
struct Cli {
    #[command(flatten)]
    service: ServiceArgs,
}

fn main() -> ExitCode {
    run_service(
        "realtime",
        &Cli::parse().service,
        |settings| {
            settings
                .realtime
                .operations
                .as_ref()
                .unwrap_or(&settings.realtime.listen)
        },
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
    let redis_url = settings.redis_url()?;
    let store = open_store(&settings, redis_url)?;
    store
        .refuse_virtual_time(settings.deployment.allow_virtual_time)
        .await?;
    let listener = settings.realtime.listen.bind().context("realtime.listen")?;
    let jobs = Admin::connect(redis_url, Prefix::new(settings.key_prefix())?)?;
    let realtime = Realtime::new(&settings, store, rng)?.with_jobs(jobs);
    lifecycle.spawn_vital("realtime", run(listener, realtime, metrics, lifecycle.token()));
    Ok(None)
}
