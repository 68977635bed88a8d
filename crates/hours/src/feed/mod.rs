//! iCalendar feeds: whole days off, as official bodies and companies publish them.

mod charset;
mod event;
mod expand;
mod lines;
mod recurrence;
mod series;
mod when;

use std::{fmt, ops::RangeInclusive, sync::Arc};

use chrono::{DateTime, Days, TimeDelta, Utc};
use thiserror::Error;

use crate::{Holiday, HolidayKind, Zone};
use event::Event;
use lines::Property;
use series::Series;
use when::Local;

/// More than any calendar of days off has.
const MOST_DAYS: usize = 20_000;
/// Events that come round: following one asks after up to a hundred thousand days.
const MOST_RULES: usize = 500;

/// The days off of one feed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Feed {
    name: Arc<str>,
    days: Vec<Holiday>,
    skipped: Vec<Skipped>,
    copy: Copy,
}

/// What is known of how good these days are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Copy {
    /// Nothing has to be said.
    Sound,
    /// There has never been one.
    Absent,
    /// Last found good at the first instant, and old from the second on.
    Checked(DateTime<Utc>, DateTime<Utc>),
}

/// An event that gives no day off, or not all that are meant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Skipped {
    /// Its title.
    pub title: String,
    /// Why.
    pub why: &'static str,
    /// Whether what is understood of it counts.
    pub partly: bool,
}

impl fmt::Display for Skipped {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}: {}", self.title, self.why)
    }
}

/// Why a text is no feed at all. The last good copy should stay in use.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum FeedError {
    /// An error page, most likely.
    #[error("expected a calendar that begins with BEGIN:VCALENDAR and ends with END:VCALENDAR")]
    NoCalendar,
    /// Larger than anything sensible.
    #[error("expected at most 4 MiB, 20000 days off and 500 events that come round")]
    TooLarge,
}

impl Feed {
    /// The longest text that is read: more than any calendar of days off has; a bound for what a stranger's server may
    /// make us hold.
    pub const MOST_BYTES: usize = 4 << 20;

    /// One of which there is no copy yet: it has no days, and a warning says so.
    pub fn absent(name: &str) -> Self {
        Self {
            name: name.into(),
            days: Vec::new(),
            skipped: Vec::new(),
            copy: Copy::Absent,
        }
    }

    /// The same, last found good at that time: a warning tells when that is longer ago than `stale_after`.
    pub fn checked(self, at: DateTime<Utc>, stale_after: TimeDelta) -> Self {
        let old = at
            .checked_add_signed(stale_after)
            .unwrap_or(DateTime::<Utc>::MAX_UTC);
        Self {
            copy: Copy::Checked(at, old),
            ..self
        }
    }

    /// The text of a file, whose letters may be of another alphabet than UTF-8: a calendar with a damaged title is
    /// better than none, and [`Feed::parse`] has something to say of it. What is said here stays in the text, which is
    /// kept and read again elsewhere.
    pub fn text(bytes: Vec<u8>) -> String {
        charset::text(bytes)
    }

    /// Reads the text of a feed. Repeated events are followed from the first to the last of these years. What is
    /// written in UTC is read on the clock of the zone that the calendar names, else of `zone`.
    ///
    /// Whole days close, also those written as midnight to midnight; an event with a time of day is listed as skipped,
    /// and so is a repetition that is not understood: half of a rule would close on the wrong days.
    ///
    /// # Errors
    /// When it is no calendar, which a truncated one is not either.
    pub fn parse(name: &str, text: &str, zone: &Zone, years: RangeInclusive<i32>) -> Result<Self, FeedError> {
        if text.len() > Self::MOST_BYTES {
            return Err(FeedError::TooLarge);
        }
        let lines = lines::read(text);
        let whole = lines.first().is_some_and(|first| is(first, "BEGIN", "VCALENDAR"))
            && lines.last().is_some_and(|last| is(last, "END", "VCALENDAR"));
        if !whole {
            return Err(FeedError::NoCalendar);
        }
        let mut feed = Self {
            name: name.into(),
            days: Vec::new(),
            skipped: Vec::new(),
            copy: Copy::Sound,
        };
        let (events, zone_name) = feed.events(&lines);
        let local = Local(zone_name.and_then(Zone::find).unwrap_or_else(|| zone.clone()));
        if events.iter().filter(|event| !event.rules.is_empty()).count() > MOST_RULES {
            return Err(FeedError::TooLarge);
        }
        let series = Series::new(&events, &local);
        for event in &events {
            feed.add(event, &series, &local, &years)?;
        }
        feed.days
            .sort_by(|one, other| (one.date, &one.name).cmp(&(other.date, &other.name)));
        feed.days.dedup();
        Ok(feed)
    }

    /// All events, and the zone that the calendar is for.
    fn events<'a>(&mut self, lines: &'a [Property]) -> (Vec<Event>, Option<&'a str>) {
        let mut zone = None;
        let mut events: Vec<Event> = Vec::new();
        let mut inside: Option<(Event, usize)> = None;
        for property in lines {
            match &mut inside {
                None if is(property, "BEGIN", "VEVENT") => inside = Some((Event::default(), 0)),
                Some((_, depth)) if property.name == "BEGIN" => *depth += 1,
                Some((_, depth)) if property.name == "END" && *depth > 0 => *depth -= 1,
                Some(_) if property.name == "END" => events.extend(inside.take().map(|(event, _)| event)),
                // An alarm has properties of the same names.
                Some((event, 0)) => event.take(property),
                None if property.name == "X-WR-TIMEZONE" => zone = Some(property.value.as_str()),
                None if property.name == charset::MARK => self.skipped.push(Skipped {
                    title: "the calendar".to_owned(),
                    why: "it is not UTF-8, so letters of its titles may be wrong",
                    partly: true,
                }),
                None | Some(_) => {}
            }
        }
        (events, zone)
    }

    /// What it is called in the settings.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Its days off, by date.
    pub fn days(&self) -> &[Holiday] {
        &self.days
    }

    /// Events that give none, or not all that are meant, so that nobody relies on them.
    pub fn skipped(&self) -> &[Skipped] {
        &self.skipped
    }

    pub(crate) fn copy(&self) -> Copy {
        self.copy
    }

    fn add(
        &mut self,
        event: &Event,
        series: &Series<'_>,
        local: &Local,
        years: &RangeInclusive<i32>,
    ) -> Result<(), FeedError> {
        if event.cancelled {
            return Ok(());
        }
        let skipped = |why, partly| Skipped {
            title: title(event).to_string(),
            why,
            partly,
        };
        let taken = match event.days(local, years) {
            Ok(taken) => taken,
            Err(why) => {
                self.skipped.push(skipped(why, false));
                return Ok(());
            }
        };
        let doubts = event.doubts.iter().copied().chain(taken.doubt);
        self.skipped.extend(doubts.map(|why| skipped(why, true)));
        for (start, length, title) in series.place(event, &taken) {
            for day in 0..length {
                let Some(date) = start.checked_add_days(Days::new(day)) else {
                    break;
                };
                if self.days.len() == MOST_DAYS {
                    return Err(FeedError::TooLarge);
                }
                self.days.push(Holiday {
                    date,
                    name: Arc::clone(&title),
                    kind: HolidayKind::Own,
                    estimated: false,
                    source: Arc::clone(&self.name),
                });
            }
        }
        Ok(())
    }
}

fn is(property: &Property, name: &str, value: &str) -> bool {
    property.name == name && property.value.eq_ignore_ascii_case(value)
}

fn title(event: &Event) -> Arc<str> {
    if event.title.is_empty() {
        "day off".into()
    } else {
        event.title.as_str().into()
    }
}
