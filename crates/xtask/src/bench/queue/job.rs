//! The benchmark's jobs, and what is noted when they start.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use serde::{Deserialize, Serialize};
use switchboard_queue::Job;

use crate::time::{now_ns, wall_us};

/// A job that does nothing but be noted.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub(super) enum Work {
    /// Was to be enqueued at that moment of the monotonic clock.
    Now { since_ns: u64 },
    /// Due at that moment since the Unix epoch.
    Due { due_us: i64 },
    /// Counted only.
    Noop,
    /// Noted with the moment of its start.
    Step,
    /// Says that it started, and never ends.
    Hold { number: u64 },
}

impl Job for Work {
    const NAME: &'static str = "bench-work";
    const QUEUE: &'static str = "bench";
    /// More than the times that one of them is killed.
    const ATTEMPTS: u32 = 10_000;
}

/// A job that takes its process along.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Poison {}

impl Job for Poison {
    const NAME: &'static str = "bench-poison";
    const QUEUE: &'static str = "bench";
    const ATTEMPTS: u32 = 3;
}

/// What a worker saw since it was last asked.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(super) struct Seen {
    /// Starts of any job.
    pub(super) count: u64,
    /// Of those, of jobs that had been started before.
    pub(super) again: u64,
    pub(super) first_ns: u64,
    pub(super) last_ns: u64,
    /// From intended enqueueing to start, in the order of the starts.
    pub(super) pickups_ns: Vec<u64>,
    /// From due time to start; below zero is early.
    pub(super) lateness_us: Vec<i64>,
    /// Starts of steps.
    pub(super) steps_ns: Vec<u64>,
}

/// Notes starts, from any thread.
#[derive(Debug, Clone, Default)]
pub(super) struct Recorder(Arc<Mutex<Seen>>);

impl Recorder {
    fn seen(&self) -> MutexGuard<'_, Seen> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A job starts.
    pub(super) fn note(&self, work: Work, attempt: u32) {
        let now = now_ns();
        let mut seen = self.seen();
        if seen.count == 0 {
            seen.first_ns = now;
        }
        seen.last_ns = now;
        seen.count += 1;
        seen.again += u64::from(attempt > 1);
        match work {
            Work::Now { since_ns } => seen.pickups_ns.push(now.saturating_sub(since_ns)),
            Work::Due { due_us } => seen.lateness_us.push(wall_us() - due_us),
            Work::Step => seen.steps_ns.push(now),
            Work::Noop | Work::Hold { .. } => {}
        }
    }

    /// How many so far.
    pub(super) fn count(&self) -> u64 {
        self.seen().count
    }

    /// Hands over everything.
    pub(super) fn take(&self) -> Seen {
        std::mem::take(&mut *self.seen())
    }
}
