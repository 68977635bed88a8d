//! Effective hours, day by day.

use chrono::{DateTime, NaiveDate, NaiveDateTime, NaiveTime, Utc};

use crate::{Holiday, Schedule, moment::local, special::number};

/// One day of the calendar as it comes out, with everything applied.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CalendarDay {
    /// The date on the wall.
    pub date: NaiveDate,
    /// When the office is open that day; an opening over midnight ends with one day and begins with the next.
    pub openings: Vec<Opening>,
    /// The company day's name.
    pub company_day: Option<String>,
    /// The public holidays that count.
    pub holidays: Vec<Holiday>,
    /// Ids of the overrides that hold at some time of the day, the newest first.
    pub overrides: Vec<String>,
}

/// A time of being open.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Opening {
    /// The first instant.
    pub from: DateTime<Utc>,
    /// The instant at which it is over.
    pub until: DateTime<Utc>,
    /// The first on the wall.
    pub local_from: NaiveDateTime,
    /// The end on the wall.
    pub local_until: NaiveDateTime,
}

impl Schedule {
    /// Effective hours of each day from the first to the last.
    pub fn calendar(&self, first: NaiveDate, last: NaiveDate) -> impl Iterator<Item = CalendarDay> {
        first
            .iter_days()
            .take_while(move |date| *date <= last)
            .map(|date| self.day(date))
    }

    fn day(&self, date: NaiveDate) -> CalendarDay {
        let (from, until) = self.bounds(date);
        let special = self.pattern.specials.on(number(date));
        CalendarDay {
            date,
            openings: self.openings(from, until),
            company_day: special.and_then(|special| Some(special.company.as_ref()?.name.clone())),
            holidays: special
                .map(|special| {
                    special
                        .holidays
                        .iter()
                        .map(|holiday| (**holiday).clone())
                        .collect()
                })
                .unwrap_or_default(),
            overrides: self
                .overrides()
                .filter(|over| over.from < until && from < over.until)
                .map(|over| over.id.clone())
                .collect(),
        }
    }

    /// A day from its first instant to the next one's: not always 24 hours, and none at all for a date that
    /// the place skipped.
    fn bounds(&self, date: NaiveDate) -> (DateTime<Utc>, DateTime<Utc>) {
        let first = |date: NaiveDate| {
            let (instant, _) = self.zone().instants(date.and_time(NaiveTime::MIN));
            DateTime::from_timestamp(instant, 0).unwrap_or(DateTime::<Utc>::MAX_UTC)
        };
        (first(date), first(date.succ_opt().unwrap_or(date)))
    }

    fn openings(&self, from: DateTime<Utc>, until: DateTime<Utc>) -> Vec<Opening> {
        let mut openings = Vec::new();
        let mut at = from;
        while at < until {
            let change = self.next_change(at).map_or(until, |change| change.min(until));
            if self.is_open(at) {
                openings.push(Opening {
                    from: at,
                    until: change,
                    local_from: local(self.zone(), at),
                    local_until: local(self.zone(), change),
                });
            }
            at = change;
        }
        openings
    }
}
