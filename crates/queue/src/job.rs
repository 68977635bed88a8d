//! What a job is, and what its handler is told.

use std::sync::Arc;

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::priority::Priority;

/// A job: a payload with a constant name.
///
/// The payload is small, holds ids rather than state, and must decode what an older version wrote:
/// jobs outlive deployments.
pub trait Job: Serialize + DeserializeOwned + Send + 'static {
    /// Written by hand and never changed; a type's path would strand jobs when the type is renamed.
    const NAME: &'static str;
    /// The class of isolation in which it runs: `[a-z][a-z0-9-]*`.
    const QUEUE: &'static str;
    /// How often it may be started, crashes included, before it goes to the dead letters.
    const ATTEMPTS: u32;
    /// Whether it goes before other jobs of its queue.
    const PRIORITY: Priority = Priority::Normal;
}

/// What a handler may want to know about the delivery it works on.
#[derive(Clone, Debug)]
pub struct JobContext {
    /// The job's id, the same in every attempt.
    pub id: String,
    /// 1 for the first attempt.
    pub attempt: u32,
    /// The fencing token: rises with every delivery of this job, never repeats.
    pub token: u64,
    /// The queue it came from.
    pub queue: Arc<str>,
    /// The W3C trace context of whoever pushed it.
    pub traceparent: Option<String>,
    /// Whether a failure now sends the job to the dead letters.
    pub last: bool,
}
