//! Since when the sweep has seen lines of which nothing is known.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use switchboard_domain::Timestamp;
use switchboard_telephony::CallSid;

/// Remembers in this process only: a sweep that moves to another one merely takes a little longer to be sure.
#[derive(Debug, Clone, Default)]
pub(crate) struct Sightings(Arc<Mutex<HashMap<CallSid, Timestamp>>>);

impl Sightings {
    /// These are there now; whatever else was remembered is not any more.
    pub(super) fn note(&self, there: impl IntoIterator<Item = CallSid>, now: Timestamp) {
        let mut seen = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        *seen = there
            .into_iter()
            .map(|line| {
                let since = seen.get(&line).copied().unwrap_or(now);
                (line, since)
            })
            .collect();
    }

    /// Whether a line has been there for so long.
    pub(super) fn for_long(&self, line: &CallSid, patience: Duration, now: Timestamp) -> bool {
        let seen = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        seen.get(line).is_some_and(|since| now.since(*since) >= patience)
    }
}
