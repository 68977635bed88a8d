//! The worker process that writes into SQL what took effect in Redis, and keeps calendars up to date.

use std::process::ExitCode;

use anyhow::Context;
use clap::Parser;
use secrecy::ExposeSecret;
use switchboard_records::Records;
use switchboard_runtime::{Last, Process, ServiceArgs, VERSION, run_service};
use switchboard_store::{Store, StoreConfig};
use switchboard_worker::{Deps, STORE_BUDGET, records_config, run_records};

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
    let url = settings
        .redis
        .url
        .as_ref()
        .context("redis.url: expected where Redis is")?;
    let redis_url = url.expose_secret().to_owned();
    // No file by itself: two of these would each have their own.
    let records = records_config(&settings)?.context("records.url: expected where the records are")?;
    let records = Records::new(records);
    let store = Store::new(StoreConfig {
        budget: STORE_BUDGET,
        ended_ttl: settings.calls.ended_ttl,
        ..StoreConfig::new(redis_url.clone(), settings.key_prefix())
    })?;
    store
        .refuse_virtual_time(settings.deployment.allow_virtual_time)
        .await?;
    let listener = settings
        .worker_records
        .listen
        .bind()
        .context("worker_records.listen")?;
    let deps = Deps {
        settings,
        redis_url,
        store,
        metrics,
        rng,
    };
    lifecycle.spawn_vital(
        "worker-records",
        run_records(listener, deps, records, lifecycle.token()),
    );
    Ok(None)
}
