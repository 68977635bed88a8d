//! A job on its way into a queue.

use std::sync::Arc;
use std::time::Duration;

use serde_json::value::RawValue;

use crate::envelope::{self, Outgoing};
use crate::error::Result;
use crate::job::Job;
use crate::priority::Priority;
use crate::trace;

/// A job on its way into a queue: give it to a [`Producer`](crate::Producer), or flatten it for a
/// script of your own.
#[derive(Clone, Debug)]
pub struct Push {
    queue: &'static str,
    name: &'static str,
    attempts: u32,
    payload: Box<RawValue>,
    priority: Priority,
    traceparent: Option<Arc<str>>,
    id: Option<String>,
    key: Option<(String, Duration)>,
    due_ms: Option<i64>,
}

impl Push {
    /// How many entries [`Self::write_args`] adds: `QARGS` of `push.lua`.
    pub const ARGS: usize = 6;

    /// To run as soon as a worker has a free slot.
    ///
    /// # Errors
    ///
    /// [`Error::Encode`](crate::Error::Encode) if the payload is no JSON.
    pub fn now<J: Job>(job: &J) -> Result<Self> {
        Ok(Self {
            queue: J::QUEUE,
            name: J::NAME,
            attempts: J::ATTEMPTS.max(1),
            payload: envelope::payload(job)?,
            priority: J::PRIORITY,
            traceparent: trace::current(),
            id: None,
            key: None,
            due_ms: None,
        })
    }

    /// To run at `due_ms`, milliseconds since the Unix epoch on Redis' clock (virtual time); at once if
    /// that has passed.
    ///
    /// # Errors
    ///
    /// As [`Self::now`].
    pub fn at<J: Job>(job: &J, due_ms: i64) -> Result<Self> {
        Ok(Self {
            due_ms: Some(due_ms),
            ..Self::now(job)?
        })
    }

    /// The job's id, at most 512 bytes. A push with the id of a job that is still waiting or running in
    /// the queue does nothing. Without one it is the idempotency key, or else a number of the queue,
    /// and then a push whose answer was lost cannot be repeated safely.
    #[must_use]
    pub fn id(mut self, id: impl Into<String>) -> Self {
        self.id = Some(id.into());
        self
    }

    /// An idempotency key, at most 512 bytes and unique in the deployment: for the time `ttl` (whole
    /// milliseconds, at least one) further pushes with it do nothing, even when the job is done.
    #[must_use]
    pub fn key(mut self, key: impl Into<String>, ttl: Duration) -> Self {
        self.key = Some((key.into(), ttl));
        self
    }

    /// Another priority than the job's own.
    #[must_use]
    pub fn priority(mut self, priority: Priority) -> Self {
        self.priority = priority;
        self
    }

    /// The W3C trace context that the handler continues, in place of the [current](crate::trace::current) one.
    #[must_use]
    pub fn traceparent(mut self, traceparent: impl Into<Arc<str>>) -> Self {
        self.traceparent = Some(traceparent.into());
        self
    }

    /// The queue it goes to.
    pub fn queue(&self) -> &'static str {
        self.queue
    }

    /// The job's name.
    pub fn name(&self) -> &'static str {
        self.name
    }

    /// Appends exactly [`Self::ARGS`] entries for `qcheck` and `qpush` of [`script::PUSH`](crate::script::PUSH).
    pub fn write_args(&self, args: &mut Vec<Vec<u8>>) {
        let (key, ttl) = match &self.key {
            Some((key, ttl)) => (key.as_str(), ttl.as_millis().to_string()),
            None => ("", String::new()),
        };
        let id = self.id.as_deref().unwrap_or(key);
        let due = self
            .due_ms
            .filter(|due| *due > 0)
            .map(|due| due.to_string())
            .unwrap_or_default();
        args.push(self.queue.into());
        args.push(id.into());
        args.push(key.into());
        args.push(ttl.into());
        args.push(due.into());
        let envelope = Outgoing::new(
            self.name,
            self.attempts,
            self.priority,
            self.traceparent.as_deref(),
            &self.payload,
        );
        args.push(envelope.encode());
    }
}
