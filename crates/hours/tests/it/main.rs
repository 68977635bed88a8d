//! What `switchboard-hours` promises, asked from outside.
#![expect(clippy::unwrap_used, reason = "tests")]

mod answers;
mod oracle;
mod settings;
mod zones;

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use switchboard_hours::Schedule;

/// `monday 09:00-18:00, 19:00-20:00; tuesday closed` as settings.
fn weekly(text: &str) -> BTreeMap<String, Vec<String>> {
    text.split(';')
        .filter(|day| !day.trim().is_empty())
        .map(|day| {
            let (name, entries) = day.trim().split_once(' ').unwrap_or((day.trim(), ""));
            let entries = entries.split(',').map(|entry| entry.trim().to_owned());
            (
                name.to_owned(),
                entries.filter(|entry| !entry.is_empty()).collect(),
            )
        })
        .collect()
}

fn schedule(zone: &str, text: &str) -> Schedule {
    Schedule::parse(zone, &weekly(text)).unwrap()
}

fn at(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}
