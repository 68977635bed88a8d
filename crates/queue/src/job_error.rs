//! How a handler says what should become of its job.

use std::error::Error as StdError;
use std::fmt;
use std::time::Duration;

type Source = Box<dyn StdError + Send + Sync>;

/// What becomes of a job whose handler did not finish it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    /// Tried again: after the given time, or after the worker's back-off. The attempt counts.
    Retry(Option<Duration>),
    /// Nothing failed; run again after the given time, with all attempts unused. A job that does this
    /// for ever is a timer.
    Again(Duration),
    /// Not a matter for this worker, but perhaps for another: after the given time, and this delivery does not
    /// count as an attempt.
    Defer(Duration),
    /// Given up: into the dead letters.
    Dead,
}

/// A handler's failure, with its fate.
#[derive(Debug)]
pub struct JobError {
    fate: Fate,
    source: Source,
}

impl JobError {
    /// Failed; try again after the worker's back-off.
    pub fn retry(source: impl Into<Source>) -> Self {
        Self {
            fate: Fate::Retry(None),
            source: source.into(),
        }
    }

    /// Failed; try again after `delay`.
    pub fn retry_in(delay: Duration, source: impl Into<Source>) -> Self {
        Self {
            fate: Fate::Retry(Some(delay)),
            source: source.into(),
        }
    }

    /// Not a failure: run the same job again after `delay`, with all attempts unused.
    pub fn again(delay: Duration) -> Self {
        Self::again_because(delay, "to run again")
    }

    /// The same, with a reason that a person may want to read.
    pub fn again_because(delay: Duration, source: impl Into<Source>) -> Self {
        Self {
            fate: Fate::Again(delay),
            source: source.into(),
        }
    }

    /// Nothing for this worker, but perhaps for another: handed back for `delay`, and no attempt is counted. Bound
    /// it by something else, or the job wanders for ever.
    pub fn defer(delay: Duration, source: impl Into<Source>) -> Self {
        Self {
            fate: Fate::Defer(delay),
            source: source.into(),
        }
    }

    /// Failed for good.
    pub fn dead(source: impl Into<Source>) -> Self {
        Self {
            fate: Fate::Dead,
            source: source.into(),
        }
    }

    /// What becomes of the job.
    pub fn fate(&self) -> Fate {
        self.fate
    }
}

impl fmt::Display for JobError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.source.fmt(f)
    }
}

impl StdError for JobError {
    // Display already shows the source itself, so the chain goes on behind it.
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.source.source()
    }
}

/// The longest reason that is kept in a dead letter, in bytes.
const REASON_LIMIT: usize = 1000;

/// The error and its causes in one line.
pub(crate) fn chain(error: &(dyn StdError + 'static)) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(next) = cause {
        let next_text = next.to_string();
        if !text.contains(&next_text) {
            text.push_str(": ");
            text.push_str(&next_text);
        }
        cause = next.source();
    }
    if text.len() > REASON_LIMIT {
        text.truncate(text.floor_char_boundary(REASON_LIMIT));
        text.push('…');
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_chain_is_one_line_and_bounded() {
        let io = std::io::Error::other("refused");
        assert_eq!(chain(&JobError::retry(io)), "refused");
        let long = JobError::dead("é".repeat(2000));
        assert!(chain(&long).len() <= REASON_LIMIT + "…".len());
    }
}
