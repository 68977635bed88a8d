//! One VEVENT: what counts of it, and which days it takes.

use std::collections::HashSet;

use chrono::{NaiveDate, TimeDelta};

use super::lines::Property;
use super::recurrence::{NOT_UNDERSTOOD, Recurrence};
use super::when::{self, Local, When};

/// A closure longer than this is a slip, or no closure.
const LONGEST: i64 = 366;
const NO_DATE: &str = "its date cannot be read";

/// What counts of a VEVENT.
#[derive(Debug, Default)]
pub(super) struct Event {
    pub(super) uid: String,
    pub(super) title: String,
    pub(super) cancelled: bool,
    /// Whether the program that wrote it says that it is a whole day, however the times are written.
    whole_day: bool,
    start: Option<Result<When, &'static str>>,
    end: Option<Result<When, &'static str>>,
    length: Option<Result<TimeDelta, &'static str>>,
    pub(super) rules: Vec<Result<Recurrence, &'static str>>,
    except: Vec<When>,
    also: Vec<When>,
    /// In place of which one of the series.
    pub(super) instead_of: Option<When>,
    /// And of all that come after it.
    pub(super) and_later: bool,
    /// What is not understood beside what is.
    pub(super) doubts: Vec<&'static str>,
}

/// The days of an event.
#[derive(Debug)]
pub(super) struct Taken {
    /// On which it begins, those of its series and those beside it.
    pub(super) starts: Vec<NaiveDate>,
    pub(super) length: u64,
    pub(super) doubt: Option<&'static str>,
}

impl Event {
    pub(super) fn take(&mut self, property: &Property) {
        let whole_day = || property.value.eq_ignore_ascii_case("TRUE") || property.value == "1";
        match property.name.as_str() {
            "UID" => self.uid.clone_from(&property.value),
            "SUMMARY" => self.title = property.text(),
            "STATUS" => self.cancelled = property.value.eq_ignore_ascii_case("CANCELLED"),
            "X-MICROSOFT-CDO-ALLDAYEVENT" | "X-FUNAMBOL-ALLDAY" => self.whole_day |= whole_day(),
            "DTSTART" => self.start = Some(When::parse(&property.value).ok_or(NO_DATE)),
            "DTEND" => self.end = Some(When::parse(&property.value).ok_or("its end cannot be read")),
            "DURATION" => {
                self.length = Some(when::length(&property.value).ok_or("its length is not in whole days"));
            }
            "RRULE" => self.rules.push(Recurrence::parse(&property.value)),
            // Withdrawn from the standard, and left out by no program that reads calendars of today.
            "EXRULE" => self.rules.push(Err(NOT_UNDERSTOOD)),
            "EXDATE" => {
                let (days, all) = property.whens();
                self.except.extend(days);
                self.doubt(all, "an exception of it cannot be read");
            }
            "RDATE" => {
                let (days, all) = property.whens();
                self.also.extend(days);
                self.doubt(all, "a further date of it cannot be read");
            }
            "RECURRENCE-ID" => {
                self.instead_of = When::parse(&property.value);
                self.and_later = property.has("RANGE", "THISANDFUTURE");
                self.doubt(
                    self.instead_of.is_some(),
                    "which one of the series it replaces cannot be read",
                );
                let known = self.and_later || !property.names("RANGE");
                self.doubt(known, "how much of the series it replaces is not understood");
            }
            _ => {}
        }
    }

    fn doubt(&mut self, understood: bool, why: &'static str) {
        if !understood && !self.doubts.contains(&why) {
            self.doubts.push(why);
        }
    }

    /// Which days it takes in those years, whatever other events put in their place.
    pub(super) fn days(
        &self,
        local: &Local,
        years: &std::ops::RangeInclusive<i32>,
    ) -> Result<Taken, &'static str> {
        let start = self.start.ok_or("it has no date")??;
        let (first, length, doubt) = self.span(local)?;
        let mut starts = if self.rules.is_empty() {
            vec![first]
        } else {
            Vec::new()
        };
        for rule in &self.rules {
            let rule = rule.as_ref().map_err(|why| *why)?;
            let timed = rule.timed && !matches!(start, When::Day(_));
            // Weekdays and days of the month of such a rule are those of UTC.
            let elsewhere = match start {
                When::Utc(at) => at.date() != first && !rule.is_plain(),
                When::Day(_) | When::Local(_) => false,
            };
            if timed || elsewhere {
                return Err(NOT_UNDERSTOOD);
            }
            starts.extend(rule.days(first, rule.last(local), years));
        }
        let day = |when: &When| self.day(*when, local);
        starts.extend(self.also.iter().map(day));
        let except: HashSet<NaiveDate> = self.except.iter().map(day).collect();
        starts.retain(|start| !except.contains(start));
        starts.sort_unstable();
        starts.dedup();
        Ok(Taken {
            starts,
            length,
            doubt,
        })
    }

    /// The day that is meant by a date or a time of the series.
    pub(super) fn day(&self, when: When, local: &Local) -> NaiveDate {
        let at = local.time(when);
        if self.whole_day {
            when::nearest_midnight(at)
        } else {
            at.date()
        }
    }

    /// The first day, and how many there are; and what of it is in doubt.
    pub(super) fn span(&self, local: &Local) -> Result<(NaiveDate, u64, Option<&'static str>), &'static str> {
        const TIMED: &str = "it has a time of day";
        const LENGTH: &str = "its length is not in whole days";
        let start = self.start.ok_or("it has no date")??;
        let from = local.time(start);
        let to = match (self.end, self.length) {
            (Some(end), _) => Some(local.time(end?)),
            (None, Some(length)) => {
                let length = length?;
                if matches!(start, When::Day(_)) && length.num_seconds() % 86_400 != 0 {
                    return Err(LENGTH);
                }
                Some(from.checked_add_signed(length).ok_or(LENGTH)?)
            }
            (None, None) => None,
        };
        let mut doubt = None;
        let (first, last) = match start {
            _ if self.whole_day => {
                let first = when::nearest_midnight(from);
                (first, to.map_or(first, when::nearest_midnight))
            }
            When::Day(first) => {
                let end = |to| when::midnight(to).unwrap_or(to.date());
                // Half a day off is none.
                if to.is_some_and(|to| when::midnight(to).is_none() && to.date() > first) {
                    doubt = Some("it ends at a time of day, so its last day is not a day off");
                }
                (first, to.map_or(first, end))
            }
            When::Local(_) | When::Utc(_) => {
                let days = when::midnight(from).zip(to.and_then(when::midnight));
                days.filter(|(first, last)| first < last).ok_or(TIMED)?
            }
        };
        // Some programs write an end that equals the start for one day.
        let length = last.signed_duration_since(first).num_days().max(1);
        if length > LONGEST {
            return Err("it is longer than a year");
        }
        Ok((first, u64::try_from(length).unwrap_or(1), doubt))
    }
}
