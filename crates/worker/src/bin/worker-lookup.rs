//! The worker process that asks sources who is calling.

use std::process::ExitCode;

use anyhow::Context;
use clap::Parser;
use secrecy::ExposeSecret;
use switchboard_runtime::{Last, Process, ServiceArgs, VERSION, run_service};
use switchboard_store::{Store, StoreConfig};
use switchboard_worker::{Deps, STORE_BUDGET, run_lookup};

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
        .worker_lookup
        .listen
        .bind()
        .context("worker_lookup.listen")?;
    let deps = Deps {
        settings,
        redis_url,
        store,
        metrics,
        rng,
    };
    lifecycle.spawn_vital("worker-lookup", run_lookup(listener, deps, lifecycle.token()));
    Ok(None)
}
