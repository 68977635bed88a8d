//! `up`: every service in one process.

use anyhow::Context;
use secrecy::ExposeSecret;
use switchboard_contracts::VOICE_PATH;
use switchboard_runtime::settings::Settings;
use switchboard_runtime::{DataDir, Last, PrivateRedisOptions, Process};
use switchboard_simulator::{Application, Number, Simulator, SimulatorConfig};
use tokio_util::sync::CancellationToken;
use tracing::error;

use crate::services::{Service, Shared};

/// Starts everything. A Redis of our own, in the locked data folder, unless the settings name one.
pub(crate) async fn start(process: Process) -> anyhow::Result<Option<Last>> {
    let Process { settings, lifecycle, metrics, rng, clock } = process;
    let (redis_url, last) = redis(&settings).await?;
    let shared = Shared { settings, redis_url, metrics, rng, clock };
    let settings = &shared.settings;
    let virtual_time = settings.deployment.demo || settings.deployment.allow_virtual_time;
    shared.store()?.refuse_virtual_time(virtual_time).await?;

    // All ports first: a port that is taken is said before anything runs.
    let listeners = Service::ALL
        .into_iter()
        .map(|service| service.bind(settings).map(|listener| (service, listener)))
        .collect::<anyhow::Result<Vec<_>>>()?;
    if settings.deployment.demo {
        let listener = settings.simulator.listen.bind().context("simulator.listen")?;
        let simulator = Simulator::new(simulator_config(settings));
        lifecycle.spawn_vital("simulator", switchboard_simulator::run(listener, simulator, lifecycle.token()));
    }
    for (service, listener) in listeners {
        shared.start(service, listener, &lifecycle)?;
    }
    announce(settings);
    Ok(last)
}

/// Where Redis is, and how to stop it when it is ours: last, because whatever drains still needs it.
async fn redis(settings: &Settings) -> anyhow::Result<(String, Option<Last>)> {
    if let Some(url) = &settings.redis.url {
        return Ok((url.expose_secret().to_owned(), None));
    }
    let folder = DataDir::lock(&settings.data.dir)?;
    let server = folder.redis(PrivateRedisOptions::default()).await?;
    let url = server.url().to_owned();
    let stop = CancellationToken::new();
    let stopped = stop.clone();
    #[expect(clippy::disallowed_methods, reason = "it must outlive the lifecycle, whose tasks need it to finish")]
    let keeper = tokio::spawn(async move {
        let mut server = server;
        if let Err(error) = server.keep_running(&stopped).await {
            error!("redis cannot be kept running: {error}");
        }
        if let Err(error) = server.stop().await {
            error!("redis does not stop: {error}");
        }
        drop(folder);
    });
    let last: Last = Box::pin(async move {
        stop.cancel();
        if let Err(error) = keeper.await {
            error!("redis was not stopped: {error}");
        }
    });
    Ok((url, Some(last)))
}

/// The carrier of the demonstration: the office's numbers lead to the gateway.
pub(crate) fn simulator_config(settings: &Settings) -> SimulatorConfig {
    let base = settings.public.base_url.as_str().trim_end_matches('/');
    let address = |path: &str| format!("{base}{VOICE_PATH}{path}");
    let token = settings.twilio.auth_token.expose_secret().to_owned();
    let mut config = SimulatorConfig::new(settings.twilio.account_sid.clone(), token);
    config.numbers = settings
        .office
        .numbers
        .iter()
        .map(|number| Number {
            number: number.as_str().to_owned(),
            voice_url: address("incoming"),
            voice_fallback_url: Some(address("fallback")),
            status_callback: Some(address("status")),
        })
        .collect();
    config.application = Application {
        sid: settings.twilio.application_sid.clone().unwrap_or_default(),
        voice_url: address("agent/connect"),
        status_callback: None,
    };
    settings.twilio.api_base.as_str().trim_end_matches('/').clone_into(&mut config.api_url);
    config
}

#[expect(clippy::print_stdout, reason = "a person who starts it wants to know where to look")]
fn announce(settings: &Settings) {
    println!("webhooks   {}{VOICE_PATH}incoming", settings.public.base_url.as_str().trim_end_matches('/'));
    println!("agents     http://{}/api/v1/live", settings.realtime.listen);
    if settings.deployment.demo {
        println!("simulator  http://{}/sim/v1/timeline", settings.simulator.listen);
    }
}
