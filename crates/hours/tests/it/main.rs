//! What `switchboard-hours` promises, asked from outside.
#![expect(clippy::unwrap_used, reason = "tests")]

mod answers;
mod calendar;
mod calendars;
mod company;
mod compatible;
mod england;
mod feeds;
mod holidays;
mod instants;
mod oracle;
mod overrides;
mod settings;
mod warnings;
mod words;
mod zones;

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use switchboard_hours::{DaySettings, Override, Schedule, Settings, Zone};

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

fn utc_zone() -> Zone {
    Zone::find("UTC").unwrap()
}

fn at(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

/// Monday to Friday, nine to six, in London, with England's holidays.
fn london() -> Settings {
    let days = ["monday", "tuesday", "wednesday", "thursday", "friday"];
    Settings {
        time_zone: "Europe/London".to_owned(),
        weekly: days
            .map(|day| (day.to_owned(), vec!["09:00-18:00".to_owned()]))
            .into(),
        region: Some("GB-ENG".to_owned()),
        ..Settings::default()
    }
}

fn day(date: &str, until: Option<&str>, name: &str, hours: &[&str]) -> DaySettings {
    DaySettings {
        date: date.to_owned(),
        until: until.map(str::to_owned),
        name: name.to_owned(),
        hours: hours.iter().map(|&text| text.to_owned()).collect(),
    }
}

/// An override made at the given time.
fn over(id: &str, open: bool, from: &str, until: &str, made: &str) -> Override {
    Override {
        id: id.to_owned(),
        open,
        from: at(from),
        until: at(until),
        reason: format!("reason of {id}"),
        author: "Amelia".to_owned(),
        made: at(made),
    }
}
