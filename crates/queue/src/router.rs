//! From a job's name to its handler.

use std::collections::HashMap;
use std::fmt;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use apalis_core::task::Task;
use futures::future::BoxFuture;
use serde_json::value::RawValue;
use tower::Service;
use tracing::info;

use crate::engine::Delivery;
use crate::job::{Job, JobContext};
use crate::job_error::JobError;

/// A function that works on jobs of type `J`: `Fn(J, JobContext) -> impl Future<Output = Result<(), JobError>>`.
pub trait Handler<J>: Send + Sync + 'static {
    /// Works on one delivery. It may run twice for one job, and may be dropped at any await.
    fn call(
        &self,
        job: J,
        context: JobContext,
    ) -> impl Future<Output = Result<(), JobError>> + Send + 'static;
}

impl<J, F, Fut> Handler<J> for F
where
    F: Fn(J, JobContext) -> Fut + Send + Sync + 'static,
    Fut: Future<Output = Result<(), JobError>> + Send + 'static,
{
    fn call(
        &self,
        job: J,
        context: JobContext,
    ) -> impl Future<Output = Result<(), JobError>> + Send + 'static {
        self(job, context)
    }
}

type Outcome = BoxFuture<'static, Result<(), JobError>>;
type Erased = dyn Fn(&RawValue, JobContext) -> serde_json::Result<Outcome> + Send + Sync;

/// How long a job whose name nobody here knows, or whose payload or envelope nobody here can read, waits for a worker
/// that does: during a deployment the new side pushes what the old side's workers have never heard of.
pub(crate) const STRANGER_PATIENCE: Duration = Duration::from_mins(10);

/// When it is looked at again.
pub(crate) const STRANGER_PAUSE: Duration = Duration::from_secs(1);

/// The handlers of a process, by job name. Cheap to clone.
#[derive(Clone)]
pub struct Router {
    handlers: Arc<HashMap<&'static str, Arc<Erased>>>,
    stranger_patience: Duration,
}

impl Default for Router {
    fn default() -> Self {
        Self {
            handlers: Arc::default(),
            stranger_patience: STRANGER_PATIENCE,
        }
    }
}

impl Router {
    /// A router without handlers.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds the handler of `J`, in place of an earlier one.
    #[must_use]
    pub fn on<J: Job>(self, handler: impl Handler<J>) -> Self {
        self.named(J::NAME, handler)
    }

    /// Adds a handler for jobs that an older version pushed under another name, for as long as one of them may
    /// wait. `J` must be able to read their payload.
    #[must_use]
    pub fn formerly<J: Job>(self, name: &'static str, handler: impl Handler<J>) -> Self {
        self.named(name, handler)
    }

    /// Jobs of this name are wanted no more: they end at once, unrun, instead of among the dead.
    #[must_use]
    pub fn retired(mut self, name: &'static str) -> Self {
        let erased = move |_: &RawValue, context: JobContext| -> serde_json::Result<Outcome> {
            info!(
                job.id = context.id,
                job.name = name,
                "job {} is of a retired kind, dropping it",
                context.id
            );
            Ok(Box::pin(std::future::ready(Ok(()))))
        };
        Arc::make_mut(&mut self.handlers).insert(name, Arc::new(erased));
        self
    }

    /// How long, in virtual time, jobs whose name or payload is unknown here are left to other workers, which may be newer.
    /// After that they are dead. Ten minutes unless said otherwise.
    #[must_use]
    pub fn stranger_patience(mut self, patience: Duration) -> Self {
        self.stranger_patience = patience;
        self
    }

    fn named<J: Job>(mut self, name: &'static str, handler: impl Handler<J>) -> Self {
        let handler = Arc::new(handler);
        let erased = move |payload: &RawValue, context: JobContext| -> serde_json::Result<Outcome> {
            let job = serde_json::from_str::<J>(payload.get())?;
            let handler = Arc::clone(&handler);
            Ok(Box::pin(async move { handler.call(job, context).await }))
        };
        Arc::make_mut(&mut self.handlers).insert(name, Arc::new(erased));
        self
    }

    /// The names that have a handler.
    pub fn names(&self) -> impl Iterator<Item = &'static str> {
        self.handlers.keys().copied()
    }

    /// The name as a metric label: `unknown` for names without a handler.
    pub(crate) fn label(&self, name: &str) -> &'static str {
        self.handlers
            .get_key_value(name)
            .map_or("unknown", |(name, _)| *name)
    }

    fn handle(&self, delivery: &Delivery) -> Outcome {
        let name = delivery.envelope.name.as_str();
        let unknown = match self.handlers.get(name) {
            Some(handler) => match handler(&delivery.envelope.payload, delivery.context()) {
                Ok(outcome) => return outcome,
                Err(error) => format!("undecodable payload: {error}"),
            },
            None => format!("unknown job name `{name}`"),
        };
        let error = if delivery.could_run_for() < self.stranger_patience {
            JobError::defer(STRANGER_PAUSE, unknown)
        } else {
            JobError::dead(unknown)
        };
        Box::pin(std::future::ready(Err(error)))
    }
}

impl fmt::Debug for Router {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.handlers.keys()).finish()
    }
}

/// The innermost service of a worker.
impl Service<Task<Delivery>> for Router {
    type Response = ();
    type Error = JobError;
    type Future = Outcome;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, task: Task<Delivery>) -> Self::Future {
        let (delivery, _) = task.take();
        self.handle(&delivery)
    }
}
