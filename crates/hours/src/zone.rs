//! A time zone: the name from `chrono_tz`, the rules from jiff.
//!
//! `chrono_tz` is what the ecosystem speaks, but its newest release carries the rules of early 2025 and is an
//! hour off wherever they have changed since. jiff bundles current ones. The test `drift` lists the zones in
//! which the two differ, so that nobody takes rules from the wrong one without noticing.

use std::fmt;

use chrono::{
    DateTime, Datelike, FixedOffset, MappedLocalTime, NaiveDate, NaiveDateTime, Offset, TimeZone, Timelike,
    Utc,
};
use chrono_tz::{TZ_VARIANTS, Tz};
use jiff::{
    Timestamp, civil,
    tz::{self, AmbiguousOffset, TimeZoneDatabase},
};

/// An IANA time zone with current rules; a [`chrono::TimeZone`].
#[derive(Clone)]
pub struct Zone {
    name: Tz,
    rules: tz::TimeZone,
}

impl Zone {
    /// Finds a zone by its IANA name, for example `Europe/London`.
    ///
    /// `None` when either database lacks it: a zone without rules is as useless as one without a name. Only
    /// bundled data is read, so the answer is the same on every machine.
    pub fn find(name: &str) -> Option<Self> {
        let name: Tz = name.parse().ok()?;
        let rules = TimeZoneDatabase::bundled().get(name.name()).ok()?;
        Some(Self { name, rules })
    }

    /// The IANA name.
    pub fn name(&self) -> &'static str {
        self.name.name()
    }

    /// The zone as `chrono_tz` names it. Ask it for nothing but the name.
    pub fn tz(&self) -> Tz {
        self.name
    }

    /// Seconds east of UTC at an instant.
    ///
    /// Beyond the years that jiff knows (−9999 to 9999) the rules at the edge go on.
    pub fn offset_seconds(&self, at: DateTime<Utc>) -> i32 {
        self.seconds_at(at.timestamp())
    }

    /// The same, from seconds since the Unix epoch.
    pub(crate) fn seconds_at(&self, unix: i64) -> i32 {
        self.rules.to_offset(timestamp(unix)).seconds()
    }

    /// The first change of the rules after an instant, in seconds since the epoch.
    pub(crate) fn next_transition(&self, unix: i64) -> Option<i64> {
        self.rules
            .following(timestamp(unix))
            .next()
            .map(|transition| transition.timestamp().as_second())
    }

    /// The instants at which the wall clock shows this, in seconds since the epoch: twice the same unless it
    /// shows it twice. Of what it never shows, both are the instant at which it is skipped.
    pub(crate) fn instants(&self, local: NaiveDateTime) -> (i64, i64) {
        let naive = local.and_utc().timestamp();
        let Some(civil) = civil(&local) else {
            let instant = naive - i64::from(self.seconds_at(naive));
            return (instant, instant);
        };
        match self.rules.to_ambiguous_timestamp(civil).offset() {
            AmbiguousOffset::Unambiguous { offset } => {
                let instant = naive - i64::from(offset.seconds());
                (instant, instant)
            }
            AmbiguousOffset::Gap { before, after } => {
                // Both readings are wrong; the clock jumps between them.
                let early = naive - i64::from(before.seconds().max(after.seconds()));
                let jump = self.next_transition(early - 1).unwrap_or(early);
                (jump, jump)
            }
            AmbiguousOffset::Fold { before, after } => (
                naive - i64::from(before.seconds()),
                naive - i64::from(after.seconds()),
            ),
        }
    }

    fn offset(&self, seconds: i32) -> ZoneOffset {
        // jiff's offsets stay within 26 hours in theory and 15 in fact; chrono's within 24.
        let fixed = FixedOffset::east_opt(seconds).unwrap_or_else(|| Utc.fix());
        ZoneOffset {
            fixed,
            zone: self.clone(),
        }
    }
}

/// A spelling that differs from a known name only in case: the commonest slip.
pub(crate) fn misspelt(name: &str) -> Option<&'static str> {
    TZ_VARIANTS
        .iter()
        .map(|zone| zone.name())
        .find(|known| known.eq_ignore_ascii_case(name))
}

fn timestamp(unix: i64) -> Timestamp {
    let edge = if unix < 0 { Timestamp::MIN } else { Timestamp::MAX };
    Timestamp::from_second(unix).unwrap_or(edge)
}

fn civil(local: &NaiveDateTime) -> Option<civil::DateTime> {
    let part = |value: u32| i8::try_from(value).ok();
    civil::DateTime::new(
        i16::try_from(local.year()).ok()?,
        part(local.month())?,
        part(local.day())?,
        part(local.hour())?,
        part(local.minute())?,
        part(local.second())?,
        0,
    )
    .ok()
}

impl TimeZone for Zone {
    type Offset = ZoneOffset;

    fn from_offset(offset: &ZoneOffset) -> Self {
        offset.zone.clone()
    }

    fn offset_from_local_date(&self, local: &NaiveDate) -> MappedLocalTime<ZoneOffset> {
        self.offset_from_local_datetime(&local.and_time(chrono::NaiveTime::MIN))
    }

    fn offset_from_local_datetime(&self, local: &NaiveDateTime) -> MappedLocalTime<ZoneOffset> {
        let Some(civil) = civil(local) else {
            return MappedLocalTime::Single(self.offset(self.seconds_at(local.and_utc().timestamp())));
        };
        match self.rules.to_ambiguous_timestamp(civil).offset() {
            AmbiguousOffset::Unambiguous { offset } => MappedLocalTime::Single(self.offset(offset.seconds())),
            AmbiguousOffset::Gap { .. } => MappedLocalTime::None,
            AmbiguousOffset::Fold { before, after } => {
                MappedLocalTime::Ambiguous(self.offset(before.seconds()), self.offset(after.seconds()))
            }
        }
    }

    fn offset_from_utc_date(&self, utc: &NaiveDate) -> ZoneOffset {
        self.offset_from_utc_datetime(&utc.and_time(chrono::NaiveTime::MIN))
    }

    fn offset_from_utc_datetime(&self, utc: &NaiveDateTime) -> ZoneOffset {
        self.offset(self.seconds_at(utc.and_utc().timestamp()))
    }
}

impl PartialEq for Zone {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name
    }
}

impl Eq for Zone {}

impl fmt::Debug for Zone {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "Zone({})", self.name())
    }
}

impl fmt::Display for Zone {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(self.name())
    }
}

/// The offset in force in a [`Zone`] at some instant.
#[derive(Clone, PartialEq, Eq)]
pub struct ZoneOffset {
    fixed: FixedOffset,
    zone: Zone,
}

impl Offset for ZoneOffset {
    fn fix(&self) -> FixedOffset {
        self.fixed
    }
}

impl fmt::Debug for ZoneOffset {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}[{}]", self.fixed, self.zone)
    }
}

impl fmt::Display for ZoneOffset {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.fixed.fmt(out)
    }
}
