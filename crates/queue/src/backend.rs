//! apalis' view of the engine.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use apalis_core::backend::finalize::Ephemeral;
use apalis_core::backend::{Backend, BackendConfig};
use apalis_core::task::Task;
use apalis_core::task::builder::TaskBuilder;
use apalis_core::task::task_id::TaskId;
use apalis_core::worker::context::WorkerContext;
use tokio::time::Sleep;
use tokio_util::task::TaskTracker;

use crate::engine::{Delivery, Shared};
use crate::layer::SettleLayer;
use crate::options::WorkerOptions;
use crate::router::Router;

/// The pause before a worker that crashed takes jobs again: the monitor restarts it without any.
const AFTER_CRASH: Duration = Duration::from_millis(100);

/// Hands the engine's deliveries to an apalis worker. It never answers an error, because apalis ends
/// the worker on the first one and drops every running handler.
pub(crate) struct RedisBackend {
    shared: Arc<Shared>,
    router: Router,
    tasks: TaskTracker,
    crashed: bool,
    pause: Option<Pin<Box<Sleep>>>,
}

impl RedisBackend {
    pub(crate) fn new(shared: Arc<Shared>, router: Router, tasks: TaskTracker, restarts: usize) -> Self {
        Self {
            shared,
            router,
            tasks,
            crashed: restarts > 0,
            pause: None,
        }
    }
}

/// There is no such error; apalis wants a type.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Never {}

impl Backend for RedisBackend {
    type Task = Task<Delivery>;
    type Error = Never;

    fn poll_ready(&mut self, cx: &mut Context<'_>, _: &WorkerContext) -> Poll<Result<(), Never>> {
        if self.crashed {
            let pause = self
                .pause
                .get_or_insert_with(|| Box::pin(tokio::time::sleep(AFTER_CRASH)));
            ready!(pause.as_mut().poll(cx));
            self.crashed = false;
        }
        Poll::Ready(Ok(()))
    }

    fn poll_next(
        &mut self,
        cx: &mut Context<'_>,
        _: &WorkerContext,
    ) -> Poll<Option<Result<Self::Task, Never>>> {
        let Some(delivery) = self.shared.poll(cx.waker()) else {
            return Poll::Pending;
        };
        // `from_string`, not `parse`: that would make a number of "123", which is another id.
        let id = TaskId::from_string(delivery.lease.id.as_ref());
        let before = usize::try_from(delivery.attempt)
            .unwrap_or(usize::MAX)
            .saturating_sub(1);
        Poll::Ready(Some(Ok(TaskBuilder::new(delivery)
            .task_id(id)
            .attempt(before)
            .build())))
    }

    fn poll_close(&mut self, _: &mut Context<'_>, _: &WorkerContext) -> Poll<Result<(), Never>> {
        // What was not started has gone back when the shutdown began; the engine outlives the worker.
        Poll::Ready(Ok(()))
    }
}

impl BackendConfig for RedisBackend {
    type Args = Delivery;
    type Id = String;
    // `Durable` would decode in apalis, where one undecodable payload ends the worker.
    type Kind = Ephemeral;
    type Config = WorkerOptions;
    type Layer = SettleLayer;

    fn config(&self) -> &WorkerOptions {
        &self.shared.options
    }

    fn middleware(&mut self, _: &mut WorkerContext) -> SettleLayer {
        SettleLayer::new(Arc::clone(&self.shared), self.router.clone(), self.tasks.clone())
    }
}
