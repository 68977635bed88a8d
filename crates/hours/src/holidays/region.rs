//! A country or one of its regions, with its holidays.

use std::sync::Arc;

use chrono::{Datelike, NaiveDate, Weekday};

use super::{Coverage, Holiday, HolidayKind, data, places};

/// How far a day off in a holiday's stead may lie from it.
const NEAR: i64 = 14;

/// The public holidays of one place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Region {
    code: Arc<str>,
    last_year: i32,
    holidays: Vec<Holiday>,
}

impl Region {
    /// Finds a place by its code: `GB`, `GB-ENG`. Capital letters count.
    pub fn find(code: &str) -> Option<Self> {
        let (last_year, entries) = data::read(code)?;
        let source: Arc<str> = code.into();
        let holiday = |entry: &data::Entry| Holiday {
            date: entry.date,
            name: entry.name.into(),
            kind: if entry.substitute {
                HolidayKind::InLieu(own_day(entry, &entries))
            } else {
                HolidayKind::Own
            },
            estimated: entry.estimated,
            source: Arc::clone(&source),
        };
        let mut holidays: Vec<Holiday> = entries.iter().map(holiday).collect();
        holidays.retain(|holiday| holiday.date.year() <= last_year);
        Some(Self {
            code: source,
            last_year,
            holidays,
        })
    }

    /// Its code.
    pub fn code(&self) -> &str {
        &self.code
    }

    /// The last year that the source of the data vouches for.
    pub fn last_year(&self) -> i32 {
        self.last_year
    }

    /// The first and the last year of which anything is known.
    pub fn years(&self) -> (i32, i32) {
        let Coverage { first, last, .. } = Coverage::get();
        (first, self.last_year.min(last))
    }

    /// Whether it has days off in the stead of holidays that fall on a weekend, in any year.
    pub fn knows_substitutes(&self) -> bool {
        self.holidays.iter().any(Holiday::is_substitute)
    }

    /// The first holiday from that day on, within a year, that falls on a weekend.
    pub(crate) fn on_a_weekend(&self, from: NaiveDate) -> Option<&Holiday> {
        let weekend = |holiday: &&Holiday| matches!(holiday.date.weekday(), Weekday::Sat | Weekday::Sun);
        let near =
            |holiday: &&Holiday| (0..366).contains(&holiday.date.signed_duration_since(from).num_days());
        // One that always is, as Easter Sunday, is moved nowhere.
        let always = |holiday: &&Holiday| {
            let mut same = self.holidays.iter().filter(|other| other.name == holiday.name);
            same.all(|other| other.date.weekday() == holiday.date.weekday())
        };
        self.holidays
            .iter()
            .find(|holiday| near(holiday) && weekend(holiday) && !always(holiday))
    }

    /// All of them, by date: on their own days, and the days off in their stead.
    pub fn holidays(&self) -> &[Holiday] {
        &self.holidays
    }

    /// Those of one year.
    pub fn year(&self, year: i32) -> impl Iterator<Item = &Holiday> {
        self.holidays
            .iter()
            .filter(move |holiday| holiday.date.year() == year)
    }

    /// Names of holidays that some regions of this country have and this place has not, each with whose they
    /// are: what whoever chose a whole country should know.
    pub fn missing(&self, year: i32) -> Vec<(Arc<str>, Vec<&'static str>)> {
        let country = self.code.split('-').next().unwrap_or_default();
        let mut missing: Vec<(Arc<str>, Vec<&'static str>)> = Vec::new();
        for other in places().filter(|code| is_region_of(code, country)) {
            let Some(region) = Self::find(other) else { continue };
            for holiday in region.year(year).filter(|holiday| !holiday.is_substitute()) {
                if self.year(year).any(|ours| ours.name == holiday.name) {
                    continue;
                }
                match missing.iter_mut().find(|(name, _)| *name == holiday.name) {
                    Some((_, whose)) if whose.contains(&other) => {}
                    Some((_, whose)) => whose.push(other),
                    None => missing.push((Arc::clone(&holiday.name), vec![other])),
                }
            }
        }
        missing
    }
}

/// What is close to a code that is none: another spelling, else the country's regions.
pub(crate) fn suggestions(code: &str) -> Vec<&'static str> {
    let folded = code.trim().replace('_', "-");
    if let Some(exact) = places().find(|place| place.eq_ignore_ascii_case(&folded)) {
        return vec![exact];
    }
    let country = folded.split('-').next().unwrap_or_default().to_ascii_uppercase();
    places()
        .filter(|place| *place == country || is_region_of(place, &country))
        .collect()
}

fn is_region_of(code: &str, country: &str) -> bool {
    code.strip_prefix(country)
        .is_some_and(|rest| rest.starts_with('-'))
}

/// The nearest day of the same name, if it is near enough to be meant.
fn own_day(substitute: &data::Entry, entries: &[data::Entry]) -> Option<NaiveDate> {
    let away = |entry: &data::Entry| entry.date.signed_duration_since(substitute.date).num_days().abs();
    entries
        .iter()
        .filter(|entry| !entry.substitute && entry.name == substitute.name && away(entry) <= NEAR)
        .min_by_key(|entry| away(entry))
        .map(|entry| entry.date)
}
