//! What the settings say, without overrides: the week, holidays and company days on one wall clock.

use chrono::Weekday;

use crate::{
    Reason, Rule, Verdict, Zone,
    special::{DayNumber, Special, Specials},
    week::{DAY, Week, day_number},
};

const MINUTE: i64 = 60;
const DAY_SECONDS: i64 = 24 * 60 * MINUTE;

/// Settings, checked.
#[derive(Debug)]
pub(crate) struct Pattern {
    pub(crate) zone: Zone,
    pub(crate) week: Week,
    pub(crate) specials: Specials,
}

/// A reading of the wall clock.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Reading {
    pub(crate) day: DayNumber,
    /// Of the day.
    pub(crate) minute: u16,
}

impl Reading {
    fn of(local: i64) -> Self {
        let minute = local.rem_euclid(DAY_SECONDS) / MINUTE;
        Self {
            day: local.div_euclid(DAY_SECONDS),
            // 0 to 1439: the bound holds by the line above.
            minute: u16::try_from(minute).unwrap_or_default(),
        }
    }

    pub(crate) fn weekday(self) -> Weekday {
        weekday(self.day)
    }
}

impl Pattern {
    pub(crate) fn reading(&self, unix: i64) -> Reading {
        Reading::of(unix + i64::from(self.zone.seconds_at(unix)))
    }

    pub(crate) fn open_at(&self, unix: i64) -> bool {
        self.covering(self.reading(unix)).is_some()
    }

    /// The range that is in force: one of the day's own, else one that began the day before. Which ranges a day
    /// has is its own matter: a night that began on an ordinary day runs into the holiday after it.
    fn covering(&self, at: Reading) -> Option<(DayNumber, &Rule)> {
        let mut today = self.ranges(at.day).iter().rev();
        if let Some(rule) = today.find(|rule| covers(rule, at.minute)) {
            return Some((at.day, rule));
        }
        let mut yesterday = self.ranges(at.day - 1).iter().rev();
        let rule = yesterday.find(|rule| at.minute + DAY < rule.end())?;
        Some((at.day - 1, rule))
    }

    fn ranges(&self, day: DayNumber) -> &[Rule] {
        match self.specials.on(day) {
            Some(special) => &special.ranges,
            None => self.week.ranges(weekday(day)),
        }
    }

    /// The first instant after `unix` at which the pattern may turn over, as the clock runs now; `None` when it
    /// never will. Nothing in between turns it over, unless a clock change does.
    pub(crate) fn may_change_after(&self, unix: i64) -> Option<i64> {
        let local = unix + i64::from(self.zone.seconds_at(unix));
        let at = Reading::of(local);
        let minutes = if self.specials.on(at.day).is_some() || self.specials.on(at.day - 1).is_some() {
            self.next_edge(at)
        } else {
            let of_week = u16::from(day_number(at.weekday())) * DAY + at.minute;
            let flip = self.week.to_next_flip(of_week).map(i64::from);
            let days = self.specials.after(at.day).map(|special| special - at.day);
            let special = days.map(|days| days * i64::from(DAY) - i64::from(at.minute));
            match (flip, special) {
                (Some(flip), Some(special)) => flip.min(special),
                (Some(one), None) | (None, Some(one)) => one,
                (None, None) => return None,
            }
        };
        // Counted from the start of the minute that `local` is in.
        Some(unix + minutes * MINUTE - local.rem_euclid(MINUTE))
    }

    /// Minutes to the next start or end of a range, at most to midnight.
    fn next_edge(&self, at: Reading) -> i64 {
        let today = self
            .ranges(at.day)
            .iter()
            .flat_map(|rule| [rule.from.minutes(), rule.end()]);
        let yesterday = self
            .ranges(at.day - 1)
            .iter()
            .filter_map(|rule| rule.end().checked_sub(DAY));
        let edge = today.chain(yesterday).filter(|edge| *edge > at.minute).min();
        i64::from(edge.unwrap_or(DAY).min(DAY) - at.minute)
    }

    /// The last instant from which on the ordinary week repeats itself.
    pub(crate) fn specials_end(&self) -> Option<i64> {
        self.specials.last().map(|day| (day + 2) * DAY_SECONDS)
    }

    /// Everything that has a say at an instant, what counts first.
    pub(crate) fn verdicts(&self, unix: i64) -> Vec<Verdict> {
        let at = self.reading(unix);
        let (covering, special) = (self.covering(at), self.specials.on(at.day));
        let mut reasons = Vec::with_capacity(3);
        // A night that goes on comes before what the day itself says.
        if let Some((day, rule)) = covering.filter(|(day, _)| *day != at.day) {
            reasons.push(self.in_force(day, rule));
        }
        if let Some(Special {
            company,
            holidays,
            ranges,
            ..
        }) = special
        {
            if let Some(company) = company {
                let inside = ranges.iter().rev().find(|rule| covers(rule, at.minute));
                reasons.push(match inside {
                    Some(rule) => Reason::InCompanyHours(company.clone(), *rule),
                    None => Reason::CompanyDay(company.clone()),
                });
            }
            if !holidays.is_empty() {
                reasons.push(Reason::Holiday(holidays.clone()));
            }
        }
        let ordinary = self.week.ranges(at.weekday());
        if reasons.is_empty() || special.is_some() {
            reasons.push(match ordinary.iter().rev().find(|rule| covers(rule, at.minute)) {
                Some(rule) => Reason::InRange(*rule),
                None if ordinary.is_empty() => Reason::DayClosed(at.weekday()),
                None => Reason::OutsideRanges(at.weekday()),
            });
        }
        reasons
            .into_iter()
            .map(|reason| Verdict {
                open: reason.opens(),
                reason,
            })
            .collect()
    }

    fn in_force(&self, day: DayNumber, rule: &Rule) -> Reason {
        match self.specials.on(day).and_then(|special| special.company.as_ref()) {
            Some(company) => Reason::InCompanyHours(company.clone(), *rule),
            None => Reason::InRange(*rule),
        }
    }
}

fn covers(rule: &Rule, minute: u16) -> bool {
    rule.from.minutes() <= minute && minute < rule.end()
}

fn weekday(day: DayNumber) -> Weekday {
    // 1 January 1970 was a Thursday.
    const FROM_THURSDAY: [Weekday; 7] = [
        Weekday::Thu,
        Weekday::Fri,
        Weekday::Sat,
        Weekday::Sun,
        Weekday::Mon,
        Weekday::Tue,
        Weekday::Wed,
    ];
    let index = usize::try_from(day.rem_euclid(7)).unwrap_or_default();
    FROM_THURSDAY[index]
}
