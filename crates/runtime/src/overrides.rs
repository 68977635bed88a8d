//! Overrides of opening hours as processes hand them to each other.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use switchboard_hours::Override;

/// One override, as it is kept. Fields are only ever added, each with a default.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OverrideRecord {
    /// Names it among others.
    pub id: String,
    /// The schedule it is for; all of them when there is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub schedule: Option<String>,
    /// Whether it opens.
    pub open: bool,
    /// The first instant, in ms since 1970.
    pub from_ms: i64,
    /// The instant at which it is over.
    pub until_ms: i64,
    /// Why.
    #[serde(default)]
    pub reason: String,
    /// Who made it.
    #[serde(default)]
    pub author: String,
    /// When it was made.
    pub made_ms: i64,
}

impl OverrideRecord {
    /// Reads what is kept. `None` for what this version cannot read.
    pub fn read(text: &str) -> Option<Self> {
        serde_json::from_str(text).ok()
    }

    /// The text to keep.
    pub fn text(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }

    /// In the words of opening hours. `None` for a time that no calendar has.
    pub fn as_override(&self) -> Option<Override> {
        let at = DateTime::<Utc>::from_timestamp_millis;
        Some(Override {
            id: self.id.clone(),
            open: self.open,
            from: at(self.from_ms)?,
            until: at(self.until_ms)?,
            reason: self.reason.clone(),
            author: self.author.clone(),
            made: at(self.made_ms)?,
        })
    }
}
