//! One lease of one job.

use std::sync::Arc;
use std::time::Duration;

use tokio::time::Instant;

use super::shared::RunGuard;
use crate::envelope::Envelope;
use crate::job::JobContext;

/// Who holds a job: the token says whether it still does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Lease {
    pub(crate) id: Arc<str>,
    pub(crate) token: u64,
}

/// A leased job on its way to the handler; the argument type of our apalis tasks.
#[derive(Debug)]
pub(crate) struct Delivery {
    pub(crate) queue: Arc<str>,
    pub(crate) lease: Lease,
    pub(crate) attempt: u32,
    pub(crate) envelope: Envelope,
    /// When it was fetched, and how long it could have run before that.
    pub(crate) fetched: Instant,
    pub(crate) waited: Duration,
    /// Holds the slot; set when the worker takes the delivery.
    pub(crate) guard: Option<RunGuard>,
}

impl Delivery {
    /// Whether a failure now is final.
    pub(crate) fn last(&self) -> bool {
        self.attempt >= self.envelope.attempts
    }

    pub(crate) fn context(&self) -> JobContext {
        JobContext {
            id: self.lease.id.as_ref().to_owned(),
            attempt: self.attempt,
            token: self.lease.token,
            queue: Arc::clone(&self.queue),
            traceparent: self.envelope.traceparent.clone(),
            last: self.last(),
        }
    }

    /// How long ago, in virtual time, the job could have run for the first time.
    pub(crate) fn could_run_for(&self) -> Duration {
        self.waited + self.fetched.elapsed()
    }

    /// How long the job waited for a worker; later deliveries waited for other reasons.
    pub(crate) fn pickup(&self) -> Option<Duration> {
        (self.lease.token == 1).then(|| self.could_run_for())
    }
}
