//! Around every handler: its own task, the end when the lease is lost, the verdict, the acknowledgement.

use std::error::Error as StdError;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};
use std::time::Duration;

use apalis_core::error::BoxDynError;
use apalis_core::task::Task;
use futures::future::BoxFuture;
use rand::SeedableRng;
use rand::rngs::StdRng;
use tokio::time::Instant;
use tokio_util::task::{AbortOnDropHandle, TaskTracker};
use tower::{Layer, Service};
use tracing::{Instrument, debug, error, info_span, warn};

use crate::engine::{self, Delivery, Lease, RunGuard, Settled, Shared, Verdict};
use crate::job_error::{Fate, JobError, chain};
use crate::metric::Labels;
use crate::router::Router;
use crate::trace;

/// The backend's own layer; apalis puts it outside of all others, so it sees the final result.
#[derive(Clone)]
pub(crate) struct SettleLayer {
    shared: Arc<Shared>,
    router: Router,
    tasks: TaskTracker,
    rng: Arc<Mutex<StdRng>>,
}

impl SettleLayer {
    pub(crate) fn new(shared: Arc<Shared>, router: Router, tasks: TaskTracker) -> Self {
        let rng = StdRng::seed_from_u64(shared.options.seed);
        Self {
            shared,
            router,
            tasks,
            rng: Arc::new(Mutex::new(rng)),
        }
    }

    fn pause(&self, attempt: u32) -> Duration {
        let mut rng = self.rng.lock().unwrap_or_else(PoisonError::into_inner);
        self.shared.options.backoff.pause(attempt, &mut *rng)
    }
}

impl<S> Layer<S> for SettleLayer {
    type Service = SettleService<S>;

    fn layer(&self, inner: S) -> Self::Service {
        SettleService {
            inner,
            layer: self.clone(),
        }
    }
}

/// The service that [`SettleLayer`] makes.
#[derive(Clone)]
pub(crate) struct SettleService<S> {
    inner: S,
    layer: SettleLayer,
}

/// Somebody else has the job.
#[derive(Debug, thiserror::Error)]
#[error("the lease was lost while the job ran")]
struct LeaseLost;

/// What is known of a run once its delivery has gone into the handler.
struct Run {
    lease: Lease,
    name: String,
    attempt: u32,
    last: bool,
    traceparent: Option<String>,
    labels: Labels,
}

impl<S> Service<Task<Delivery>> for SettleService<S>
where
    S: Service<Task<Delivery>, Response = ()>,
    S::Error: Into<BoxDynError>,
    S::Future: Send + 'static,
{
    type Response = ();
    type Error = BoxDynError;
    type Future = BoxFuture<'static, Result<(), BoxDynError>>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), BoxDynError>> {
        self.inner.poll_ready(cx).map_err(Into::into)
    }

    fn call(&mut self, task: Task<Delivery>) -> Self::Future {
        let (mut delivery, context) = task.take();
        let Some(guard) = delivery.guard.take() else {
            return Box::pin(std::future::ready(Err("a delivery came without its slot".into())));
        };
        let queue = Arc::clone(&delivery.queue);
        let labels = Labels {
            queue,
            job: self.layer.router.label(&delivery.envelope.name),
        };
        labels.started(delivery.pickup());
        let run = Run {
            lease: delivery.lease.clone(),
            name: delivery.envelope.name.clone(),
            attempt: delivery.attempt,
            last: delivery.last(),
            traceparent: delivery.envelope.traceparent.clone(),
            labels,
        };
        let traceparent: Option<Arc<str>> = run.traceparent.as_deref().map(Into::into);
        let span = info_span!("job", job.id = %run.lease.id, job.name = run.name, job.attempt = run.attempt,
            trace.id = traceparent.as_deref().and_then(trace::id));
        let work = self.inner.call(Task::new_with_ctx(delivery, context));
        let layer = self.layer.clone();
        let lost = guard.lost();
        // A task of its own, so that a handler that blocks holds up nobody else's. The guard travels
        // inside: an aborted task keeps the id occupied until it is really gone.
        let spawned = async move { (work.await.map_err(Into::into), guard) };
        let spawned = trace::scope(traceparent, spawned).instrument(span);
        let mut task = AbortOnDropHandle::new(self.layer.tasks.spawn(spawned));
        Box::pin(async move {
            let begun = Instant::now();
            let finished = tokio::select! {
                biased;
                finished = &mut task => finished,
                () = lost.cancelled() => {
                    run.labels.lost();
                    task.abort();
                    // Wait for its real end, and forget a result that came too late.
                    let _ = (&mut task).await;
                    return Err(LeaseLost.into());
                }
            };
            let took = begun.elapsed();
            run.labels.ran(took);
            // No guard means that the runtime is ending and has dropped the task: nothing to settle.
            let (result, guard) = finished?;
            layer.settle(run, took, result, guard).await
        })
    }
}

impl SettleLayer {
    async fn settle(
        &self,
        run: Run,
        took: Duration,
        result: Result<(), BoxDynError>,
        guard: RunGuard,
    ) -> Result<(), BoxDynError> {
        let verdict = self.judge(&run, took, &result);
        let settled = self.shared.settle(run.lease.clone(), verdict).await;
        drop(guard);
        match settled {
            Settled::Applied => result,
            Settled::Unknown => {
                debug!(job.id = %run.lease.id, "job {} was settled by an earlier try, or not at all", run.lease.id);
                result
            }
            Settled::Refused => {
                let id = &run.lease.id;
                run.labels.lost();
                warn!(job.id = %id, job.name = run.name, "job {id} ended here after its lease was lost");
                Err(LeaseLost.into())
            }
        }
    }

    /// The one place where a result becomes a verdict.
    fn judge(&self, run: &Run, took: Duration, result: &Result<(), BoxDynError>) -> Verdict {
        let error = match result {
            Ok(()) => {
                run.labels.succeeded();
                return Verdict::Done(engine::Run {
                    name: run.name.clone(),
                    attempt: run.attempt,
                    took_ms: u64::try_from(took.as_millis()).unwrap_or(u64::MAX),
                    traceparent: run.traceparent.clone(),
                });
            }
            Err(error) => error.as_ref(),
        };
        let fate = error
            .downcast_ref::<JobError>()
            .map_or(Fate::Retry(None), JobError::fate);
        let (id, name, attempt) = (&run.lease.id, &run.name, run.attempt);
        let reason = chain(error as &(dyn StdError + 'static));
        let delay = match fate {
            Fate::Again(delay) => {
                run.labels.succeeded();
                return Verdict::Again(delay);
            }
            Fate::Defer(delay) => {
                run.labels.deferred();
                debug!(job.id = %id, job.name = name, "job {name} {id} is left to another worker: {reason}");
                return Verdict::Defer(delay, reason);
            }
            Fate::Retry(asked) if !run.last => asked.unwrap_or_else(|| self.pause(attempt)),
            Fate::Retry(_) | Fate::Dead => {
                run.labels.dead();
                error!(job.id = %id, job.name = name, job.attempt = attempt, error = reason,
                    "job {name} {id} is dead after attempt {attempt}: {reason}");
                return Verdict::Dead(reason);
            }
        };
        run.labels.retried();
        let delay_ms = u64::try_from(delay.as_millis()).unwrap_or(u64::MAX);
        warn!(job.id = %id, job.name = name, job.attempt = attempt, delay_ms, error = reason,
            "job {name} {id} failed in attempt {attempt}, again in {delay_ms} ms: {reason}");
        Verdict::Retry(delay, reason)
    }
}
