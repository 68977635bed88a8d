//! The answer to "are we open?".

use std::fmt;

use chrono::{DateTime, Utc, Weekday};

use crate::{Rule, week::day_name};

/// Open or closed at an instant, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct State {
    /// Whether the office is open.
    pub open: bool,
    /// What made it so.
    pub reason: Reason,
    /// The instant at which `open` turns over; `None` when it never does.
    pub until: Option<DateTime<Utc>>,
}

/// What decides whether the office is open.
///
/// Deliberately exhaustive: whoever words a reason for callers must look again when a new one appears.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Reason {
    /// Open: inside this range of the weekly schedule.
    InRange(Rule),
    /// Closed: the wall clock's weekday has ranges, but the time is in none of them.
    OutsideRanges(Weekday),
    /// Closed: the weekday has no hours at all.
    DayClosed(Weekday),
}

impl fmt::Display for Reason {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::InRange(rule) => write!(out, "within {rule}"),
            Self::OutsideRanges(day) => write!(out, "outside {}'s hours", day_name(*day)),
            Self::DayClosed(day) => write!(out, "no hours on {}s", day_name(*day)),
        }
    }
}
