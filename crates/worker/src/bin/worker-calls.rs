//! The worker process that keeps deadlines and tells the carrier what was decided.

use std::process::ExitCode;

use anyhow::Context;
use clap::Parser;
use secrecy::ExposeSecret;
use switchboard_runtime::{Last, Process, ServiceArgs, VERSION, run_service};
use switchboard_store::{Store, StoreConfig};
use switchboard_worker::{Deps, STORE_BUDGET, run_calls};

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
    let url = settings
        .redis
        .url
        .as_ref()
        .context("redis.url: expected where Redis is")?;
    let redis_url = url.expose_secret().to_owned();
    let store = Store::new(StoreConfig {
        budget: STORE_BUDGET,
        ended_ttl: settings.calls.ended_ttl,
        ..StoreConfig::new(redis_url.clone(), settings.key_prefix())
    })?;
    store
        .refuse_virtual_time(settings.deployment.allow_virtual_time)
        .await?;
    let listener = settings
        .worker_calls
        .listen
        .bind()
        .context("worker_calls.listen")?;
    let deps = Deps {
        settings,
        redis_url,
        store,
        metrics,
        rng,
    };
    lifecycle.spawn_vital("worker-calls", run_calls(listener, deps, lifecycle.token()));
    Ok(None)
}
