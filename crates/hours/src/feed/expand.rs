//! The days on which a repeated event happens.
//!
//! Every day of every period (day, week, month or year) that the rule's interval meets is asked whether it is meant.
//! That is at most some ten thousand cheap questions an event, and no rule, however odd, can make it more: one that is
//! never met ends as soon as any other.

use std::ops::RangeInclusive;

use chrono::{Datelike, Days, NaiveDate, Weekday};

use super::recurrence::{Every, Recurrence};

/// A rule that began in another age is not worth following day by day.
const MOST_ASKED: usize = 100_000;

impl Recurrence {
    /// The days in those years on which an event that first happened on `first` happens; on `last` at the latest.
    ///
    /// The first counts whether the rule meets it or not, and also when `last` is before it, as programs write it that
    /// count the end in another zone. Before it nothing does.
    pub(super) fn days(
        &self,
        first: NaiveDate,
        last: Option<NaiveDate>,
        years: &RangeInclusive<i32>,
    ) -> Vec<NaiveDate> {
        let end = NaiveDate::from_ymd_opt(*years.end(), 12, 31).unwrap_or(first);
        let end = last.map_or(end, |last| last.min(end));
        let mut found = vec![first];
        let mut left = self.count.map_or(usize::MAX, |count| count - 1);
        let mut asked = 0;
        let mut start = self.first_period(first, *years.start());
        while let Some((from, to)) = start.filter(|(from, _)| *from <= end) {
            let mut met: Vec<NaiveDate> = from
                .iter_days()
                .take_while(|day| *day <= to)
                .inspect(|_| asked += 1)
                .filter(|day| self.fits(first, *day))
                .collect();
            if !self.positions.is_empty() {
                met = self.chosen(&met);
            }
            for day in met.into_iter().filter(|day| *day > first && *day <= end) {
                if left == 0 {
                    break;
                }
                left -= 1;
                found.push(day);
            }
            if left == 0 || asked > MOST_ASKED {
                break;
            }
            start = self.later_period(from, self.interval);
        }
        found.retain(|day| years.contains(&day.year()));
        found
    }

    /// The period that the event begins in. Without a count, years that nobody asks about are passed over.
    fn first_period(&self, first: NaiveDate, year: i32) -> Option<(NaiveDate, NaiveDate)> {
        let own = self.period(first)?;
        let wanted = NaiveDate::from_ymd_opt(year, 1, 1)?;
        if self.count.is_some() || wanted <= own.1 {
            return Some(own);
        }
        let behind = match self.every {
            Every::Day => wanted.signed_duration_since(own.0).num_days(),
            Every::Week => wanted.signed_duration_since(own.0).num_days() / 7,
            Every::Month => i64::from(wanted.year() - own.0.year()) * 12 - i64::from(own.0.month0()),
            Every::Year => i64::from(wanted.year() - own.0.year()),
        };
        let interval = i64::from(self.interval);
        self.later_period(own.0, u32::try_from(behind / interval * interval).ok()?)
    }

    /// The first and the last day of the period of that day.
    fn period(&self, day: NaiveDate) -> Option<(NaiveDate, NaiveDate)> {
        match self.every {
            Every::Day => Some((day, day)),
            Every::Week => {
                let from = day.checked_sub_days(Days::new(days_after(self.week_start, day.weekday())))?;
                Some((from, from.checked_add_days(Days::new(6))?))
            }
            Every::Month => {
                let from = day.with_day(1)?;
                Some((from, from.with_day(u32::from(from.num_days_in_month()))?))
            }
            Every::Year => {
                let year = day.year();
                Some((
                    NaiveDate::from_ymd_opt(year, 1, 1)?,
                    NaiveDate::from_ymd_opt(year, 12, 31)?,
                ))
            }
        }
    }

    fn later_period(&self, from: NaiveDate, steps: u32) -> Option<(NaiveDate, NaiveDate)> {
        let day = match self.every {
            Every::Day => from.checked_add_days(Days::new(u64::from(steps))),
            Every::Week => from.checked_add_days(Days::new(u64::from(steps) * 7)),
            Every::Month => from.checked_add_months(chrono::Months::new(steps)),
            Every::Year => from.checked_add_months(chrono::Months::new(steps.checked_mul(12)?)),
        };
        self.period(day?)
    }

    /// Those of a period that BYSETPOS means.
    fn chosen(&self, met: &[NaiveDate]) -> Vec<NaiveDate> {
        let place = |position: &i32| {
            let places = i32::try_from(met.len()).ok()?;
            let index = if *position < 0 {
                places.checked_add(*position)?
            } else {
                position.checked_sub(1)?
            };
            met.get(usize::try_from(index).ok()?).copied()
        };
        let mut chosen: Vec<NaiveDate> = self.positions.iter().filter_map(place).collect();
        chosen.sort_unstable();
        chosen.dedup();
        chosen
    }

    fn fits(&self, first: NaiveDate, day: NaiveDate) -> bool {
        let days_in_year = if day.leap_year() { 366 } else { 365 };
        let in_list = |list: &[i32], number: u32, of: u32| {
            let (number, of) = (i32::try_from(number).unwrap_or(0), i32::try_from(of).unwrap_or(0));
            list.is_empty() || list.contains(&number) || list.contains(&(number - of - 1))
        };
        let in_week = || {
            let (week, weeks) = self.week_of_year(day);
            in_list(&self.weeks, week, weeks)
        };
        (self.months.is_empty() || self.months.contains(&day.month()))
            && (self.weeks.is_empty() || in_week())
            && in_list(&self.days_of_year, day.ordinal(), days_in_year)
            && in_list(&self.days_of_month, day.day(), u32::from(day.num_days_in_month()))
            && (self.weekdays.is_empty()
                || self
                    .weekdays
                    .iter()
                    .any(|(week, weekday)| day.weekday() == *weekday && self.fits_week(*week, day)))
            && self.fits_start(first, day)
    }

    /// What a rule leaves open is as in the event's own start.
    fn fits_start(&self, first: NaiveDate, day: NaiveDate) -> bool {
        let by_day = !(self.weeks.is_empty()
            && self.days_of_year.is_empty()
            && self.days_of_month.is_empty()
            && self.weekdays.is_empty());
        if by_day {
            return true;
        }
        match self.every {
            Every::Day => true,
            Every::Week => day.weekday() == first.weekday(),
            Every::Month => day.day() == first.day(),
            Every::Year => {
                day.day() == first.day() && (!self.months.is_empty() || day.month() == first.month())
            }
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

    /// The number of its week, and how many the year has that the week belongs to: the one with most of its days.
    fn week_of_year(&self, day: NaiveDate) -> (u32, u32) {
        let middle = |day: NaiveDate| {
            let after = days_after(self.week_start, day.weekday());
            let from = day.checked_sub_days(Days::new(after)).unwrap_or(day);
            from.checked_add_days(Days::new(3)).unwrap_or(day)
        };
        let own = middle(day);
        // Whatever a week begins with, the one of 28 December is the year's last.
        let last = NaiveDate::from_ymd_opt(own.year(), 12, 28).map_or(own, middle);
        (own.ordinal0() / 7 + 1, last.ordinal0() / 7 + 1)
    }
}

/// How many days after the week's first this weekday is.
fn days_after(week_start: Weekday, day: Weekday) -> u64 {
    u64::from((day.num_days_from_monday() + 7 - week_start.num_days_from_monday()) % 7)
}
