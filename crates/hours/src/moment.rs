//! Instants as people in the office speak of them.

use std::fmt;

use chrono::{DateTime, Datelike, NaiveDateTime, TimeDelta, Timelike, Utc, Weekday};

use crate::{Reason, Schedule, State, Zone, week::day_name};

/// An instant on the office's wall clock, seen from another one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Moment {
    /// The instant itself.
    pub at: DateTime<Utc>,
    /// Date and time on the wall clock then.
    pub local: NaiveDateTime,
    /// Midnights on the calendar between the two: 0 is today, 1 tomorrow, negative the past.
    pub days_away: i64,
}

impl Moment {
    pub(crate) fn new(zone: &Zone, at: DateTime<Utc>, seen_from: DateTime<Utc>) -> Self {
        let there = local(zone, at);
        let days_away = there
            .date()
            .signed_duration_since(local(zone, seen_from).date())
            .num_days();
        Self {
            at,
            local: there,
            days_away,
        }
    }

    /// The weekday on the wall.
    pub fn weekday(&self) -> Weekday {
        self.local.weekday()
    }

    /// As one says it: `at 1:30 pm`, `tomorrow at 9 am`, `on Monday at noon`, `on Monday, 4 January, at 9 am`.
    pub fn spoken(&self) -> String {
        let time = spoken_time(&self.local);
        match self.days_away {
            0 => format!("at {time}"),
            1 => format!("tomorrow at {time}"),
            2..=6 => format!("on {} at {time}", day_name(self.weekday())),
            _ => format!(
                "on {}, {}, at {time}",
                day_name(self.weekday()),
                self.local.format("%-d %B")
            ),
        }
    }
}

pub(crate) fn spoken_time(local: &NaiveDateTime) -> String {
    let (afternoon, hour) = local.hour12();
    let half = if afternoon { "pm" } else { "am" };
    match (local.hour(), local.minute()) {
        (0, 0) => "midnight".to_owned(),
        (12, 0) => "noon".to_owned(),
        (_, 0) => format!("{hour} {half}"),
        (_, minute) => format!("{hour}:{minute:02} {half}"),
    }
}

pub(crate) fn local(zone: &Zone, at: DateTime<Utc>) -> NaiveDateTime {
    let offset = TimeDelta::seconds(zone.offset_seconds(at).into());
    // Only at the very ends of chrono's calendar is there no room for the offset.
    let naive = at.naive_utc();
    naive.checked_add_signed(offset).unwrap_or(naive)
}

/// English, short, with the date once the weekday alone would be ambiguous: `today 13:30`, `Monday 09:00`,
/// `Monday 2026-01-05 09:00`.
impl fmt::Display for Moment {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let time = self.local.format("%H:%M");
        match self.days_away {
            0 => write!(out, "today {time}"),
            1 => write!(out, "tomorrow {time}"),
            2..=6 => write!(out, "{} {time}", day_name(self.weekday())),
            _ => write!(out, "{} {} {time}", day_name(self.weekday()), self.local.date()),
        }
    }
}

/// Everything a screen or an announcement needs, as data; its `Display` is one plain English line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Summary {
    /// Whether the office is open.
    pub open: bool,
    /// What made it so.
    pub reason: Reason,
    /// When that turns over, on the wall clock; `None` when it never does.
    pub until: Option<Moment>,
}

impl Summary {
    /// What callers hear in the wording of this crate; whoever has words of their own takes the parts.
    pub fn spoken(&self) -> String {
        if self.open {
            return "We are open.".to_owned();
        }
        let closed = match self.reason.holiday_name() {
            Some(name) => format!("We are closed today for {name}."),
            None => "We are closed at the moment.".to_owned(),
        };
        match &self.until {
            Some(opening) => format!("{closed} We open again {}.", opening.spoken()),
            None => closed,
        }
    }
}

impl fmt::Display for Summary {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.open, &self.until) {
            (true, Some(closing)) => write!(out, "open until {closing}"),
            (true, None) => write!(out, "always open"),
            (false, Some(opening)) => write!(out, "closed, opens {opening}"),
            (false, None) => write!(out, "always closed"),
        }
    }
}

impl Schedule {
    /// `at` on the office's wall clock, as spoken of at `seen_from`.
    pub fn moment(&self, at: DateTime<Utc>, seen_from: DateTime<Utc>) -> Moment {
        Moment::new(self.zone(), at, seen_from)
    }

    /// State, reason and next change in terms of the wall clock.
    pub fn summary(&self, at: DateTime<Utc>) -> Summary {
        let State {
            open,
            reason,
            until,
            hidden: _,
        } = self.state(at);
        let until = until.map(|change| self.moment(change, at));
        Summary { open, reason, until }
    }
}
