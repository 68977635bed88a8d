//! Rules by which events come round, as they are written. The parts of a rule may stand in any order, so all of
//! them are read before any is judged.

use chrono::{NaiveDate, Weekday};

use super::when::{Local, When};

/// A repetition, as far as days off need it.
#[derive(Debug, Clone)]
pub(super) struct Recurrence {
    pub(super) every: Every,
    pub(super) interval: u32,
    pub(super) count: Option<usize>,
    pub(super) until: Option<When>,
    pub(super) week_start: Weekday,
    pub(super) months: Vec<u32>,
    pub(super) weeks: Vec<i32>,
    pub(super) days_of_year: Vec<i32>,
    pub(super) days_of_month: Vec<i32>,
    /// With the number of the week in month or year, 0 for every week.
    pub(super) weekdays: Vec<(i32, Weekday)>,
    /// Which of the days of a week, month or year are meant, counted from either end.
    pub(super) positions: Vec<i32>,
    /// Whether it names other times of day than midnight.
    pub(super) timed: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Every {
    Day,
    Week,
    Month,
    Year,
}

pub(super) const NOT_UNDERSTOOD: &str = "its repetition is not understood";

impl Recurrence {
    /// Reads the value of an RRULE; the error says why not.
    pub(super) fn parse(text: &str) -> Result<Self, &'static str> {
        let mut every = None;
        let mut rule = Self {
            every: Every::Year,
            interval: 1,
            count: None,
            until: None,
            week_start: Weekday::Mon,
            months: Vec::new(),
            weeks: Vec::new(),
            days_of_year: Vec::new(),
            days_of_month: Vec::new(),
            weekdays: Vec::new(),
            positions: Vec::new(),
            timed: false,
        };
        let upper = text.to_ascii_uppercase();
        let mut seen = Vec::new();
        for part in upper.split(';').map(str::trim).filter(|part| !part.is_empty()) {
            let (name, value) = part.split_once('=').ok_or(NOT_UNDERSTOOD)?;
            if seen.contains(&name) {
                return Err(NOT_UNDERSTOOD);
            }
            seen.push(name);
            match name {
                "FREQ" => {
                    every = Some(match value {
                        "DAILY" => Every::Day,
                        "WEEKLY" => Every::Week,
                        "MONTHLY" => Every::Month,
                        "YEARLY" => Every::Year,
                        _ => return Err(NOT_UNDERSTOOD),
                    });
                }
                "INTERVAL" => rule.interval = value.parse().ok().filter(|n| *n > 0).ok_or(NOT_UNDERSTOOD)?,
                "COUNT" => rule.count = Some(value.parse().ok().filter(|n| *n > 0).ok_or(NOT_UNDERSTOOD)?),
                "UNTIL" => rule.until = Some(When::parse(value).ok_or(NOT_UNDERSTOOD)?),
                "WKST" => rule.week_start = weekday(value).ok_or(NOT_UNDERSTOOD)?,
                "BYMONTH" => rule.months = list(value)?,
                "BYWEEKNO" => rule.weeks = list(value)?,
                "BYYEARDAY" => rule.days_of_year = list(value)?,
                "BYMONTHDAY" => rule.days_of_month = list(value)?,
                "BYDAY" => {
                    let days: Option<_> = value.split(',').map(numbered_weekday).collect();
                    rule.weekdays = days.ok_or(NOT_UNDERSTOOD)?;
                }
                "BYSETPOS" => rule.positions = list(value)?,
                "BYHOUR" | "BYMINUTE" | "BYSECOND" => rule.timed |= value.parse() != Ok(0_u8),
                "RSCALE" if value == "GREGORIAN" => {}
                "SKIP" if value == "OMIT" => {}
                _ => return Err(NOT_UNDERSTOOD),
            }
        }
        rule.every = every.ok_or(NOT_UNDERSTOOD)?;
        rule.judged()
    }

    /// Refuses what the standard gives no meaning: a guess would close on the wrong days.
    fn judged(self) -> Result<Self, &'static str> {
        let numbered = self.weekdays.iter().any(|(number, _)| *number != 0);
        let by_number = match self.every {
            Every::Day | Every::Week => false,
            Every::Month => true,
            Every::Year => self.weeks.is_empty(),
        };
        let by_year = self.every == Every::Year;
        let sound = (by_number || !numbered)
            && (by_year || self.weeks.is_empty())
            && (by_year || self.days_of_year.is_empty())
            && (self.every != Every::Week || self.days_of_month.is_empty())
            && (self.positions.is_empty() || !self.is_plain());
        if sound { Ok(self) } else { Err(NOT_UNDERSTOOD) }
    }

    /// Whether it only says how often: on which day the event's own start says.
    pub(super) fn is_plain(&self) -> bool {
        self.months.is_empty()
            && self.weeks.is_empty()
            && self.days_of_year.is_empty()
            && self.days_of_month.is_empty()
            && self.weekdays.is_empty()
    }

    /// The last day, on the clock of the calendar.
    pub(super) fn last(&self, local: &Local) -> Option<NaiveDate> {
        self.until.map(|until| local.date(until))
    }
}

/// A list of numbers, none of them 0.
fn list<T: std::str::FromStr + Default + PartialEq>(value: &str) -> Result<Vec<T>, &'static str> {
    value
        .split(',')
        .map(|text| {
            let number = text.trim().parse().ok();
            number
                .filter(|number| *number != T::default())
                .ok_or(NOT_UNDERSTOOD)
        })
        .collect()
}

/// `MO`, `4TH`, `-1MO`.
fn numbered_weekday(text: &str) -> Option<(i32, Weekday)> {
    let text = text.trim();
    let letters = text.find(|c: char| c.is_ascii_alphabetic())?;
    let (number, name) = text.split_at(letters);
    let number = if number.is_empty() {
        0
    } else {
        number.parse().ok().filter(|number| *number != 0)?
    };
    Some((number, weekday(name)?))
}

fn weekday(name: &str) -> Option<Weekday> {
    Some(match name {
        "MO" => Weekday::Mon,
        "TU" => Weekday::Tue,
        "WE" => Weekday::Wed,
        "TH" => Weekday::Thu,
        "FR" => Weekday::Fri,
        "SA" => Weekday::Sat,
        "SU" => Weekday::Sun,
        _ => return None,
    })
}
