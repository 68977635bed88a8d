//! Days of the company's own: closed, or open at other hours.

use std::sync::Arc;

use chrono::{Datelike, Days, NaiveDate};

use crate::{DaySettings, Fault, Rule, parse, rule::overlaps};

/// The years in which a day that is written without one comes round.
const YEARS: std::ops::RangeInclusive<i32> = 2000..=2100;
/// A stretch longer than this is a slip of the pen.
const LONGEST: u64 = 366;

/// One company day as the settings have it.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct CompanyDay {
    /// What people call it.
    pub name: String,
    /// Its position in the settings' list, from 0.
    pub index: usize,
}

/// A company day on one date of the calendar.
#[derive(Debug, Clone)]
pub(crate) struct Dated {
    pub(crate) date: NaiveDate,
    pub(crate) day: Arc<CompanyDay>,
    pub(crate) ranges: Vec<Rule>,
}

/// Reads all of them; of two for one date, the later one is last.
pub(crate) fn read(days: &[DaySettings], last_minute: bool, faults: &mut Vec<Fault>) -> Vec<Dated> {
    let mut dated = Vec::new();
    for (index, written) in days.iter().enumerate() {
        let place = format!("days[{index}]");
        let ranges = parse::entries(&written.hours, &format!("{place}.hours"), faults);
        if written.name.trim().is_empty() {
            faults.push(Fault::new(
                format!("{place}.name"),
                "a name that callers hear",
                "nothing",
            ));
        }
        let day = Arc::new(CompanyDay {
            name: written.name.trim().to_owned(),
            index,
        });
        let rules = |date: NaiveDate| {
            let rule = |(index, (from, to)): &(usize, _)| Rule {
                day: date.weekday(),
                index: *index,
                from: *from,
                to: *to,
                last_minute,
            };
            let mut rules: Vec<Rule> = ranges.iter().map(rule).collect();
            rules.sort_by_key(|rule| rule.from);
            rules
        };
        let from = |rule: &Rule| rule.from.minutes();
        let hours = |rule: &Rule| format!("{place}.hours[{}]", rule.index);
        // No ring: what runs into the next day meets that day's own list, and either is open then.
        faults.extend(overlaps(&rules(NaiveDate::MIN), from, u16::MAX, hours));
        for date in dates(written, &place, faults) {
            dated.push(Dated {
                date,
                day: Arc::clone(&day),
                ranges: rules(date),
            });
        }
    }
    dated
}

fn dates(written: &DaySettings, place: &str, faults: &mut Vec<Fault>) -> Vec<NaiveDate> {
    const DATE: &str = "a date such as `2026-12-24`, or `12-24` for every year";
    let mut fault = |field: &str, expected: &str, found: &str| {
        faults.push(Fault::new(
            format!("{place}.{field}"),
            expected,
            format!("`{found}`"),
        ));
    };
    let Some(first) = Written::parse(&written.date) else {
        fault("date", DATE, &written.date);
        return Vec::new();
    };
    let last = match &written.until {
        None => first,
        Some(until) => match (Written::parse(until), first) {
            (Some(last @ Written::Once(_)), Written::Once(_))
            | (Some(last @ Written::Yearly(..)), Written::Yearly(..)) => last,
            _ => {
                fault("until", "a date written like `date`", until);
                return Vec::new();
            }
        },
    };
    match (first, last) {
        (Written::Once(first), Written::Once(last)) => {
            let days = last.signed_duration_since(first).num_days();
            match u64::try_from(days) {
                Ok(days) if days < LONGEST => (0..=days)
                    .filter_map(|day| first.checked_add_days(Days::new(day)))
                    .collect(),
                _ => {
                    let expected = "a day not before `date`, and at most a year after it";
                    fault("until", expected, written.until.as_deref().unwrap_or_default());
                    Vec::new()
                }
            }
        }
        // 12-30 to 01-02 is over the turn of the year.
        (Written::Yearly(month, day), Written::Yearly(last_month, last_day)) => YEARS
            .flat_map(|year| {
                let over = i32::from((last_month, last_day) < (month, day));
                let first = in_year(year, month, day);
                let last = in_year(year + over, last_month, last_day);
                let span = first.zip(last);
                span.into_iter()
                    .flat_map(|(first, last)| first.iter_days().take_while(move |date| *date <= last))
            })
            .collect(),
        (Written::Once(_), Written::Yearly(..)) | (Written::Yearly(..), Written::Once(_)) => Vec::new(),
    }
}

/// Years without a 29 February have that day on the 28th: who closes to the end of February does so every year.
fn in_year(year: i32, month: u32, day: u32) -> Option<NaiveDate> {
    NaiveDate::from_ymd_opt(year, month, day).or_else(|| NaiveDate::from_ymd_opt(year, month, day - 1))
}

#[derive(Clone, Copy)]
enum Written {
    Once(NaiveDate),
    Yearly(u32, u32),
}

impl Written {
    fn parse(text: &str) -> Option<Self> {
        let parts: Vec<&str> = text.trim().split('-').collect();
        let number = |text: &str, digits: usize| {
            let plain = text.len() == digits && text.bytes().all(|byte| byte.is_ascii_digit());
            plain.then(|| text.parse::<u32>().ok()).flatten()
        };
        match parts.as_slice() {
            [year, month, day] => {
                let (year, month, day) = (number(year, 4)?, number(month, 2)?, number(day, 2)?);
                NaiveDate::from_ymd_opt(i32::try_from(year).ok()?, month, day).map(Self::Once)
            }
            [month, day] => {
                let (month, day) = (number(month, 2)?, number(day, 2)?);
                // 2000 is a leap year, so 02-29 is a date.
                NaiveDate::from_ymd_opt(2000, month, day).map(|_| Self::Yearly(month, day))
            }
            _ => None,
        }
    }
}
