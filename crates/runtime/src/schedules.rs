//! The opening hours of a deployment: every schedule by name, and which one counts for a number or a queue.

use std::{collections::BTreeMap, path::PathBuf, sync::Arc, time::Duration};

use switchboard_contracts::v1;
use switchboard_hours as hours;
use switchboard_hours::{DaySettings, Feed, Override, Schedule, Zone};
use thiserror::Error;

use crate::overrides::as_override;
use crate::settings::{CompanyDay, FeedSource, Hours, OfficeHours, OtherHours, Weekly};

/// How old a copy of a calendar may be where no setting says so.
const STALE_AFTER: Duration = Duration::from_hours(24);

/// A feed cannot be used.
#[derive(Debug, Clone, Error)]
pub enum FeedFault {
    /// The file cannot be read.
    #[error("{setting}: {path}: {source}", path = .path.display())]
    Read {
        /// The setting that names it.
        setting: String,
        /// The file.
        path: PathBuf,
        /// Why not.
        source: Arc<std::io::Error>,
    },
    /// It is no calendar.
    #[error("{setting}: {path}: {source}", path = .path.display())]
    Parse {
        /// The setting that names it.
        setting: String,
        /// The file.
        path: PathBuf,
        /// Why not.
        source: hours::FeedError,
    },
    /// The settings themselves; loading them has said the same.
    #[error("{0}")]
    Settings(String),
}

/// Every schedule of a deployment.
#[derive(Debug, Clone)]
pub struct Schedules {
    main: String,
    all: BTreeMap<String, Schedule>,
    numbers: BTreeMap<String, String>,
    queues: BTreeMap<String, String>,
    overrides: Vec<v1::Override>,
    /// By the setting that names each.
    feeds: BTreeMap<String, Calendar>,
    stale_after: Duration,
    unread: Vec<FeedFault>,
}

/// A calendar of the settings.
#[derive(Debug, Clone)]
struct Calendar {
    schedule: String,
    source: FeedSource,
    feed: Feed,
}

impl Schedules {
    /// Makes them from settings. Files of calendars are read at once; one that cannot be read, and one that is on a
    /// server, has no days until a copy comes. An office whose calendar is broken still answers its telephone.
    ///
    /// # Errors
    /// All that is wrong with the hours themselves.
    pub fn new(settings: &OfficeHours) -> Result<Self, Vec<FeedFault>> {
        let mut all = BTreeMap::new();
        let mut calendars = BTreeMap::new();
        let (mut faults, mut unread) = (Vec::new(), Vec::new());
        let main = &settings.hours;
        let mut add =
            |name: &str, section: &str, written: &hours::Settings, feeds: &BTreeMap<String, FeedSource>| {
                match Schedule::new(written) {
                    Ok(schedule) => {
                        for (short, source) in feeds {
                            let setting = format!("{section}.feeds.{short}");
                            let feed =
                                read(&setting, short, source, schedule.zone()).unwrap_or_else(|fault| {
                                    unread.push(fault);
                                    Feed::absent(short)
                                });
                            let calendar = Calendar {
                                schedule: name.to_owned(),
                                source: source.clone(),
                                feed,
                            };
                            calendars.insert(setting, calendar);
                        }
                        let schedule = schedule.with_feeds(feeds_of(name, &calendars));
                        all.insert(name.to_owned(), schedule);
                    }
                    Err(found) => faults.extend(
                        found
                            .into_iter()
                            .map(|fault| FeedFault::Settings(fault.under(section).to_string())),
                    ),
                }
            };
        add(&main.schedule, "hours", &written(main), &main.feeds);
        for (name, other) in &settings.schedules {
            add(
                name,
                &format!("schedules.{name}"),
                &written_other(other),
                &other.feeds,
            );
        }
        if !faults.is_empty() {
            return Err(faults);
        }
        let others = || settings.schedules.iter();
        Ok(Self {
            main: main.schedule.clone(),
            all,
            numbers: others()
                .flat_map(|(name, other)| {
                    other
                        .numbers
                        .iter()
                        .map(|number| (number.as_str().to_owned(), name.clone()))
                })
                .collect(),
            queues: others()
                .flat_map(|(name, other)| other.queues.iter().map(|queue| (queue.clone(), name.clone())))
                .collect(),
            overrides: Vec::new(),
            feeds: calendars,
            stale_after: settings
                .feeds
                .as_ref()
                .map_or(STALE_AFTER, |feeds| feeds.stale_after),
            unread,
        })
    }

    /// Files of calendars that could not be read.
    pub fn unread(&self) -> &[FeedFault] {
        &self.unread
    }

    /// The calendar that this setting names, as it is known.
    pub fn feed(&self, setting: &str) -> Option<&Feed> {
        self.feeds.get(setting).map(|calendar| &calendar.feed)
    }

    /// Tells the metrics how much of the calendars is not understood.
    pub(crate) fn count_skipped(&self) {
        for (setting, calendar) in &self.feeds {
            crate::feeds::count_skipped(setting, &calendar.feed);
        }
    }

    /// The settings that name calendars.
    pub fn feeds(&self) -> impl Iterator<Item = &str> {
        self.feeds.keys().map(String::as_str)
    }

    /// Whether a copy that was taken from `source` is one of the calendar that this setting names; with the calendar's
    /// own name, its office's zone, and how old the copy may be.
    pub(crate) fn wants(&self, setting: &str, source: &str) -> Option<(String, Zone, Duration)> {
        let calendar = self.feeds.get(setting)?;
        let zone = self.all.get(&calendar.schedule)?.zone().clone();
        let same = calendar.source.is(source);
        same.then(|| (calendar.feed.name().to_owned(), zone, self.stale_after))
    }

    /// The same with this in place of what the calendar of that setting said.
    #[must_use]
    pub fn with_feed(&self, setting: &str, feed: Feed) -> Self {
        let mut with = self.clone();
        if let Some(calendar) = with.feeds.get_mut(setting) {
            calendar.feed = feed;
            let name = calendar.schedule.clone();
            let feeds = feeds_of(&name, &with.feeds);
            if let Some(schedule) = with.all.get_mut(&name) {
                *schedule = schedule.with_feeds(feeds);
            }
        }
        with
    }

    /// Names and schedules.
    pub fn all(&self) -> impl Iterator<Item = (&str, &Schedule)> {
        self.all.iter().map(|(name, schedule)| (name.as_str(), schedule))
    }

    /// One by its name.
    pub fn get(&self, name: &str) -> Option<&Schedule> {
        self.all.get(name)
    }

    /// The name of the one that counts where no other does.
    pub fn main_name(&self) -> &str {
        &self.main
    }

    /// The one that counts for a number that was dialled.
    pub fn of_number(&self, number: &str) -> Option<&Schedule> {
        self.get(self.numbers.get(number).unwrap_or(&self.main))
    }

    /// The one that a queue has for itself.
    pub fn of_queue(&self, queue: &str) -> Option<&Schedule> {
        self.get(self.queues.get(queue)?)
    }

    /// The same with these overrides in place of those it had. One that names a schedule is for that one only.
    #[must_use]
    pub fn with_records(&self, records: &[v1::Override]) -> Self {
        let with = self.with_overrides(|name| {
            let ours = |over: &&v1::Override| over.schedule.is_empty() || over.schedule == name;
            records.iter().filter(ours).filter_map(as_override).collect()
        });
        Self {
            overrides: records.to_vec(),
            ..with
        }
    }

    /// The overrides that these have, as they are kept.
    pub fn records(&self) -> &[v1::Override] {
        &self.overrides
    }

    /// The same with other overrides: `of` gives those of each schedule.
    #[must_use]
    pub fn with_overrides(&self, of: impl Fn(&str) -> Vec<Override>) -> Self {
        let all = self
            .all
            .iter()
            .map(|(name, schedule)| (name.clone(), schedule.with_overrides(of(name))));
        Self {
            all: all.collect(),
            ..self.clone()
        }
    }
}

fn feeds_of(schedule: &str, calendars: &BTreeMap<String, Calendar>) -> Vec<Feed> {
    let own = calendars
        .values()
        .filter(|calendar| calendar.schedule == schedule);
    own.map(|calendar| calendar.feed.clone()).collect()
}

fn read(setting: &str, name: &str, source: &FeedSource, zone: &Zone) -> Result<Feed, FeedFault> {
    let FeedSource::File(path) = source else {
        return Ok(Feed::absent(name));
    };
    let bytes = std::fs::read(path).map_err(|source| FeedFault::Read {
        setting: setting.to_owned(),
        path: path.clone(),
        source: Arc::new(source),
    })?;
    crate::feeds::parse(name, &Feed::text(bytes), zone).map_err(|source| FeedFault::Parse {
        setting: setting.to_owned(),
        path: path.clone(),
        source,
    })
}

/// The section `hours` in the words of the crate that knows what they mean.
pub(crate) fn written(section: &Hours) -> hours::Settings {
    let Hours {
        schedule: _,
        time_zone,
        region,
        holidays,
        work_on,
        closing_minute,
        feeds: _,
        weekly,
        days,
    } = section;
    hours::Settings {
        time_zone: time_zone.clone(),
        weekly: week(weekly),
        region: region.clone(),
        holidays: holidays.clone(),
        work_on: work_on.clone(),
        days: days.iter().map(day).collect(),
        closing_minute: closing_minute.clone(),
    }
}

/// The same of a section `schedules.NAME`.
pub(crate) fn written_other(section: &OtherHours) -> hours::Settings {
    let OtherHours {
        numbers: _,
        queues: _,
        time_zone,
        region,
        holidays,
        work_on,
        closing_minute,
        feeds: _,
        weekly,
        days,
    } = section;
    hours::Settings {
        time_zone: time_zone.clone(),
        weekly: week(weekly),
        region: region.clone(),
        holidays: holidays.clone(),
        work_on: work_on.clone(),
        days: days.iter().map(day).collect(),
        closing_minute: closing_minute.clone(),
    }
}

fn week(weekly: &Weekly) -> BTreeMap<String, Vec<String>> {
    let days = weekly.days().into_iter();
    days.map(|(day, ranges)| (day.to_owned(), ranges.to_vec()))
        .collect()
}

fn day(day: &CompanyDay) -> DaySettings {
    let CompanyDay {
        date,
        until,
        name,
        hours,
    } = day;
    DaySettings {
        date: date.clone(),
        until: until.clone(),
        name: name.clone(),
        hours: hours.clone(),
    }
}
