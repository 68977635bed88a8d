//! Running workers: apalis' builder and monitor around our backend.

use std::any::Any;

use apalis::layers::WorkerBuilderExt;
use apalis::layers::catch_panic::CatchPanicLayer;
use apalis_core::monitor::Monitor;
use apalis_core::worker::builder::WorkerBuilder;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tracing::{error, info, warn};

use crate::backend::RedisBackend;
use crate::engine::Engine;
use crate::error::Result;
use crate::job_error::JobError;
use crate::keys::Prefix;
use crate::options::WorkerOptions;
use crate::router::Router;

/// Works on one queue until `shutdown`, then lets running jobs finish within the drain time and hands
/// the others back. No error of Redis ends it.
///
/// # Errors
///
/// Before anything runs: an unusable URL, bad options, no thread. Later: only if apalis' monitor gives
/// up.
pub async fn run(
    redis_url: &str,
    prefix: Prefix,
    router: Router,
    options: WorkerOptions,
    shutdown: CancellationToken,
) -> Result<()> {
    run_all(redis_url, prefix, router, vec![options], shutdown).await
}

/// Works on several queues, each with its own options and engine, under one monitor. The longest drain
/// time counts for all.
///
/// # Errors
///
/// As [`run`].
pub async fn run_all(
    redis_url: &str,
    prefix: Prefix,
    router: Router,
    workers: Vec<WorkerOptions>,
    shutdown: CancellationToken,
) -> Result<()> {
    let drain = workers
        .iter()
        .map(|options| options.drain)
        .max()
        .unwrap_or_default();
    for options in &workers {
        options.check()?;
    }
    let tasks = TaskTracker::new();
    let mut engines = Vec::with_capacity(workers.len());
    let mut monitor = Monitor::new().should_restart(|worker, error| {
        error!(%error, restarts = worker.restarts(), "worker {} crashed, starting it again", worker.name());
        true
    });
    for options in workers {
        let (queue, limit) = (options.queue.clone(), options.time_limit);
        let engine = Engine::start(redis_url, prefix.clone(), options)?;
        let (shared, router, tasks) = (engine.shared.clone(), router.clone(), tasks.clone());
        engines.push(engine);
        // First added is outermost: the panic of a handler ends its run, not its worker.
        monitor = monitor.register(move |restarts| {
            let backend = RedisBackend::new(shared.clone(), router.clone(), tasks.clone(), restarts);
            WorkerBuilder::new(queue.as_str())
                .backend(backend)
                .layer(CatchPanicLayer::with_panic_handler(panicked))
                .timeout(limit)
                .build(router.clone())
        });
    }
    let stopping = shutdown.clone();
    let signal = async {
        stopping.cancelled().await;
        for engine in &engines {
            engine.shared.drain();
        }
        info!("workers are stopping");
        Ok(())
    };
    let ended = tokio::select! {
        ended = monitor.run_with_signal(signal) => ended,
        () = async { shutdown.cancelled().await; tokio::time::sleep(drain).await } => {
            warn!("jobs still run after {} ms of draining, dropping them", drain.as_millis());
            Ok(())
        }
    };
    tasks.close();
    for engine in engines {
        engine.close().await;
    }
    Ok(ended?)
}

/// A panic counts as a failed attempt: it may be the fault of a moment. apalis' own handler would make
/// it final.
fn panicked(panic: &Box<dyn Any + Send>) -> JobError {
    let text = panic.downcast_ref::<&str>().map(|text| (*text).to_owned());
    let text = text.or_else(|| panic.downcast_ref::<String>().cloned());
    JobError::retry(format!("panicked: {}", text.as_deref().unwrap_or("no message")))
}
