//! Instants as people in the office speak of them.

use std::fmt;

use chrono::{DateTime, Datelike, NaiveDateTime, Utc, Weekday};

use crate::{Reason, week::day_name};

/// An instant on the office's wall clock, seen from another one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Moment {
    /// The instant itself.
    pub at: DateTime<Utc>,
    /// Date and time on the wall clock then.
    pub local: NaiveDateTime,
    /// Midnights on the calendar between the two: 0 is today, 1 tomorrow, negative the past.
    pub days_away: i64,
}

impl Moment {
    /// The weekday on the wall.
    pub fn weekday(&self) -> Weekday {
        self.local.weekday()
    }
}

/// English, short, with the date once the weekday alone would be ambiguous: `today 13:30`, `Monday 09:00`,
/// `Monday 2026-01-05 09:00`.
impl fmt::Display for Moment {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let time = self.local.format("%H:%M");
        match self.days_away {
            0 => write!(out, "today {time}"),
            1 => write!(out, "tomorrow {time}"),
            2..=6 => write!(out, "{} {time}", day_name(self.weekday())),
            _ => write!(out, "{} {} {time}", day_name(self.weekday()), self.local.date()),
        }
    }
}

/// Everything a screen or an announcement needs, as data; its `Display` is one plain English line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Summary {
    /// Whether the office is open.
    pub open: bool,
    /// What made it so.
    pub reason: Reason,
    /// When that turns over, on the wall clock; `None` when it never does.
    pub until: Option<Moment>,
}

impl fmt::Display for Summary {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.open, &self.until) {
            (true, Some(closing)) => write!(out, "open until {closing}"),
            (true, None) => write!(out, "always open"),
            (false, Some(opening)) => write!(out, "closed, opens {opening}"),
            (false, None) => write!(out, "always closed"),
        }
    }
}
