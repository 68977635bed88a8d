//! The webhook gateway as a process of its own.

use std::process::ExitCode;

use anyhow::Context;
use clap::Parser;
use secrecy::ExposeSecret;
use switchboard_gateway::{Gateway, run};
use switchboard_runtime::{Last, Process, ServiceArgs, VERSION, run_service};
use switchboard_store::{Store, StoreConfig};

/// Answers Twilio's webhooks.
#[derive(Parser)]
#[command(name = "switchboard-gateway", version = VERSION)]
struct Cli {
    #[command(flatten)]
    service: ServiceArgs,
}

fn main() -> ExitCode {
    run_service(
        "gateway",
        &Cli::parse().service,
        |settings| &settings.gateway.listen,
        start,
    )
}

async fn start(process: Process) -> anyhow::Result<Option<Last>> {
    let Process {
        settings,
        lifecycle,
        metrics,
        rng: _,
        clock,
    } = process;
    let url = settings
        .redis
        .url
        .as_ref()
        .context("redis.url: expected where Redis is")?;
    let store = Store::new(StoreConfig {
        budget: settings.redis.budget,
        ended_ttl: settings.calls.ended_ttl,
        ..StoreConfig::new(url.expose_secret(), settings.key_prefix())
    })?;
    store
        .refuse_virtual_time(settings.deployment.allow_virtual_time)
        .await?;
    let listener = settings.gateway.listen.bind().context("gateway.listen")?;
    let gateway = Gateway::new(&settings, store, clock)?;
    lifecycle.spawn_vital("gateway", run(listener, gateway, metrics, lifecycle.token()));
    Ok(None)
}
