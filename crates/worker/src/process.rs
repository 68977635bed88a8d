//! The two processes as library functions: same start in production, in one process and in tests.

use std::net::TcpListener;
use std::time::Duration;

use switchboard_contracts::VoiceUrls;
use switchboard_queue::jobs::{CARRIER, DEADLINES, LOOKUP, SWEEP};
use switchboard_queue::{Prefix, Router, WorkerHealth, WorkerOptions};
use switchboard_runtime::settings::Settings;
use switchboard_runtime::{Health, Metrics, Rng, http};
use switchboard_store::Store;
use tokio_util::sync::CancellationToken;
use tracing::info;

use crate::calls::{Carrier, router as calls_router};
use crate::error::WorkerError;
use crate::lookup::{Lookups, router as lookup_router};
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
            async move { sweeping.ensure().await.map_err(|error| error.to_string()) }
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
    let ((), done) = tokio::join!(sweeping.keep(&shutdown), work);
    done
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
