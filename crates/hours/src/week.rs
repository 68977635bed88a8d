//! The week as a ring of minutes: which range covers a minute, and where open turns into closed.

use chrono::Weekday;

use crate::{Fault, Rule, rule::overlaps};

pub(crate) const DAY: u16 = 24 * 60;
const WEEK: u16 = 7 * DAY;

/// A weekly pattern without overlaps, ready to be asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Week {
    /// By weekday from Monday, each sorted by start.
    days: [Vec<Rule>; 7],
    /// The minutes at which open and closed alternate, sorted; empty when they never do.
    flips: Vec<u16>,
}

impl Week {
    pub(crate) fn new(mut rules: Vec<Rule>) -> Result<Self, Vec<Fault>> {
        rules.sort_by_key(start);
        let faults = overlaps(&rules, start, WEEK, Rule::place);
        if !faults.is_empty() {
            return Err(faults);
        }
        let flips = flips(&rules);
        let mut days: [Vec<Rule>; 7] = Default::default();
        for rule in rules {
            days[usize::from(day_number(rule.day))].push(rule);
        }
        Ok(Self { days, flips })
    }

    /// The ranges that start on a weekday.
    pub(crate) fn ranges(&self, day: Weekday) -> &[Rule] {
        &self.days[usize::from(day_number(day))]
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
}

fn start(rule: &Rule) -> u16 {
    u16::from(day_number(rule.day)) * DAY + rule.from.minutes()
}

/// Ranges that touch, or that share a closing minute, are one opening, also over the week's end: only where
/// the number of open ranges leaves or reaches nought does the pattern flip.
fn flips(rules: &[Rule]) -> Vec<u16> {
    let mut edges: Vec<(u16, i8)> = Vec::new();
    let mut running: i8 = 0;
    for rule in rules {
        let (from, to) = (start(rule), start(rule) + rule.length());
        edges.push((from, 1));
        edges.push((to % WEEK, -1));
        // Running when the week begins, if only to end there.
        running += i8::from(to >= WEEK);
    }
    edges.sort_unstable();
    let mut flips = Vec::new();
    for here in edges.chunk_by(|one, other| one.0 == other.0) {
        let before = running;
        running += here.iter().map(|(_, change)| change).sum::<i8>();
        if (before > 0) != (running > 0) {
            flips.push(here[0].0);
        }
    }
    flips
}

/// 0 = Monday.
pub(crate) fn day_number(day: Weekday) -> u8 {
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
