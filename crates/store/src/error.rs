//! What can go wrong between us and Redis.

use redis::{ErrorKind, RedisError};
use switchboard_domain::Rejected;
use thiserror::Error;

use crate::Kept;

/// Redis did not do what was asked.
#[derive(Debug, Error)]
pub enum StoreError {
    /// Redis could not be reached, did not answer in time, or cannot write now (no memory, a replica, loading).
    /// Unless it said so itself, what was asked may have happened all the same.
    #[error("redis did not do it within {budget_ms} ms")]
    Unavailable {
        /// The budget, in milliseconds.
        budget_ms: u128,
        /// The last error, unless time simply ran out.
        #[source]
        source: Option<RedisError>,
    },
    /// A key holds something that is not ours; nothing was written.
    #[error("redis holds something else: {what}")]
    Foreign {
        /// Which key, or what Redis says of it.
        what: String,
    },
    /// Stored data could not be read.
    #[error("{what} in redis cannot be read")]
    Corrupt {
        /// Which.
        what: String,
        /// Why.
        #[source]
        source: serde_json::Error,
    },
    /// A call or an agent is kept in a form that only newer versions know. It was left as it is.
    #[error("{kept} {id} is kept in a form that only newer versions know")]
    Unreadable {
        /// What it is.
        kept: Kept,
        /// Which one.
        id: String,
        /// What is not known.
        #[source]
        source: serde_json::Error,
    },
    /// A job cannot be written down.
    #[error("a job cannot be encoded")]
    Job(#[source] switchboard_queue::Error),
    /// The settings do not name a Redis.
    #[error("redis.url cannot be used")]
    Url(#[source] RedisError),
}

impl StoreError {
    /// Whether it may be better in a moment.
    pub fn is_unavailable(&self) -> bool {
        matches!(self, Self::Unavailable { .. })
    }

    /// Whether a newer process is the one to ask.
    pub fn is_unreadable(&self) -> bool {
        matches!(self, Self::Unreadable { .. })
    }

    /// Reads what the client or the server says.
    pub(crate) fn of(error: RedisError, budget_ms: u128) -> Self {
        // FOREIGN is said by our scripts, WRONGTYPE by Redis on one of their reads, before any write.
        if matches!(error.code(), Some("FOREIGN" | "WRONGTYPE")) {
            let what = error.detail().unwrap_or("a key of another type").to_owned();
            return Self::Foreign { what };
        }
        Self::Unavailable {
            budget_ms,
            source: Some(error),
        }
    }

    /// Whether the same may succeed within the budget: a connection broke, or Redis is starting. Not when it
    /// refuses: memory does not come back, nor does a replica become the primary, within milliseconds.
    pub(crate) fn is_passing(&self) -> bool {
        match self {
            Self::Unavailable {
                source: Some(error), ..
            } => error.kind() != ErrorKind::AuthenticationFailed && !is_refusal(error),
            Self::Unavailable { source: None, .. }
            | Self::Foreign { .. }
            | Self::Corrupt { .. }
            | Self::Unreadable { .. }
            | Self::Job(_)
            | Self::Url(_) => false,
        }
    }
}

/// A server in good health that does not do what was asked.
fn is_refusal(error: &RedisError) -> bool {
    let codes = ["OOM", "MISCONF", "NOREPLICAS", "READONLY", "NOPERM", "NOAUTH"];
    error.code().is_some_and(|code| codes.contains(&code))
}

/// Why a step did not happen.
#[derive(Debug, Error)]
pub enum TransactError {
    /// The rules refuse it.
    #[error(transparent)]
    Rejected(#[from] Rejected),
    /// Redis does.
    #[error(transparent)]
    Store(#[from] StoreError),
}
