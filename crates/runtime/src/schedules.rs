//! The opening hours of a deployment: every schedule by name, and which one counts for a number or a queue.

use std::{collections::BTreeMap, ops::RangeInclusive, path::PathBuf};

use switchboard_contracts::v1;
use switchboard_hours as hours;
use switchboard_hours::{DaySettings, Feed, Override, Schedule};
use thiserror::Error;

use crate::overrides::as_override;
use crate::settings::{CompanyDay, Hours, OfficeHours, OtherHours, Weekly};

/// The years in which repeated events of a feed are followed.
const YEARS: RangeInclusive<i32> = 2020..=2040;

/// A feed cannot be used.
#[derive(Debug, Error)]
pub enum FeedFault {
    /// The file cannot be read.
    #[error("{setting}: {path}: {source}", path = .path.display())]
    Read {
        /// The setting that names it.
        setting: String,
        /// The file.
        path: PathBuf,
        /// Why not.
        source: std::io::Error,
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
}

impl Schedules {
    /// Makes them from settings, and reads the files of their feeds.
    ///
    /// # Errors
    /// All that cannot be used.
    pub fn new(settings: &OfficeHours) -> Result<Self, Vec<FeedFault>> {
        let mut all = BTreeMap::new();
        let mut faults = Vec::new();
        let main = &settings.hours;
        let mut add =
            |name: &str, section: &str, written: &hours::Settings, feeds: &BTreeMap<String, PathBuf>| {
                match Schedule::new(written) {
                    Ok(schedule) => {
                        let read = feeds.iter().map(|(name, path)| read(section, name, path));
                        let (feeds, bad): (Vec<_>, Vec<_>) = read.partition(Result::is_ok);
                        faults.extend(bad.into_iter().filter_map(Result::err));
                        all.insert(
                            name.to_owned(),
                            schedule.with_feeds(feeds.into_iter().flatten().collect()),
                        );
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
        })
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

fn read(section: &str, name: &str, path: &PathBuf) -> Result<Feed, FeedFault> {
    let setting = || format!("{section}.feeds.{name}");
    let text = std::fs::read_to_string(path).map_err(|source| FeedFault::Read {
        setting: setting(),
        path: path.clone(),
        source,
    })?;
    Feed::parse(name, &text, YEARS).map_err(|source| FeedFault::Parse {
        setting: setting(),
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
