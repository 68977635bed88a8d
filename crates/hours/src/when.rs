//! Instants as a person types them.

use chrono::{DateTime, Days, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta, Utc};

use crate::{Schedule, WallTime, moment::local};

/// Which side of a span is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Edge {
    /// A date alone is its first instant; a time that comes twice is the first of the two.
    From,
    /// A date alone includes the day; a time that comes twice is the second of the two.
    Until,
}

const EXPECTED: &str = "expected a date and time of the office such as `2026-12-28T10:00`, a date, a time of \
                        today such as `17:30`, `now`, a while from now such as `+30m` or `+2h`, or an instant with its offset such as \
                        `2026-12-28T10:00:00Z`";

impl Schedule {
    /// Reads a time on the office's clock, or an instant with an offset. A time that the clock skips is the
    /// instant at which it does.
    ///
    /// # Errors
    /// What was expected instead, in words.
    pub fn instant(&self, text: &str, now: DateTime<Utc>, edge: Edge) -> Result<DateTime<Utc>, String> {
        let text = text.trim();
        if text.eq_ignore_ascii_case("now") {
            return Ok(now);
        }
        if let Some(later) = text.strip_prefix('+').and_then(while_of) {
            return now
                .checked_add_signed(later)
                .ok_or_else(|| format!("{EXPECTED}, found `{text}`"));
        }
        if let Ok(instant) = DateTime::parse_from_rfc3339(text) {
            return Ok(instant.to_utc());
        }
        let wrong = || format!("{EXPECTED}, found `{text}`");
        let today = local(self.zone(), now).date();
        let at = if let Ok(date) = text.parse::<NaiveDate>() {
            start(date, u64::from(edge == Edge::Until))
        } else if let Some(time) = WallTime::parse(text) {
            on(today, time)
        } else {
            let (date, time) = text.split_once(['T', ' ']).ok_or_else(wrong)?;
            let date: NaiveDate = date.parse().map_err(|_| wrong())?;
            match WallTime::parse(time) {
                Some(time) => on(date, time),
                None => time.parse::<NaiveTime>().ok().map(|time| date.and_time(time)),
            }
        };
        let (first, second) = self.zone().instants(at.ok_or_else(wrong)?);
        let unix = if edge == Edge::From { first } else { second };
        DateTime::from_timestamp(unix, 0).ok_or_else(wrong)
    }
}

/// `30m`, `2h`.
fn while_of(text: &str) -> Option<TimeDelta> {
    let (number, unit) = text.split_at_checked(text.len().checked_sub(1)?)?;
    let number: u32 = number
        .bytes()
        .all(|byte| byte.is_ascii_digit())
        .then(|| number.parse().ok())??;
    match unit {
        "m" => Some(TimeDelta::minutes(number.into())),
        "h" => Some(TimeDelta::hours(number.into())),
        _ => None,
    }
}

fn start(date: NaiveDate, later: u64) -> Option<NaiveDateTime> {
    date.checked_add_days(Days::new(later))
        .map(|date| date.and_time(NaiveTime::MIN))
}

fn on(date: NaiveDate, time: WallTime) -> Option<NaiveDateTime> {
    let minutes = u32::from(time.minutes());
    let within = NaiveTime::from_hms_opt(minutes / 60, minutes % 60, 0);
    within.map_or_else(|| start(date, 1), |time| Some(date.and_time(time)))
}
