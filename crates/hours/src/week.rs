//! The week as a ring of minutes: which range covers a minute, and where open turns into closed.

use std::fmt;

use chrono::Weekday;

use crate::{Fault, WallTime};

const DAY: u16 = 24 * 60;
const WEEK: u16 = 7 * DAY;

/// One range of the weekly settings.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Rule {
    /// The weekday it starts on, and under which it is written.
    pub day: Weekday,
    /// Its position in that day's list, from 0.
    pub index: usize,
    /// The first minute that is open.
    pub from: WallTime,
    /// The stroke at which it closes; on the following day when not later than `from`.
    pub to: WallTime,
}

impl Rule {
    /// True when the range runs into the following day.
    pub fn crosses_midnight(&self) -> bool {
        self.to <= self.from
    }

    /// Where the range is written, relative to the schedule's section: `weekly.monday[1]`.
    pub fn place(&self) -> String {
        format!(
            "weekly.{}[{}]",
            day_name(self.day).to_ascii_lowercase(),
            self.index
        )
    }

    fn start(&self) -> u16 {
        day_start(self.day) + self.from.minutes()
    }

    /// May lie beyond the week's end, by a day at most.
    fn end(&self) -> u16 {
        let to = day_start(self.day) + self.to.minutes();
        if self.crosses_midnight() { to + DAY } else { to }
    }
}

impl fmt::Display for Rule {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{} {}-{}", day_name(self.day), self.from, self.to)
    }
}

/// A weekly pattern without overlaps, ready to be asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Week {
    /// Sorted by start. A range over Sunday's midnight stands here twice: as it is, and a week earlier.
    spans: Vec<Span>,
    /// The minutes at which open and closed alternate, sorted; empty when they never do.
    flips: Vec<u16>,
    has_hours: [bool; 7],
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Span {
    start: u16,
    end: u16,
    rule: Rule,
}

impl Week {
    pub(crate) fn new(mut rules: Vec<Rule>) -> Result<Self, Vec<Fault>> {
        rules.sort_by_key(Rule::start);
        let faults = overlaps(&rules);
        if !faults.is_empty() {
            return Err(faults);
        }
        let mut has_hours = [false; 7];
        let mut spans = Vec::with_capacity(rules.len() + 1);
        for rule in rules {
            has_hours[usize::from(day_number(rule.day))] = true;
            if let Some(end) = rule.end().checked_sub(WEEK).filter(|end| *end > 0) {
                spans.insert(0, Span { start: 0, end, rule });
            }
            spans.push(Span {
                start: rule.start(),
                end: rule.end().min(WEEK),
                rule,
            });
        }
        let flips = flips(&spans);
        Ok(Self {
            spans,
            flips,
            has_hours,
        })
    }

    /// The range that covers a minute of the week (0 = Monday 00:00).
    pub(crate) fn covering(&self, minute: u16) -> Option<&Rule> {
        let after = self.spans.partition_point(|span| span.start <= minute);
        let span = self.spans.get(after.checked_sub(1)?)?;
        (minute < span.end).then_some(&span.rule)
    }

    /// Minutes from the start of `minute` to the next flip after it, at most a week; `None` when the pattern
    /// never flips.
    pub(crate) fn to_next_flip(&self, minute: u16) -> Option<u16> {
        let after = self.flips.partition_point(|flip| *flip <= minute);
        match self.flips.get(after) {
            Some(flip) => Some(flip - minute),
            None => self.flips.first().map(|flip| flip + WEEK - minute),
        }
    }

    /// Whether any range starts on this weekday.
    pub(crate) fn has_hours(&self, day: Weekday) -> bool {
        self.has_hours[usize::from(day_number(day))]
    }
}

/// Touching ranges are one opening, also over the week's end, so only an end without a neighbour flips.
fn flips(spans: &[Span]) -> Vec<u16> {
    let starts_at = |minute: u16| spans.iter().any(|span| span.start == minute % WEEK);
    let ends_at = |minute: u16| spans.iter().any(|span| span.end % WEEK == minute);
    let opens = spans
        .iter()
        .map(|span| span.start)
        .filter(|start| !ends_at(*start));
    let closes = spans
        .iter()
        .filter(|span| !starts_at(span.end))
        .map(|span| span.end % WEEK);
    let mut flips: Vec<u16> = opens.chain(closes).collect();
    flips.sort_unstable();
    flips
}

/// Each range that starts before an earlier one has ended. The week is a ring: what reaches over its end may
/// meet what stands at its beginning.
fn overlaps(sorted: &[Rule]) -> Vec<Fault> {
    let last = sorted.iter().max_by_key(|rule| rule.end());
    let mut reach = last.and_then(|rule| Some((rule.end().checked_sub(WEEK)?, rule)));
    let mut faults = Vec::new();
    for rule in sorted {
        if let Some((end, other)) = reach
            && rule.start() < end
        {
            let found = format!(
                "`{}-{}`, which overlaps {} (`{other}`)",
                rule.from,
                rule.to,
                other.place()
            );
            faults.push(Fault::new(rule.place(), "ranges that do not overlap", found));
        }
        if reach.is_none_or(|(end, _)| end < rule.end()) {
            reach = Some((rule.end(), rule));
        }
    }
    faults
}

/// 0 = Monday.
fn day_number(day: Weekday) -> u8 {
    match day {
        Weekday::Mon => 0,
        Weekday::Tue => 1,
        Weekday::Wed => 2,
        Weekday::Thu => 3,
        Weekday::Fri => 4,
        Weekday::Sat => 5,
        Weekday::Sun => 6,
    }
}

fn day_start(day: Weekday) -> u16 {
    u16::from(day_number(day)) * DAY
}

/// The weekday of a minute of the week.
pub(crate) fn day_of(minute: u16) -> Weekday {
    const DAYS: [Weekday; 7] = [
        Weekday::Mon,
        Weekday::Tue,
        Weekday::Wed,
        Weekday::Thu,
        Weekday::Fri,
        Weekday::Sat,
        Weekday::Sun,
    ];
    DAYS[usize::from(minute / DAY) % 7]
}

/// The English name, as written in settings apart from its capital.
pub(crate) fn day_name(day: Weekday) -> &'static str {
    match day {
        Weekday::Mon => "Monday",
        Weekday::Tue => "Tuesday",
        Weekday::Wed => "Wednesday",
        Weekday::Thu => "Thursday",
        Weekday::Fri => "Friday",
        Weekday::Sat => "Saturday",
        Weekday::Sun => "Sunday",
    }
}
