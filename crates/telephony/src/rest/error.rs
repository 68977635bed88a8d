//! What can go wrong, and what to make of it.

use std::time::Duration;

use reqwest::StatusCode;

/// A request that did not do what it was made for.
///
/// Twilio's own error message is not kept, since it repeats numbers; its code is, and says as much.
#[derive(Debug, thiserror::Error)]
pub enum RestError {
    /// The call, member or conference is not in the state the request needs.
    #[error("twilio answered {status} (code {code:?}): not where it was thought to be")]
    NotThere {
        /// The HTTP status.
        status: StatusCode,
        /// Twilio's number for it.
        code: Option<u32>,
    },
    /// The request is not acceptable: wrong credentials, wrong parameters.
    #[error("twilio answered {status} (code {code:?}): refused")]
    Refused {
        /// The HTTP status.
        status: StatusCode,
        /// Twilio's number for it.
        code: Option<u32>,
    },
    /// Too many requests at once, also after some repeats; none was executed.
    #[error("twilio is asked too much at once")]
    RateLimited {
        /// When to come again.
        retry_after: Duration,
    },
    /// No connection came about; nothing was sent.
    #[error("no connection to twilio")]
    Connect {
        /// When to come again.
        retry_after: Duration,
        /// What the network said.
        #[source]
        source: reqwest::Error,
    },
    /// Nothing was sent, because nothing got through before.
    #[error("twilio has been failing, not asked for another {retry_after:?}")]
    BreakerOpen {
        /// When to come again.
        retry_after: Duration,
    },
    /// The request was sent, and no whole answer came.
    #[error("no answer from twilio")]
    NoAnswer(#[source] reqwest::Error),
    /// Twilio failed, before or after executing the request.
    #[error("twilio answered {status}")]
    Server {
        /// The HTTP status.
        status: StatusCode,
    },
    /// The answer is longer than any honest one.
    #[error("an answer of more than {limit} bytes")]
    TooLong {
        /// The longest that is read, in bytes.
        limit: usize,
    },
    /// The answer means success and cannot be read.
    #[error("an answer that is not a {wanted}")]
    Unreadable {
        /// What it should have been.
        wanted: &'static str,
    },
    /// A list goes on at a place that is not ours to ask.
    #[error("a list that goes on elsewhere")]
    ForeignPage,
    /// The request could not be built.
    #[error("the request could not be built")]
    Build(#[source] twilio_async::TwilioErr),
}

/// What to do about a failure.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fate {
    /// Nothing was executed, because the call or conference is elsewhere, or over: read where it is.
    NotWhereThought,
    /// Surely nothing was executed; the same request may be made again after this time.
    Retry(Duration),
    /// It may have been executed: read the state before doing it again. For a reading request that means
    /// just reading again.
    Unknown,
    /// It will never work like this; a person has to look.
    Refused,
}

impl RestError {
    /// What to do about it.
    pub const fn fate(&self) -> Fate {
        match self {
            Self::NotThere { .. } => Fate::NotWhereThought,
            Self::RateLimited { retry_after }
            | Self::Connect { retry_after, .. }
            | Self::BreakerOpen { retry_after } => Fate::Retry(*retry_after),
            Self::NoAnswer(_) | Self::Server { .. } | Self::TooLong { .. } | Self::Unreadable { .. } => {
                Fate::Unknown
            }
            Self::Refused { .. } | Self::ForeignPage | Self::Build(_) => Fate::Refused,
        }
    }
}
