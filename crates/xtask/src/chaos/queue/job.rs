//! The jobs of the storm.

use serde::{Deserialize, Serialize};
use switchboard_queue::Job;

/// Their queue.
pub(super) const QUEUE: &str = "chaos";

/// How often a job that is bound to fail may be started.
pub(super) const POISON_ATTEMPTS: u32 = 3;

/// Work of some length that may fail at first.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Work {
    /// How long it runs.
    pub(super) run_ms: u64,
    /// How many attempts fail.
    pub(super) fails: u32,
    /// How long to wait after each.
    pub(super) retry_ms: u64,
}

impl Job for Work {
    const NAME: &'static str = "chaos-work";
    const QUEUE: &'static str = QUEUE;
    /// More than the times that one of them is killed.
    const ATTEMPTS: u32 = 10_000;
}

/// Work that fails, and kills its process in some of its attempts.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Poison {
    /// In which attempt it takes its process along.
    pub(super) kills_in: u32,
}

impl Job for Poison {
    const NAME: &'static str = "chaos-poison";
    const QUEUE: &'static str = QUEUE;
    const ATTEMPTS: u32 = POISON_ATTEMPTS;
}
