//! From a job's name to its handler.

use std::collections::HashMap;
use std::fmt;
use std::sync::Arc;
use std::task::{Context, Poll};

use apalis_core::task::Task;
use futures::future::BoxFuture;
use serde_json::value::RawValue;
use tower::Service;

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
type Erased = dyn Fn(&RawValue, JobContext) -> Outcome + Send + Sync;

/// The handlers of a process, by job name. Cheap to clone.
#[derive(Clone, Default)]
pub struct Router {
    handlers: Arc<HashMap<&'static str, Arc<Erased>>>,
}

impl Router {
    /// A router without handlers.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds the handler of `J`, in place of an earlier one.
    #[must_use]
    pub fn on<J: Job>(mut self, handler: impl Handler<J>) -> Self {
        let handler = Arc::new(handler);
        let erased = move |payload: &RawValue, context: JobContext| -> Outcome {
            match serde_json::from_str::<J>(payload.get()) {
                Ok(job) => {
                    let handler = Arc::clone(&handler);
                    Box::pin(async move { handler.call(job, context).await })
                }
                Err(error) => {
                    let error = JobError::dead(format!("undecodable payload: {error}"));
                    Box::pin(std::future::ready(Err(error)))
                }
            }
        };
        Arc::make_mut(&mut self.handlers).insert(J::NAME, Arc::new(erased));
        self
    }

    /// The name as a metric label: `unknown` for names without a handler.
    pub(crate) fn label(&self, name: &str) -> &'static str {
        self.handlers
            .get_key_value(name)
            .map_or("unknown", |(name, _)| *name)
    }

    fn handle(&self, delivery: &Delivery) -> Outcome {
        let name = delivery.envelope.name.as_str();
        match self.handlers.get(name) {
            Some(handler) => handler(&delivery.envelope.payload, delivery.context()),
            None => Box::pin(std::future::ready(Err(JobError::dead(format!(
                "unknown job name `{name}`"
            ))))),
        }
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
