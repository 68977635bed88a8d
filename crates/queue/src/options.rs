//! How a worker works.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use crate::backoff::Backoff;
use crate::error::{Error, Result};
use crate::keys::check_queue;

/// How one worker works on one queue.
#[derive(Clone, Debug)]
pub struct WorkerOptions {
    /// The queue.
    pub queue: String,
    /// How many jobs run at the same time.
    pub concurrency: usize,
    /// How many further jobs may lie ready in the process. Saves round trips for tiny jobs; a job that
    /// lies longer than 50 ms is given back, because another worker may be idle.
    pub prefetch: usize,
    /// How long a job stays with a worker that gives no sign of life. A killed worker's jobs run again
    /// after this time.
    pub lease: Duration,
    /// How often leases are renewed; at most half the lease.
    pub renew_every: Duration,
    /// How long one run may take; then it counts as failed.
    pub time_limit: Duration,
    /// The pause before a retry whose handler named none.
    pub backoff: Backoff,
    /// How long running jobs may go on after the shutdown signal.
    pub drain: Duration,
    /// How long an idle worker waits without looking, should a wake-up get lost.
    pub tick: Duration,
    /// Seed of all jitter.
    pub seed: u64,
    /// The handle by which readiness sees this worker.
    pub health: WorkerHealth,
}

impl WorkerOptions {
    /// The defaults: 16 at a time, no prefetch, lease 1.5 s renewed every 400 ms (three tries before it
    /// is lost), a minute a run, 25 s to drain.
    pub fn new(queue: impl Into<String>) -> Self {
        Self {
            queue: queue.into(),
            concurrency: 16,
            prefetch: 0,
            lease: Duration::from_millis(1500),
            renew_every: Duration::from_millis(400),
            time_limit: Duration::from_mins(1),
            backoff: Backoff::default(),
            drain: Duration::from_secs(25),
            tick: Duration::from_secs(1),
            seed: 0,
            health: WorkerHealth::default(),
        }
    }

    pub(crate) fn check(&self) -> Result<()> {
        check_queue(&self.queue)?;
        let bad = |reason| {
            Err(Error::Options {
                queue: self.queue.clone(),
                reason,
            })
        };
        if self.concurrency == 0 {
            return bad("concurrency must be at least 1");
        }
        if self.renew_every.is_zero() || self.renew_every * 2 > self.lease {
            return bad("renew_every must be over 0 and at most half the lease");
        }
        if self.tick.is_zero() || self.time_limit.is_zero() {
            return bad("tick and time_limit must be over 0");
        }
        Ok(())
    }
}

/// Tells whether a worker is in touch with Redis. Cheap to clone and to ask; one handle may be given to
/// one worker.
#[derive(Clone)]
pub struct WorkerHealth {
    started: Instant,
    /// Milliseconds from `started` to the last answer, plus one; 0 = none yet.
    answered: Arc<AtomicU64>,
}

impl WorkerHealth {
    /// How long ago Redis last answered a fetch or, with all slots busy, a renewal; `None` before the
    /// first answer.
    pub fn since_answer(&self) -> Option<Duration> {
        let millis = self.answered.load(Ordering::Relaxed).checked_sub(1)?;
        Some(
            self.started
                .elapsed()
                .saturating_sub(Duration::from_millis(millis)),
        )
    }

    pub(crate) fn touch(&self) {
        let millis = u64::try_from(self.started.elapsed().as_millis()).unwrap_or(u64::MAX - 1);
        self.answered.store(millis + 1, Ordering::Relaxed);
    }
}

impl Default for WorkerHealth {
    fn default() -> Self {
        Self {
            started: Instant::now(),
            answered: Arc::default(),
        }
    }
}

impl fmt::Debug for WorkerHealth {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WorkerHealth")
            .field("since_answer", &self.since_answer())
            .finish()
    }
}
