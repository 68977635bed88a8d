//! Why there is no answer, what to do about it, and what to tell agents.

use std::{error::Error, sync::Arc, time::Duration};

use thiserror::Error;

use switchboard_outbound::Verdict;

/// Long enough for a restart behind a load balancer, short enough that the caller is still waiting.
const SOON: Duration = Duration::from_secs(1);
/// After being told to slow down without being told for how long.
const SLOW_DOWN: Duration = Duration::from_secs(5);
/// What a source may ask for at most: beyond it nobody is waiting for the card any more.
const LONGEST: Duration = Duration::from_mins(1);

/// What to do after a failure.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fate {
    /// Ask again, not before this long from now.
    RetryAfter(Duration),
    /// The same question would fail the same way.
    GiveUp,
}

/// Why a source gave no usable answer. Cheap to clone, because all who shared a question share its failure.
#[derive(Debug, Clone, Error)]
pub enum SourceError {
    /// No complete answer within the deadline.
    #[error("no answer in time")]
    TimedOut,
    /// No connection, or it broke.
    #[error("could not be reached")]
    Unreachable(#[source] Arc<dyn Error + Send + Sync>),
    /// Not asked: it failed too often and is left alone for a while.
    #[error("resting for another {} ms after repeated failures", .wait.as_millis())]
    Resting {
        /// Until it may be tried again.
        wait: Duration,
    },
    /// It asks for fewer questions (429).
    #[error("asked us to slow down")]
    SlowDown {
        /// For how long, if it said so.
        wait: Option<Duration>,
    },
    /// It could not answer (5xx).
    #[error("failed with status {status}")]
    Failed {
        /// The HTTP status.
        status: u16,
    },
    /// It would not answer: wrong credentials, wrong address.
    #[error("refused with status {status}")]
    Refused {
        /// The HTTP status.
        status: u16,
    },
    /// It answered something that is not what the settings describe.
    #[error("sent an unreadable answer: {0}")]
    Nonsense(#[from] Nonsense),
    /// Not asked: what should be a phone number is none, or has no national form.
    #[error("not a phone number this source can be asked about")]
    BadNumber,
}

/// What was wrong with an answer. Says nothing of its content, which is somebody's personal data.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum Nonsense {
    /// Longer than any profile has reason to be.
    #[error("longer than {limit} bytes")]
    TooLong {
        /// The most that is read, in bytes.
        limit: usize,
    },
    /// Not JSON, or nested absurdly deep.
    #[error("not JSON, at line {line} column {column}")]
    NotJson {
        /// Counted from 1.
        line: usize,
        /// Counted from 1.
        column: usize,
    },
    /// No list of matches, or no object, where the mapping expects one.
    #[error("no matches where the mapping looks for them")]
    NoMatches,
    /// There is a match, but every mapped field is missing, empty or of the wrong type.
    #[error("a match without any of the mapped fields")]
    EmptyMatch,
    /// A redirect to another origin, or too many on the same one.
    #[error("a redirect that is not followed")]
    Redirect,
}

impl SourceError {
    /// Whether and when to ask again.
    pub fn fate(&self) -> Fate {
        match self {
            Self::TimedOut | Self::Unreachable(_) | Self::Failed { .. } => Fate::RetryAfter(SOON),
            Self::Resting { wait } => Fate::RetryAfter(*wait),
            Self::SlowDown { wait } => Fate::RetryAfter(wait.unwrap_or(SLOW_DOWN).clamp(SOON, LONGEST)),
            Self::Refused { .. } | Self::Nonsense(_) | Self::BadNumber => Fate::GiveUp,
        }
    }

    /// What agents read on the card, after the source's name.
    pub fn public(&self) -> &'static str {
        match self {
            Self::TimedOut | Self::Unreachable(_) | Self::Resting { .. } | Self::SlowDown { .. } => {
                "did not answer"
            }
            Self::Failed { .. } => "had an error",
            Self::Refused { .. } => "refused",
            Self::Nonsense(_) => "sent an unreadable answer",
            Self::BadNumber => "cannot be asked about this number",
        }
    }

    /// What the failure says about the source. One that promptly refuses or talks nonsense is not in trouble:
    /// leaving it alone would help nobody, and would hide what is wrong with the settings.
    pub(crate) fn verdict(&self) -> Verdict {
        match self {
            Self::TimedOut | Self::Unreachable(_) | Self::SlowDown { .. } | Self::Failed { .. } => {
                Verdict::Bad
            }
            Self::Refused { .. } | Self::Nonsense(_) => Verdict::Good,
            Self::Resting { .. } | Self::BadNumber => Verdict::NotAsked,
        }
    }

    /// The kind, for metrics.
    pub(crate) fn label(&self) -> &'static str {
        match self {
            Self::TimedOut => "timed_out",
            Self::Unreachable(_) => "unreachable",
            Self::Resting { .. } => "resting",
            Self::SlowDown { .. } => "slow_down",
            Self::Failed { .. } => "failed",
            Self::Refused { .. } => "refused",
            Self::Nonsense(_) => "nonsense",
            Self::BadNumber => "bad_number",
        }
    }
}
