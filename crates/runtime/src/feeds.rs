//! Calendars as processes hand them to each other: the last good copy of each, and how it stands.

use std::ops::RangeInclusive;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};
use switchboard_domain::is_invisible;
use switchboard_hours::{Feed, FeedError, Zone};
use tracing::warn;

/// The years in which repeated events of a feed are followed.
const YEARS: RangeInclusive<i32> = 2020..=2040;

/// The last good copy. Fields are only ever added, each with a default.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FeedCopy {
    /// Where it was taken from: a copy of another place is none.
    pub source: String,
    /// The text of the calendar.
    pub calendar: String,
    /// What its server calls this state of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub etag: Option<String>,
    /// When its server says that it was changed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_modified: Option<String>,
}

/// How a copy stands. Small, because every process reads it again and again; the copy itself is fetched when this is
/// not what it was.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct FeedMark {
    /// When the copy last became another one, in ms since 1970.
    pub changed_ms: i64,
    /// When it was last found good where it comes from.
    pub checked_ms: i64,
    /// Why it was not since; empty when all is well.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub trouble: String,
}

impl FeedCopy {
    /// Reads what is kept. `None` for what this version cannot read.
    pub fn read(text: &str) -> Option<Self> {
        serde_json::from_str(text).ok()
    }

    /// The text to keep.
    pub fn text(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }

    /// The days off in it, under the feed's name, for an office of that zone.
    ///
    /// # Errors
    /// When it is no calendar.
    pub fn feed(&self, name: &str, zone: &Zone) -> Result<Feed, FeedError> {
        parse(name, &self.calendar, zone)
    }
}

impl FeedMark {
    /// Reads what is kept. `None` for what this version cannot read.
    pub fn read(text: &str) -> Option<Self> {
        serde_json::from_str(text).ok()
    }

    /// The text to keep.
    pub fn text(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }

    /// The feed, with a warning when its copy has become old.
    pub fn stands(&self, feed: Feed, stale_after: Duration) -> Feed {
        let after = TimeDelta::from_std(stale_after).unwrap_or(TimeDelta::MAX);
        match DateTime::<Utc>::from_timestamp_millis(self.checked_ms) {
            Some(checked) => feed.checked(checked, after),
            None => feed,
        }
    }
}

/// Reads a calendar.
///
/// # Errors
/// When it is none.
pub(crate) fn parse(name: &str, text: &str, zone: &Zone) -> Result<Feed, FeedError> {
    // A title must not be able to rewrite the line it stands on.
    let visible = |c: &char| matches!(c, '\r' | '\n' | '\t') || !is_invisible(*c);
    let text: String = text.chars().filter(visible).collect();
    Feed::parse(name, &text, zone, YEARS)
}

/// Events of a calendar that say less than is meant: in the log by name, in the metrics by number. Somebody relies on
/// each of them.
pub(crate) fn tell_skipped(setting: &str, feed: &Feed) {
    for warning in feed.warnings() {
        warn!(feed.name = setting, "{setting}: {warning}");
    }
    count_skipped(setting, feed);
}

pub(crate) fn count_skipped(setting: &str, feed: &Feed) {
    let count = u32::try_from(feed.skipped().len()).unwrap_or(u32::MAX);
    metrics::gauge!("hours_feed_events_skipped", "feed" => setting.to_owned()).set(f64::from(count));
}
