//! iCalendar feeds: whole days off, as official bodies and companies publish them.

mod lines;
mod recurrence;

use std::{
    collections::{HashMap, HashSet},
    fmt,
    sync::Arc,
};

use chrono::{DateTime, Days, NaiveDate, TimeDelta, Utc};
use thiserror::Error;

use crate::{Holiday, HolidayKind};
use lines::Property;
use recurrence::Recurrence;

/// More than any calendar of days off has.
const MOST_DAYS: usize = 20_000;
/// Events that come round: following one asks after up to a hundred thousand days.
const MOST_RULES: usize = 500;
/// A closure longer than this is a slip, or no closure.
const LONGEST: i64 = 366;

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

/// An event that gives no day off.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Skipped {
    /// Its title.
    pub title: String,
    /// Why.
    pub why: &'static str,
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

    /// Reads the text of a feed. Repeated events are followed from the first to the last of these years.
    ///
    /// Whole-day events close; an event with a time of day is listed as skipped, and so is a repetition that is
    /// not understood: half of a rule would close on the wrong days.
    ///
    /// # Errors
    /// When it is no calendar, which a truncated one is not either.
    pub fn parse(name: &str, text: &str, years: std::ops::RangeInclusive<i32>) -> Result<Self, FeedError> {
        if text.len() > Self::MOST_BYTES {
            return Err(FeedError::TooLarge);
        }
        let lines = lines::read(text);
        let is = |property: &Property, name: &str, value: &str| {
            property.name == name && property.value.eq_ignore_ascii_case(value)
        };
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
        // By event, as sets: a stranger's calendar may have a great many of both.
        let mut moved: HashMap<String, HashSet<NaiveDate>> = HashMap::new();
        let mut rules = 0;
        let mut events: Vec<Event> = Vec::new();
        let mut inside: Option<(Event, usize)> = None;
        for property in &lines {
            match &mut inside {
                None if is(property, "BEGIN", "VEVENT") => inside = Some((Event::default(), 0)),
                Some((_, depth)) if property.name == "BEGIN" => *depth += 1,
                Some((_, depth)) if property.name == "END" && *depth > 0 => *depth -= 1,
                Some(_) if property.name == "END" => {
                    if let Some((event, _)) = inside.take() {
                        if let Some(date) = event.instead_of {
                            moved.entry(event.uid.clone()).or_default().insert(date);
                        }
                        rules += usize::from(event.rule.is_some());
                        events.push(event);
                    }
                }
                // An alarm has properties of the same names.
                Some((event, 0)) => event.take(property),
                None | Some(_) => {}
            }
        }
        if rules > MOST_RULES {
            return Err(FeedError::TooLarge);
        }
        for event in events {
            let gone = moved.get(&event.uid).filter(|_| event.instead_of.is_none());
            feed.add(&event, gone, &years)?;
        }
        feed.days
            .sort_by(|one, other| (one.date, &one.name).cmp(&(other.date, &other.name)));
        feed.days.dedup();
        Ok(feed)
    }

    /// What it is called in the settings.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Its days off, by date.
    pub fn days(&self) -> &[Holiday] {
        &self.days
    }

    /// Events that give none, so that nobody relies on them.
    pub fn skipped(&self) -> &[Skipped] {
        &self.skipped
    }

    pub(crate) fn copy(&self) -> Copy {
        self.copy
    }

    /// `gone` are days to which other events put something else.
    fn add(
        &mut self,
        event: &Event,
        gone: Option<&HashSet<NaiveDate>>,
        years: &std::ops::RangeInclusive<i32>,
    ) -> Result<(), FeedError> {
        let title: Arc<str> = if event.title.is_empty() {
            "day off".into()
        } else {
            event.title.as_str().into()
        };
        if event.cancelled {
            return Ok(());
        }
        let (first, length) = match event.days() {
            Ok(days) => days,
            Err(why) => {
                self.skipped.push(Skipped {
                    title: title.to_string(),
                    why,
                });
                return Ok(());
            }
        };
        let starts = match &event.rule {
            None => vec![first],
            Some(Ok(rule)) => rule.days(first, years),
            Some(Err(why)) => {
                self.skipped.push(Skipped {
                    title: title.to_string(),
                    why,
                });
                return Ok(());
            }
        };
        for start in starts
            .iter()
            .chain(&event.also)
            .filter(|start| !event.except.contains(start) && gone.is_none_or(|gone| !gone.contains(start)))
        {
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

/// What counts of a VEVENT.
#[derive(Default)]
struct Event {
    uid: String,
    title: String,
    cancelled: bool,
    start: Option<Result<NaiveDate, &'static str>>,
    end: Option<Result<NaiveDate, &'static str>>,
    length: Option<Result<i64, &'static str>>,
    rule: Option<Result<Recurrence, &'static str>>,
    except: HashSet<NaiveDate>,
    also: Vec<NaiveDate>,
    instead_of: Option<NaiveDate>,
}

impl Event {
    fn take(&mut self, property: &Property) {
        match property.name.as_str() {
            "UID" => self.uid.clone_from(&property.value),
            "SUMMARY" => self.title = property.text(),
            "STATUS" => self.cancelled = property.value.eq_ignore_ascii_case("CANCELLED"),
            "DTSTART" => self.start = Some(property.date()),
            "DTEND" => self.end = Some(property.date()),
            "DURATION" => {
                let days = lines::whole_days(&property.value);
                self.length = Some(days.ok_or("its length is not in whole days"));
            }
            "RRULE" => self.rule = Some(Recurrence::parse(&property.value)),
            "EXDATE" => self.except.extend(property.dates()),
            "RDATE" => self.also.extend(property.dates()),
            "RECURRENCE-ID" => self.instead_of = property.date().ok(),
            _ => {}
        }
    }

    /// The first day, and how many there are.
    fn days(&self) -> Result<(NaiveDate, u64), &'static str> {
        let first = self.start.ok_or("it has no date")??;
        let length = match (self.end, self.length) {
            (Some(end), _) => end?.signed_duration_since(first).num_days(),
            (None, Some(length)) => length?,
            (None, None) => 1,
        };
        // Some programs write an end that equals the start for one day.
        let length = length.max(1);
        if length > LONGEST {
            return Err("it is longer than a year");
        }
        Ok((first, u64::try_from(length).unwrap_or(1)))
    }
}
