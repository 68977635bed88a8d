//! The three processes as library functions: same start in production, in one process and in tests.

use std::net::TcpListener;
use std::time::Duration;

use secrecy::ExposeSecret;
use switchboard_contracts::VoiceUrls;
use switchboard_queue::jobs::{CARRIER, DEADLINES, LOOKUP, RECORDS, SWEEP};
use switchboard_queue::{Prefix, Router, WorkerHealth, WorkerOptions};
use switchboard_records::{Records, RecordsConfig};
use switchboard_runtime::settings::Settings;
use switchboard_runtime::{Health, Metrics, Rng, http};
use switchboard_store::{Store, StoreConfig, StoreError};
use tokio_util::sync::CancellationToken;
use tracing::info;

use crate::calls::{Carrier, router as calls_router};
use crate::error::WorkerError;
use crate::lookup::{Lookups, router as lookup_router};
use crate::records::{Calendars, Refill, Timers, prepare, router as records_router};
use crate::step::Calls;
use crate::sweeping::Sweeping;

/// How long a job waits for Redis before it is tried again: nobody is on the line for it.
pub const STORE_BUDGET: Duration = Duration::from_secs(2);

/// What a worker needs from outside.
pub struct Deps {
    /// The settings.
    pub settings: Settings,
    /// Where Redis is.
    pub redis_url: String,
    /// Live calls; with a budget that suits jobs, not webhooks.
    pub store: Store,
    /// Metrics of the process.
    pub metrics: Metrics,
    /// Randomness, for jitter.
    pub rng: Rng,
}

impl Deps {
    /// Everything from the settings; must be called within a tokio runtime.
    ///
    /// # Errors
    /// When the address of Redis cannot be used.
    pub fn new(
        settings: Settings,
        redis_url: String,
        metrics: Metrics,
        rng: Rng,
    ) -> Result<Self, StoreError> {
        let store = Store::new(StoreConfig {
            budget: STORE_BUDGET,
            ended_ttl: settings.calls.ended_ttl,
            pool_size: settings.redis.pool_size.get(),
            ..StoreConfig::new(redis_url.clone(), settings.key_prefix())
        })?;
        Ok(Self {
            settings,
            redis_url,
            store,
            metrics,
            rng,
        })
    }

    fn calls(&self) -> Result<Calls, WorkerError> {
        let policy = switchboard_runtime::rules::policy(&self.settings)
            .map_err(|error| WorkerError::Settings(vec![error.to_string()]))?;
        Ok(Calls {
            store: self.store.clone(),
            policy,
        })
    }

    fn options(&self, queue: &'static str, concurrency: usize) -> (&'static str, WorkerOptions) {
        let options = WorkerOptions {
            concurrency,
            seed: self.rng.next_u64(),
            ..WorkerOptions::new(queue)
        };
        (queue, options)
    }
}

/// Asks sources who is calling, until `shutdown`.
///
/// # Errors
/// When the settings of a source cannot be used, or the queue cannot be worked on at all.
pub async fn run_lookup(
    listener: TcpListener,
    deps: Deps,
    shutdown: CancellationToken,
) -> Result<(), WorkerError> {
    let lookups = Lookups::new(&deps.settings, deps.calls()?)?;
    let options = deps.options(LOOKUP, deps.settings.worker_lookup.concurrency.get());
    let queues = vec![options];
    let health = health(&deps, &queues, &shutdown);
    work(listener, &deps, lookup_router(lookups), queues, health, shutdown).await
}

/// Keeps deadlines and tells the carrier what was decided, until `shutdown`.
///
/// # Errors
/// When the settings cannot be used, or the queues cannot be worked on at all.
pub async fn run_calls(
    listener: TcpListener,
    deps: Deps,
    shutdown: CancellationToken,
) -> Result<(), WorkerError> {
    let urls = VoiceUrls::new(deps.settings.public.base_url.as_str());
    let carrier = Carrier::new(&deps.settings, deps.calls()?, urls, deps.rng.next_u64())?;
    let concurrency = deps.settings.worker_calls.concurrency.get();
    let queues = vec![
        deps.options(DEADLINES, concurrency),
        deps.options(CARRIER, concurrency),
        deps.options(SWEEP, 1),
    ];
    let sweeping = Sweeping::new(&deps.redis_url, Prefix::new(deps.settings.key_prefix())?);
    let health = health(&deps, &queues, &shutdown).check("sweep", CHECK_WITHIN, {
        let sweeping = sweeping.clone();
        move || {
            let sweeping = sweeping.clone();
            async move { sweeping.is_there().await }
        }
    });
    let work = work(
        listener,
        &deps,
        calls_router(&carrier),
        queues,
        health,
        shutdown.clone(),
    );
    let (hours, store) = (&carrier.hours, &deps.store);
    let ((), (), done) = tokio::join!(
        hours.follow_feeds(
            || store.feed_marks(),
            move |name| async move { store.feed(&name).await },
            &shutdown
        ),
        sweeping.keep(&shutdown),
        work
    );
    done
}

/// Where the settings say that the records are; `None` when they leave it to whoever has a data folder.
///
/// # Errors
/// When they lead nowhere.
pub fn records_config(settings: &Settings) -> Result<Option<RecordsConfig>, WorkerError> {
    let Some(url) = &settings.records.url else {
        return Ok(None);
    };
    let mut config = RecordsConfig::parse(url.expose_secret())?;
    config.pool_size = settings.records.pool_size.get();
    Ok(Some(config))
}

/// Writes into SQL what took effect in Redis, fills an emptied Redis from there, and keeps calendars up to date, until
/// `shutdown`. The database may be away at any time, also at the start: then the jobs wait, and it is not ready.
///
/// # Errors
/// When the settings cannot be used, or the queue cannot be worked on at all.
pub async fn run_records(
    listener: TcpListener,
    deps: Deps,
    records: Records,
    shutdown: CancellationToken,
) -> Result<(), WorkerError> {
    let options = deps.options(RECORDS, deps.settings.worker_records.concurrency.get());
    let queues = vec![options];
    let calendars = Calendars::new(&deps.settings, deps.store.clone(), records.clone())?;
    let refill = Refill::new(deps.store.clone(), records.clone());
    let timers = Timers::new(
        &deps.redis_url,
        Prefix::new(deps.settings.key_prefix())?,
        &calendars,
    );
    let router = records_router(&records, &calendars);
    let (refilled, prepared) = (refill.clone(), records.clone());
    let health = health(&deps, &queues, &shutdown)
        .check("database", CHECK_WITHIN, move || {
            let records = records.clone();
            async move { records.ping().await.map_err(|error| chain(&error)) }
        })
        .check("refill", CHECK_WITHIN, move || {
            let done = refilled.is_done();
            async move {
                done.then_some(())
                    .ok_or_else(|| "not filled from the records yet".to_owned())
            }
        });
    let work = work(listener, &deps, router, queues, health, shutdown.clone());
    let filling = async {
        prepare(&prepared, &shutdown).await;
        refill.keep(&shutdown).await;
    };
    let ((), (), done) = tokio::join!(filling, timers.keep(&shutdown), work);
    done
}

/// An error with its causes, in one line.
pub(crate) fn chain(error: &dyn std::error::Error) -> String {
    let causes = std::iter::successors(error.source(), |cause| cause.source());
    causes.fold(error.to_string(), |text, cause| format!("{text}: {cause}"))
}

async fn work(
    listener: TcpListener,
    deps: &Deps,
    router: Router,
    queues: Vec<(&'static str, WorkerOptions)>,
    health: Health,
    shutdown: CancellationToken,
) -> Result<(), WorkerError> {
    let names: Vec<&str> = queues.iter().map(|(queue, _)| *queue).collect();
    info!(queues = ?names, "working on {}", names.join(", "));
    let jobs = switchboard_queue::run_all(
        &deps.redis_url,
        Prefix::new(deps.settings.key_prefix())?,
        router,
        queues.into_iter().map(|(_, options)| options).collect(),
        shutdown.clone(),
    );
    let health = http::serve_health(listener, health, shutdown);
    let (jobs, health) = tokio::join!(jobs, health);
    jobs?;
    Ok(health?)
}

/// How long a check may take.
const CHECK_WITHIN: Duration = Duration::from_secs(1);

fn health(deps: &Deps, queues: &[(&'static str, WorkerOptions)], shutdown: &CancellationToken) -> Health {
    let store = deps.store.clone();
    let redis = move || {
        let store = store.clone();
        async move { store.ping().await.map_err(|error| error.to_string()) }
    };
    let health = Health::new(deps.metrics.clone(), shutdown.clone()).check("redis", CHECK_WITHIN, redis);
    queues.iter().fold(health, |health, (queue, options)| {
        let worker = options.health.clone();
        health.check(queue, CHECK_WITHIN, move || {
            let worker = worker.clone();
            async move { in_touch(&worker) }
        })
    })
}

/// A worker that has not heard of Redis for this long is not ready.
const SILENCE: Duration = Duration::from_secs(5);

fn in_touch(worker: &WorkerHealth) -> Result<(), String> {
    match worker.since_answer() {
        Some(since) if since < SILENCE => Ok(()),
        Some(since) => Err(format!("no answer of Redis for {} s", since.as_secs())),
        None => Err("no answer of Redis yet".to_owned()),
    }
}

#[cfg(test)]
mod tests;
