//! `up`: every service in one process, with its Redis and its records.

use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, bail};
use secrecy::ExposeSecret;
use switchboard_contracts::VOICE_PATH;
use switchboard_crowd::{Api, simulator_config};
use switchboard_domain::ClaimTicket;
use switchboard_records::{Records, RecordsConfig};
use switchboard_runtime::settings::Settings;
use switchboard_runtime::{DataDir, Last, PrivateRedisOptions, Process};
use switchboard_simulator::{Companion, HungUp, Simulator, Softphone};
use switchboard_store::Store;
use switchboard_worker::records_config;
use tokio_util::sync::CancellationToken;
use tracing::{error, warn};

use crate::services::{Service, Shared};

/// Starts everything. A Redis of our own, in the locked data folder, unless the settings name one.
pub(crate) async fn start(process: Process) -> anyhow::Result<Option<Last>> {
    let Process {
        settings,
        lifecycle,
        metrics,
        rng,
        clock,
    } = process;
    let folder = if settings.redis.url.is_none() || settings.records.url.is_none() {
        Some(DataDir::lock(&settings.data.dir)?)
    } else {
        None
    };
    let records = records(&settings, folder.as_ref())?;
    let (redis_url, last) = redis(&settings, folder).await?;
    let shared = Shared {
        settings,
        redis_url,
        records: Some(records),
        metrics,
        rng,
        clock,
    };
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
        let simulator = carrier(&shared).await?;
        lifecycle.spawn_vital(
            "simulator",
            switchboard_simulator::run(listener, simulator, lifecycle.token()),
        );
    }
    for (service, listener) in listeners {
        shared.start(service, listener, &lifecycle)?;
    }
    announce(settings);
    Ok(last)
}

/// Where the records are: a file of our own, in the locked data folder, unless the settings name a database.
fn records(settings: &Settings, folder: Option<&DataDir>) -> anyhow::Result<Records> {
    let config = match (records_config(settings)?, folder) {
        (Some(config), _) => config,
        (None, Some(folder)) => RecordsConfig::file(&folder.path().join("records.sqlite")),
        (None, None) => bail!("no data folder for the records"),
    };
    Ok(Records::new(config))
}

/// Where Redis is, and how to stop it when it is ours: last, because whatever drains still needs it.
async fn redis(settings: &Settings, folder: Option<DataDir>) -> anyhow::Result<(String, Option<Last>)> {
    if let Some(url) = &settings.redis.url {
        // The folder stays locked until the end all the same: the records are in it, if anything is.
        let last: Last = Box::pin(async move { drop(folder) });
        return Ok((url.expose_secret().to_owned(), Some(last)));
    }
    let folder = folder.context("no data folder")?;
    let server = folder.redis(PrivateRedisOptions::default()).await?;
    let url = server.url().to_owned();
    let stop = CancellationToken::new();
    let stopped = stop.clone();
    #[expect(
        clippy::disallowed_methods,
        reason = "it must outlive the lifecycle, whose tasks need it to finish"
    )]
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

/// The carrier of a demonstration that people watch: its clock and ours are moved together.
pub(crate) async fn carrier(shared: &Shared) -> anyhow::Result<Simulator> {
    let store = shared.store()?;
    let mut config = simulator_config(&shared.settings);
    // Redis still knows the calls of earlier starts: none of their ids may come again.
    config.seed = shared.rng.next_u64();
    config.companion = Some(companion(store.clone()));
    config.softphone = Some(softphone(&shared.settings)?);
    let simulator = Simulator::new(config);
    // Redis also keeps how far its clock was moved; a carrier that lived in the past would be out of step.
    if let Ok(reading) = store.clock().await {
        simulator.advance(reading.offset_ms).await;
    }
    Ok(simulator)
}

/// Moves the clock in Redis together with the carrier's.
pub(crate) fn companion(clock: Store) -> Companion {
    Companion::new(move |by_ms: i64| {
        let clock = clock.clone();
        let by = Duration::from_millis(u64::try_from(by_ms).unwrap_or(0));
        async move {
            let moved = clock.advance_clock(by).await;
            moved.map(drop).map_err(|error| error.to_string())
        }
    })
}

/// A browser that was connected without a page tells what the console's page would: that its agent has hung up.
fn softphone(settings: &Settings) -> anyhow::Result<Softphone> {
    let realtime = format!("http://{}", settings.realtime.listen).parse()?;
    let api = Arc::new(Api::new(vec![realtime], settings.realtime.api_token.as_ref())?);
    Ok(Softphone::new(move |hung_up: HungUp| {
        let api = Arc::clone(&api);
        async move {
            let ticket = hung_up.params.iter().find(|(name, _)| name == "claim");
            let Some(Ok(ticket)) = ticket.map(|(_, ticket)| ticket.parse::<ClaimTicket>()) else {
                return;
            };
            let told = api.hung_up(
                ticket.call.as_str(),
                &hung_up.identity,
                ticket.claim,
                hung_up.leg.as_str(),
            );
            if told.await.is_none() {
                warn!(call.id = %ticket.call, "nobody was told that the agent of call {} has hung up", ticket.call);
            }
        }
    }))
}

#[expect(
    clippy::print_stdout,
    reason = "a person who starts it wants to know where to look"
)]
fn announce(settings: &Settings) {
    println!(
        "webhooks   {}{VOICE_PATH}incoming",
        settings.public.base_url.as_str().trim_end_matches('/')
    );
    println!("agents     http://{}/api/v1/live", settings.realtime.listen);
    if settings.deployment.demo {
        println!("console    http://{}/", settings.realtime.listen);
        println!("simulator  http://{}/", settings.simulator.listen);
    }
}
