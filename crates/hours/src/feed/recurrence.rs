//! Events that come round.
//!
//! Every day of the span is asked whether the rule meets it. That is a few thousand cheap questions an event, and
//! no rule, however odd, can make it more.

use chrono::{Datelike, NaiveDate, Weekday};

use super::lines::date;

/// A repetition, as far as days off need it.
#[derive(Debug, Clone)]
pub(super) struct Recurrence {
    every: Every,
    interval: u32,
    count: Option<usize>,
    until: Option<NaiveDate>,
    months: Vec<u32>,
    days_of_month: Vec<i32>,
    /// With the number of the week in month or year, 0 for every week.
    weekdays: Vec<(i32, Weekday)>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Every {
    Day,
    Week,
    Month,
    Year,
}

const NOT_UNDERSTOOD: &str = "its repetition is not understood";

impl Recurrence {
    /// Reads the value of an RRULE; the error says why not.
    pub(super) fn parse(text: &str) -> Result<Self, &'static str> {
        let mut every = None;
        let mut rule = Self {
            every: Every::Year,
            interval: 1,
            count: None,
            until: None,
            months: Vec::new(),
            days_of_month: Vec::new(),
            weekdays: Vec::new(),
        };
        for part in text
            .to_ascii_uppercase()
            .split(';')
            .filter(|part| !part.is_empty())
        {
            let (name, value) = part.split_once('=').ok_or(NOT_UNDERSTOOD)?;
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
                "COUNT" => rule.count = Some(value.parse().map_err(|_| NOT_UNDERSTOOD)?),
                "UNTIL" => rule.until = Some(value.get(..8).and_then(date).ok_or(NOT_UNDERSTOOD)?),
                "BYMONTH" => rule.months = list(value)?,
                "BYMONTHDAY" => rule.days_of_month = list(value)?,
                "BYDAY" => {
                    rule.weekdays = value
                        .split(',')
                        .map(weekday)
                        .collect::<Option<_>>()
                        .ok_or(NOT_UNDERSTOOD)?;
                }
                // Weeks begin on Monday here; that matters only to rules of every second week.
                "WKST" if value == "MO" || rule.interval == 1 => {}
                _ => return Err(NOT_UNDERSTOOD),
            }
        }
        rule.every = every.ok_or(NOT_UNDERSTOOD)?;
        Ok(rule)
    }

    /// The days in those years on which an event that first happened on `first` happens.
    pub(super) fn days(&self, first: NaiveDate, years: &std::ops::RangeInclusive<i32>) -> Vec<NaiveDate> {
        let end = NaiveDate::from_ymd_opt(*years.end(), 12, 31).unwrap_or(first);
        let end = self.until.map_or(end, |until| until.min(end));
        // The first counts whether the rule meets it or not; before it nothing does.
        let begin = if self.count.is_some() {
            first
        } else {
            NaiveDate::from_ymd_opt(*years.start(), 1, 1).map_or(first, |start| start.max(first))
        };
        let met = begin
            .iter_days()
            .take_while(|day| *day <= end)
            // A rule that began in another age is not worth following day by day.
            .take(100_000)
            .filter(|day| *day == first || self.meets(first, *day));
        let all: Vec<NaiveDate> = match self.count {
            Some(count) => met.take(count).collect(),
            None => met.collect(),
        };
        all.into_iter()
            .filter(|day| years.contains(&day.year()))
            .collect()
    }

    fn meets(&self, first: NaiveDate, day: NaiveDate) -> bool {
        let months =
            i64::from(day.year() - first.year()) * 12 + i64::from(day.month()) - i64::from(first.month());
        let monday = |day: NaiveDate| {
            i64::from(day.num_days_from_ce()) - i64::from(day.weekday().num_days_from_monday())
        };
        let periods = match self.every {
            Every::Day => day.signed_duration_since(first).num_days(),
            Every::Week => (monday(day) - monday(first)) / 7,
            Every::Month => months,
            Every::Year => i64::from(day.year() - first.year()),
        };
        periods % i64::from(self.interval) == 0 && self.fits_month(first, day) && self.fits_day(first, day)
    }

    fn fits_month(&self, first: NaiveDate, day: NaiveDate) -> bool {
        let by_date = self.weekdays.is_empty() && self.days_of_month.is_empty();
        if !self.months.is_empty() {
            return self.months.contains(&day.month());
        }
        self.every != Every::Year || !by_date || day.month() == first.month()
    }

    fn fits_day(&self, first: NaiveDate, day: NaiveDate) -> bool {
        let in_month = i32::from(day.num_days_in_month());
        let of_month = i32::try_from(day.day()).unwrap_or(1);
        let by_date = self
            .days_of_month
            .iter()
            .any(|wanted| *wanted == of_month || in_month + 1 + wanted == of_month);
        let by_weekday = || {
            self.weekdays
                .iter()
                .any(|(week, weekday)| day.weekday() == *weekday && self.fits_week(*week, day))
        };
        match (self.days_of_month.is_empty(), self.weekdays.is_empty()) {
            (false, false) => by_date && by_weekday(),
            (false, true) => by_date,
            (true, false) => by_weekday(),
            (true, true) => match self.every {
                Every::Day => true,
                Every::Week => day.weekday() == first.weekday(),
                Every::Month | Every::Year => day.day() == first.day(),
            },
        }
    }

    /// Whether it is the first, the last, … of its weekday in month or year.
    fn fits_week(&self, week: i32, day: NaiveDate) -> bool {
        let in_year = self.every == Every::Year && self.months.is_empty();
        let (index, days) = if in_year {
            (day.ordinal0(), if day.leap_year() { 366 } else { 365 })
        } else {
            (day.day0(), u32::from(day.num_days_in_month()))
        };
        let from_start = i32::try_from(index / 7 + 1).unwrap_or(0);
        let from_end = -i32::try_from((days - 1 - index) / 7 + 1).unwrap_or(0);
        week == 0 || week == from_start || week == from_end
    }
}

fn list<T: std::str::FromStr>(value: &str) -> Result<Vec<T>, &'static str> {
    value
        .split(',')
        .map(|text| text.parse().map_err(|_| NOT_UNDERSTOOD))
        .collect()
}

/// `MO`, `4TH`, `-1MO`.
fn weekday(text: &str) -> Option<(i32, Weekday)> {
    let letters = text.find(|c: char| c.is_ascii_alphabetic())?;
    let (number, name) = text.split_at(letters);
    let weekday = match name {
        "MO" => Weekday::Mon,
        "TU" => Weekday::Tue,
        "WE" => Weekday::Wed,
        "TH" => Weekday::Thu,
        "FR" => Weekday::Fri,
        "SA" => Weekday::Sat,
        "SU" => Weekday::Sun,
        _ => return None,
    };
    let number = if number.is_empty() {
        0
    } else {
        number.parse().ok()?
    };
    Some((number, weekday))
}
