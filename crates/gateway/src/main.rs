//! The webhook gateway as a process of its own.

use std::process::ExitCode;

use anyhow::Context;
use clap::Parser;
use switchboard_gateway::{Gateway, open_store, run};
use switchboard_runtime::{Last, Process, ServiceArgs, VERSION, run_service};

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
        |settings| {
            settings
                .gateway
                .operations
                .as_ref()
                .unwrap_or(&settings.gateway.listen)
        },
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
    let store = open_store(&settings, settings.redis_url()?)?;
    store
        .refuse_virtual_time(settings.deployment.allow_virtual_time)
        .await?;
    let listener = settings.gateway.listen.bind().context("gateway.listen")?;
    let gateway = Gateway::new(&settings, store, clock)?;
    lifecycle.spawn_vital("gateway", run(listener, gateway, metrics, lifecycle.token()));
    Ok(None)
}
