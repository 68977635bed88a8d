//! A schedule and the questions it answers.

use std::collections::BTreeMap;

use chrono::{DateTime, TimeDelta, Utc};

use crate::{
    Fault, Moment, Reason, State, Summary, Zone, parse,
    week::{Week, day_of},
    zone,
};

const MINUTE: i64 = 60;
const WEEK: i64 = 7 * 24 * 60 * MINUTE;
/// 1 January 1970 was a Thursday; our week begins on Monday.
const EPOCH_INTO_WEEK: i64 = 3 * 24 * 60 * MINUTE;
/// How far ahead a change is looked for. A flip can be swallowed by a clock change, even a whole day by a move
/// over the date line, but not ten weeks running.
const HORIZON: i64 = 10 * WEEK;

/// Opening hours of one office: a week of ranges on the wall clock of one time zone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Schedule {
    zone: Zone,
    week: Week,
}

impl Schedule {
    /// Reads settings: an IANA zone name, and a list of entries for each weekday, as the crate's page says.
    ///
    /// # Errors
    ///
    /// All faults at once, each with its place: an unknown zone or day, an entry that is no range, ranges
    /// that are empty or overlap, also over midnight and over the week's end.
    pub fn parse(zone: &str, weekly: &BTreeMap<String, Vec<String>>) -> Result<Self, Vec<Fault>> {
        let week = parse::week(weekly);
        match (Zone::find(zone), week) {
            (Some(zone), Ok(week)) => Ok(Self { zone, week }),
            (Some(_), Err(faults)) => Err(faults),
            (None, week) => {
                let mut faults = vec![unknown_zone(zone)];
                faults.extend(week.err().unwrap_or_default());
                Err(faults)
            }
        }
    }

    /// The office's time zone.
    pub fn zone(&self) -> &Zone {
        &self.zone
    }

    /// Whether the office is open.
    pub fn is_open(&self, at: DateTime<Utc>) -> bool {
        self.open_at(at.timestamp())
    }

    /// Whether the office is open, why, and until when.
    pub fn state(&self, at: DateTime<Utc>) -> State {
        let reason = self.reason(at);
        let open = match reason {
            Reason::InRange(_) => true,
            Reason::OutsideRanges(_) | Reason::DayClosed(_) => false,
        };
        State {
            open,
            reason,
            until: self.next_change(at),
        }
    }

    /// The first instant after `at` at which open turns into closed or back; `None` when it never does.
    pub fn next_change(&self, at: DateTime<Utc>) -> Option<DateTime<Utc>> {
        DateTime::from_timestamp(self.change_after(at.timestamp())?, 0)
    }

    /// The first instant after `at` at which closed turns into open; `None` when it never does.
    ///
    /// While open this is the opening after the coming close.
    pub fn next_opening(&self, at: DateTime<Utc>) -> Option<DateTime<Utc>> {
        let change = self.next_change(at)?;
        if self.is_open(change) {
            Some(change)
        } else {
            self.next_change(change)
        }
    }

    /// `at` on the office's wall clock, as spoken of at `seen_from`.
    pub fn moment(&self, at: DateTime<Utc>, seen_from: DateTime<Utc>) -> Moment {
        let local = |instant: DateTime<Utc>| {
            let offset = TimeDelta::seconds(self.zone.offset_seconds(instant).into());
            // Only at the very ends of chrono's calendar is there no room for the offset.
            instant
                .naive_utc()
                .checked_add_signed(offset)
                .unwrap_or_else(|| instant.naive_utc())
        };
        let there = local(at);
        let days_away = there
            .date()
            .signed_duration_since(local(seen_from).date())
            .num_days();
        Moment {
            at,
            local: there,
            days_away,
        }
    }

    /// State, reason and next change in terms of the wall clock.
    pub fn summary(&self, at: DateTime<Utc>) -> Summary {
        let State { open, reason, until } = self.state(at);
        Summary {
            open,
            reason,
            until: until.map(|change| self.moment(change, at)),
        }
    }

    fn reason(&self, at: DateTime<Utc>) -> Reason {
        let unix = at.timestamp();
        let minute = self.minute_of_week(unix);
        let day = day_of(minute);
        match self.week.covering(minute) {
            Some(rule) => Reason::InRange(*rule),
            None if self.week.has_hours(day) => Reason::OutsideRanges(day),
            None => Reason::DayClosed(day),
        }
    }

    fn open_at(&self, unix: i64) -> bool {
        self.week.covering(self.minute_of_week(unix)).is_some()
    }

    fn minute_of_week(&self, unix: i64) -> u16 {
        minute_of_week(unix + i64::from(self.zone.seconds_at(unix)))
    }

    /// Between two clock changes wall time runs straight, so only two kinds of instants can turn the state
    /// over: the pattern's next flip at the present offset, and the next clock change. Walks from one to the
    /// next until the state differs.
    fn change_after(&self, from: i64) -> Option<i64> {
        let open = self.open_at(from);
        let mut at = from;
        let mut transition = self.zone.next_transition(at);
        while at < from + HORIZON {
            let local = at + i64::from(self.zone.seconds_at(at));
            let ahead = i64::from(self.week.to_next_flip(minute_of_week(local))?) * MINUTE;
            // The flip is counted from the start of the minute that `local` is in.
            let flip = at + ahead - local.rem_euclid(MINUTE);
            at = transition.map_or(flip, |transition| transition.min(flip));
            if self.open_at(at) != open {
                return Some(at);
            }
            if transition == Some(at) {
                transition = self.zone.next_transition(at);
            }
        }
        None
    }
}

fn minute_of_week(local: i64) -> u16 {
    let second = (local + EPOCH_INTO_WEEK).rem_euclid(WEEK);
    // 0 to 10079: the bound holds by the line above.
    u16::try_from(second / MINUTE).unwrap_or_default()
}

fn unknown_zone(name: &str) -> Fault {
    let expected = match zone::misspelt(name) {
        Some(known) => format!("an IANA time zone (did you mean `{known}`?)"),
        None => "an IANA time zone such as `Europe/London`".to_owned(),
    };
    Fault::new("zone", expected, format!("`{name}`"))
}
