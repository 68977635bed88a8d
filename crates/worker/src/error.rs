//! What becomes of a job that could not do its work: the one place that turns troubles into a job's fate.

use std::time::Duration;

use switchboard_domain::{Rejected, Timestamp};
use switchboard_queue::JobError;
use switchboard_records::{AddressError, RecordsError};
use switchboard_store::{StoreError, TransactError};
use switchboard_telephony::rest::{Fate, RestError};
use thiserror::Error;

/// The process cannot start.
#[derive(Debug, Error)]
pub enum WorkerError {
    /// The settings cannot be used; all faults.
    #[error("{}", .0.join("\n"))]
    Settings(Vec<String>),
    /// The records are nowhere.
    #[error("records.url: {0}")]
    Records(#[from] AddressError),
    /// The queue cannot be worked on.
    #[error(transparent)]
    Queue(#[from] switchboard_queue::Error),
    /// The port for health and metrics cannot be used.
    #[error("health port")]
    Health(#[from] std::io::Error),
}

/// Redis will be back: try again. What only newer workers can read is theirs to do: the job is handed back, with all its
/// attempts, for as long as the call lives.
pub(crate) fn of_store(error: StoreError) -> JobError {
    if error.is_unreadable() {
        JobError::defer(NEWER, error)
    } else {
        JobError::retry(error)
    }
}

/// Until a job that is for a newer worker is looked at again.
const NEWER: Duration = Duration::from_secs(1);

/// A database that is away comes back, in a minute or after a weekend, and whoever waits for it has nothing else to do.
/// At first it is asked often, then seldom: ten thousand attempts last for three days and more. What it refuses for good
/// is for a person to look at.
pub(crate) fn of_records(error: RecordsError, attempt: u32) -> JobError {
    if error.is_passing() {
        JobError::retry_in(if attempt < 60 { SOON } else { LATER }, error)
    } else {
        JobError::dead(error)
    }
}

const SOON: Duration = Duration::from_secs(2);
const LATER: Duration = Duration::from_secs(30);

/// A refusal is an answer; only "too early" asks for another look.
pub(crate) fn of_step(error: TransactError, now: Timestamp) -> Result<(), JobError> {
    match error {
        TransactError::Store(error) => Err(of_store(error)),
        TransactError::Rejected(Rejected::Early { until }) => {
            Err(JobError::again(until.since(now).max(Duration::from_millis(1))))
        }
        TransactError::Rejected(_) => Ok(()),
    }
}

/// From a request that perhaps was carried out until what it did shows in the call: the line asks us for a document.
const SHOWS_AFTER: Duration = Duration::from_secs(1);

/// As [`of_carrier`], for a request that must not be made again before it is known what the first one did: a line
/// that was moved and is moved once more is torn out of where it just arrived.
pub(crate) fn of_move(error: RestError) -> JobError {
    match error.fate() {
        Fate::Unknown | Fate::NotWhereThought => JobError::retry_in(SHOWS_AFTER, error),
        Fate::Retry(_) | Fate::Refused => of_carrier(error),
    }
}

/// Asked again when nothing can have happened; looked at first when something may have: the next run reads the
/// call, and the call knows by then.
pub(crate) fn of_carrier(error: RestError) -> JobError {
    // Nobody was asked, so nothing was tried: a job that ends a line must outlast the longest failure of the carrier's
    // API, or the line stays for ever. Each time it is looked at, the job sees whether it is still wanted.
    if let RestError::BreakerOpen { retry_after } = error {
        return JobError::again_because(retry_after, error);
    }
    match error.fate() {
        Fate::Retry(wait) => JobError::retry_in(wait, error),
        Fate::Unknown | Fate::NotWhereThought => JobError::retry(error),
        Fate::Refused => JobError::dead(error),
    }
}

#[cfg(test)]
mod tests {
    use switchboard_queue::Fate as JobFate;

    use super::*;

    #[test]
    fn a_request_that_was_never_made_costs_no_attempt() {
        let retry_after = Duration::from_secs(10);
        for of in [of_carrier, of_move] {
            let refused = of(RestError::BreakerOpen { retry_after });
            assert_eq!(refused.fate(), JobFate::Again(retry_after));
            let why = RestError::BreakerOpen { retry_after }.to_string();
            assert_eq!(refused.to_string(), why, "a log tells why");
            let crowded = of(RestError::RateLimited { retry_after });
            assert_eq!(crowded.fate(), JobFate::Retry(Some(retry_after)));
        }
    }
}
