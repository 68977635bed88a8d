//! The answer to "are we open?".

use std::{fmt, sync::Arc};

use chrono::{DateTime, Utc, Weekday};

use crate::{CompanyDay, Holiday, Override, Rule, week::day_name};

/// Open or closed at an instant, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct State {
    /// Whether the office is open.
    pub open: bool,
    /// What made it so.
    pub reason: Reason,
    /// What would have counted without it, the strongest first; the ordinary week is last.
    pub hidden: Vec<Verdict>,
    /// The instant at which `open` turns over; `None` when it never does.
    pub until: Option<DateTime<Utc>>,
}

/// What one rule says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verdict {
    /// Whether it would be open.
    pub open: bool,
    /// The rule.
    pub reason: Reason,
}

/// What decides whether the office is open.
///
/// Deliberately exhaustive: whoever words a reason for callers must look again when a new one appears.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Reason {
    /// Somebody opened or closed by hand.
    Override(Arc<Override>),
    /// Open: inside a range of a company day.
    InCompanyHours(Arc<CompanyDay>, Rule),
    /// Closed: a company day, outside its ranges, of which there may be none.
    CompanyDay(Arc<CompanyDay>),
    /// Closed: a public holiday, or several.
    Holiday(Vec<Arc<Holiday>>),
    /// Open: inside this range of the weekly schedule.
    InRange(Rule),
    /// Closed: the wall clock's weekday has ranges, but the time is in none of them.
    OutsideRanges(Weekday),
    /// Closed: the weekday has no hours at all.
    DayClosed(Weekday),
}

impl Reason {
    /// The day off by name, as callers should hear it; nothing for what only the office knows.
    pub fn holiday_name(&self) -> Option<&str> {
        match self {
            Self::Holiday(holidays) => holidays.first().map(|holiday| &*holiday.name),
            Self::CompanyDay(day) => Some(&day.name),
            Self::Override(_)
            | Self::InCompanyHours(..)
            | Self::InRange(_)
            | Self::OutsideRanges(_)
            | Self::DayClosed(_) => None,
        }
    }

    /// Whether this rule opens the office.
    pub fn opens(&self) -> bool {
        match self {
            Self::Override(over) => over.open,
            Self::InCompanyHours(..) | Self::InRange(_) => true,
            Self::CompanyDay(_) | Self::Holiday(_) | Self::OutsideRanges(_) | Self::DayClosed(_) => false,
        }
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Override(over) => {
                let what = if over.open { "opened" } else { "closed" };
                write!(out, "{what} by {}", over.author)?;
                if over.reason.is_empty() {
                    Ok(())
                } else {
                    write!(out, ": {}", over.reason)
                }
            }
            Self::InCompanyHours(day, rule) => write!(out, "{}, within {rule}", day.name),
            Self::CompanyDay(day) => write!(out, "{}", day.name),
            Self::Holiday(holidays) => {
                for (index, holiday) in holidays.iter().enumerate() {
                    let joint = if index > 0 { "; " } else { "" };
                    write!(out, "{joint}{holiday}")?;
                }
                Ok(())
            }
            Self::InRange(rule) => write!(out, "within {rule}"),
            Self::OutsideRanges(day) => write!(out, "outside {}'s hours", day_name(*day)),
            Self::DayClosed(day) => write!(out, "no hours on {}s", day_name(*day)),
        }
    }
}
