//! Dates on which the ordinary week does not hold.

use std::{collections::BTreeMap, sync::Arc};

use chrono::{Datelike, NaiveDate};

use crate::{CompanyDay, Holiday, Rule, company::Dated};

/// Days since the Unix epoch, on the wall's calendar.
pub(crate) type DayNumber = i64;

/// A date with hours of its own. A company day beats the holidays that it falls on.
#[derive(Debug, Clone)]
pub(crate) struct Special {
    pub(crate) number: DayNumber,
    pub(crate) company: Option<Arc<CompanyDay>>,
    pub(crate) holidays: Vec<Arc<Holiday>>,
    /// None on a holiday.
    pub(crate) ranges: Vec<Rule>,
}

/// All of them, by date.
#[derive(Debug, Clone, Default)]
pub(crate) struct Specials(Vec<Special>);

impl Specials {
    pub(crate) fn new(company: &[Dated], holidays: &BTreeMap<NaiveDate, Vec<Holiday>>) -> Self {
        let mut all: BTreeMap<DayNumber, Special> = BTreeMap::new();
        let blank = |number| Special {
            number,
            company: None,
            holidays: Vec::new(),
            ranges: Vec::new(),
        };
        for (date, holidays) in holidays {
            let number = number(*date);
            let special = all.entry(number).or_insert_with(|| blank(number));
            special.holidays.extend(holidays.iter().cloned().map(Arc::new));
        }
        for dated in company {
            let number = number(dated.date);
            let special = all.entry(number).or_insert_with(|| blank(number));
            special.company = Some(Arc::clone(&dated.day));
            special.ranges.clone_from(&dated.ranges);
        }
        Self(all.into_values().collect())
    }

    pub(crate) fn on(&self, day: DayNumber) -> Option<&Special> {
        let found = self.0.binary_search_by_key(&day, |special| special.number).ok()?;
        self.0.get(found)
    }

    /// The first one after that day.
    pub(crate) fn after(&self, day: DayNumber) -> Option<DayNumber> {
        let next = self.0.partition_point(|special| special.number <= day);
        self.0.get(next).map(|special| special.number)
    }

    pub(crate) fn last(&self) -> Option<DayNumber> {
        self.0.last().map(|special| special.number)
    }
}

pub(crate) fn number(date: NaiveDate) -> DayNumber {
    i64::from(date.num_days_from_ce()) - 719_163
}
