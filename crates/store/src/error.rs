//! What can go wrong between us and Redis.

use switchboard_domain::Rejected;
use thiserror::Error;

/// Redis did not do what was asked.
#[derive(Debug, Error)]
pub enum StoreError {
    /// Redis could not be reached or did not answer in time. What was asked may have happened all the same.
    #[error("redis did not answer within {budget_ms} ms")]
    Unavailable {
        /// The budget, in milliseconds.
        budget_ms: u128,
        /// The last error, unless time simply ran out.
        #[source]
        source: Option<redis::RedisError>,
    },
    /// A key holds something that is not ours; nothing was written.
    #[error("redis holds something else under {what}")]
    Foreign {
        /// Which key, or what the script says of it.
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
    /// A job cannot be written down.
    #[error("a job cannot be encoded")]
    Job(#[source] switchboard_queue::Error),
    /// The settings do not name a Redis.
    #[error("redis.url cannot be used")]
    Url(#[source] redis::RedisError),
}

impl StoreError {
    /// Whether it may be better in a moment.
    pub fn is_unavailable(&self) -> bool {
        matches!(self, Self::Unavailable { .. })
    }
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
