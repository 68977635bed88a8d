//! One range of the settings.

use std::fmt;

use chrono::Weekday;

use crate::{Fault, WallTime, week::DAY, week::day_name};

/// One range of a weekday or of a company day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Rule {
    /// The weekday it starts on.
    pub day: Weekday,
    /// Its position in that day's list, from 0.
    pub index: usize,
    /// The first minute that is open.
    pub from: WallTime,
    /// The stroke at which it closes; on the following day when not later than `from`.
    pub to: WallTime,
    /// Whether the minute that begins with that stroke is open as well.
    pub(crate) last_minute: bool,
}

impl Rule {
    /// True when the range runs into the following day.
    pub fn crosses_midnight(&self) -> bool {
        self.to <= self.from
    }

    /// Where a weekly range is written, relative to the schedule's section: `weekly.monday[1]`.
    pub fn place(&self) -> String {
        let day = day_name(self.day).to_ascii_lowercase();
        format!("weekly.{day}[{}]", self.index)
    }

    /// Minutes from the day's own midnight to the end, beyond 1440 when it runs into the next.
    pub(crate) fn end(&self) -> u16 {
        self.from.minutes() + self.length()
    }

    /// No clock shows 24:00, so that a range to the end of the day has no closing minute to keep open.
    pub(crate) fn length(&self) -> u16 {
        let more = u16::from(self.last_minute && self.to != WallTime::END_OF_DAY);
        self.written_length() + more
    }

    pub(crate) fn written_length(&self) -> u16 {
        let to = self.to.minutes() + if self.crosses_midnight() { DAY } else { 0 };
        to - self.from.minutes()
    }
}

impl fmt::Display for Rule {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{} {}-{}", day_name(self.day), self.from, self.to)
    }
}

/// Each range that starts before an earlier one has ended, by the times as they are written. The list is a ring
/// of `around` minutes: what reaches over its end may meet what stands at its beginning.
pub(crate) fn overlaps(
    sorted: &[Rule],
    start: impl Fn(&Rule) -> u16,
    around: u16,
    place: impl Fn(&Rule) -> String,
) -> Vec<Fault> {
    let end = |rule: &Rule| start(rule) + rule.written_length();
    let last = sorted.iter().max_by_key(|rule| end(rule));
    let mut reach = last.and_then(|rule| Some((end(rule).checked_sub(around)?, rule)));
    let mut faults = Vec::new();
    for rule in sorted {
        if let Some((reached, other)) = reach
            && start(rule) < reached
        {
            let found = format!(
                "`{}-{}`, which overlaps {} (`{}-{}`)",
                rule.from,
                rule.to,
                place(other),
                other.from,
                other.to
            );
            faults.push(Fault::new(place(rule), "ranges that do not overlap", found));
        }
        if reach.is_none_or(|(reached, _)| reached < end(rule)) {
            reach = Some((end(rule), rule));
        }
    }
    faults
}
