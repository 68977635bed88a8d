//! Dates and times of a calendar, and the clock on which they are read.

use chrono::{DateTime, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta, Timelike, Utc};

use crate::Zone;

/// A date, or a time of day on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum When {
    /// `20261225`.
    Day(NaiveDate),
    /// `20261225T090000`, on the wall clock of whoever wrote it.
    Local(NaiveDateTime),
    /// `20261225T090000Z`.
    Utc(NaiveDateTime),
}

impl When {
    pub(super) fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        let Some((day, time)) = text.split_once(['T', 't']) else {
            return date(text).map(Self::Day);
        };
        let day = date(day)?;
        let (time, utc) = match time.strip_suffix(['Z', 'z']) {
            Some(time) => (time, true),
            None => (time, false),
        };
        let at = day.and_time(time_of_day(time)?);
        Some(if utc { Self::Utc(at) } else { Self::Local(at) })
    }
}

/// The clock of a calendar: what it writes in UTC is read on the wall of the place that it is for.
#[derive(Debug, Clone)]
pub(super) struct Local(pub(super) Zone);

impl Local {
    pub(super) fn time(&self, when: When) -> NaiveDateTime {
        match when {
            When::Day(day) => day.and_time(NaiveTime::MIN),
            When::Local(at) => at,
            When::Utc(at) => {
                let utc: DateTime<Utc> = at.and_utc();
                let ahead = TimeDelta::seconds(i64::from(self.0.offset_seconds(utc)));
                at.checked_add_signed(ahead).unwrap_or(at)
            }
        }
    }

    pub(super) fn date(&self, when: When) -> NaiveDate {
        self.time(when).date()
    }
}

/// The day that begins there. A minute less than midnight is as good as midnight, and so is a second more: both are
/// written for the end of a day.
pub(super) fn midnight(at: NaiveDateTime) -> Option<NaiveDate> {
    let minute = at.hour() * 60 + at.minute();
    match (minute, at.second()) {
        (0, 0 | 1) => Some(at.date()),
        (1439, _) => at.date().succ_opt(),
        _ => None,
    }
}

/// The midnight that is nearest: what is marked as a whole day may be written on the clock of another zone.
pub(super) fn nearest_midnight(at: NaiveDateTime) -> NaiveDate {
    if at.hour() < 12 {
        at.date()
    } else {
        at.date().succ_opt().unwrap_or(at.date())
    }
}

/// `20261225`.
fn date(text: &str) -> Option<NaiveDate> {
    if text.len() != 8 || !text.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let number = |from: usize, to: usize| text.get(from..to)?.parse::<u32>().ok();
    NaiveDate::from_ymd_opt(i32::try_from(number(0, 4)?).ok()?, number(4, 6)?, number(6, 8)?)
}

/// `090000`, and `0900` as some write it.
fn time_of_day(text: &str) -> Option<NaiveTime> {
    if !matches!(text.len(), 4 | 6) || !text.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let number = |from: usize| {
        text.get(from..from + 2)
            .map_or(Some(0), |digits| digits.parse::<u32>().ok())
    };
    // A leap second belongs to the minute that it ends.
    NaiveTime::from_hms_opt(number(0)?, number(2)?, number(4)?.min(59))
}

/// `P2D`, `P1W`, `PT24H`.
pub(super) fn length(text: &str) -> Option<TimeDelta> {
    let text = text.trim().trim_start_matches('+').strip_prefix('P')?;
    let (days, times) = text.split_once('T').unwrap_or((text, ""));
    let seconds = units(days, &[('W', 604_800), ('D', 86_400)])?
        .checked_add(units(times, &[('H', 3_600), ('M', 60), ('S', 1)])?)?;
    (!text.is_empty())
        .then(|| TimeDelta::try_seconds(seconds))
        .flatten()
}

fn units(text: &str, known: &[(char, i64)]) -> Option<i64> {
    let mut seconds = 0_i64;
    let mut digits = String::new();
    for c in text.chars() {
        if c.is_ascii_digit() {
            digits.push(c);
            continue;
        }
        let (_, unit) = known.iter().find(|(letter, _)| *letter == c)?;
        let number = i64::from(digits.parse::<u32>().ok()?);
        seconds = seconds.checked_add(number.checked_mul(*unit)?)?;
        digits.clear();
    }
    digits.is_empty().then_some(seconds)
}
