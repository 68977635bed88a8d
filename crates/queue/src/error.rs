//! What can go wrong outside of a handler.

/// Result of this crate's calls.
pub type Result<T> = std::result::Result<T, Error>;

/// What can go wrong outside of a handler (for handlers, see [`JobError`](crate::JobError)).
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Redis answered with an error, or not in time. A push may have been applied all the same;
    /// repeating it with the same id or idempotency key is safe.
    #[error("redis: {0}")]
    Redis(#[from] redis::RedisError),
    /// The push was refused before anything was written: a bad name, id or time, or a key of the wrong
    /// type. Repeating it changes nothing.
    #[error("push refused: {0}")]
    Refused(String),
    /// A job could not be written as JSON.
    #[error("job cannot be encoded: {0}")]
    Encode(#[from] serde_json::Error),
    /// A prefix without exactly one hash tag.
    #[error("bad key prefix `{0}`: it needs exactly one non-empty hash tag such as `{{sb}}`, no spaces")]
    Prefix(String),
    /// A queue name outside `[a-z][a-z0-9-]*`, longer than 64, or the reserved `idem`.
    #[error("bad queue name `{0}`")]
    QueueName(String),
    /// Worker options that contradict each other.
    #[error("bad worker options for queue `{queue}`: {reason}")]
    Options {
        /// The queue the options are for.
        queue: String,
        /// Which rule they break.
        reason: &'static str,
    },
    /// The engine's thread could not be started.
    #[error("engine thread: {0}")]
    Thread(#[from] std::io::Error),
    /// apalis' monitor gave up.
    #[error("monitor: {0}")]
    Monitor(#[from] apalis_core::monitor::MonitorError),
}

impl Error {
    /// Whether the same call may succeed later without anybody changing anything.
    pub fn is_transient(&self) -> bool {
        match self {
            Self::Redis(_) | Self::Thread(_) | Self::Monitor(_) => true,
            Self::Refused(_)
            | Self::Encode(_)
            | Self::Prefix(_)
            | Self::QueueName(_)
            | Self::Options { .. } => false,
        }
    }

    /// Tells a refusal of `qcheck` from other errors of Redis.
    pub(crate) fn from_push(error: redis::RedisError) -> Self {
        if error.code() == Some("REFUSED") {
            return Self::Refused(error.detail().unwrap_or("no detail").to_owned());
        }
        Self::Redis(error)
    }
}
