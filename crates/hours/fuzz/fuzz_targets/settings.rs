//! Any settings are answered with faults or with a schedule, and any schedule answers.
#![no_main]

use std::collections::BTreeMap;

use arbitrary::Arbitrary;
use chrono::DateTime;
use libfuzzer_sys::fuzz_target;
use switchboard_hours::{DaySettings, Edge, Schedule, Settings};

#[derive(Debug, Arbitrary)]
struct Input {
    zone: Option<String>,
    weekly: Vec<(u8, Vec<String>)>,
    region: Option<String>,
    holidays: String,
    days: Vec<(String, Option<String>, Vec<String>)>,
    open: bool,
    when: String,
    at: i64,
}

const DAYS: [&str; 8] = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday", "funday"];

fuzz_target!(|input: Input| {
    let weekly: BTreeMap<_, _> = input
        .weekly
        .into_iter()
        .map(|(day, ranges)| (DAYS[usize::from(day) % DAYS.len()].to_owned(), ranges))
        .collect();
    let day = |(date, until, hours)| DaySettings { date, until, name: "day".to_owned(), hours };
    let settings = Settings {
        time_zone: input.zone.unwrap_or_else(|| "Europe/London".to_owned()),
        weekly,
        region: input.region,
        holidays: input.holidays,
        work_on: Vec::new(),
        days: input.days.into_iter().map(day).collect(),
        closing_minute: if input.open { "open" } else { "closed" }.to_owned(),
    };
    let (Ok(schedule), Some(at)) = (Schedule::new(&settings), DateTime::from_timestamp(input.at, 0)) else { return };
    let state = schedule.state(at);
    assert_eq!(state.open, schedule.is_open(at));
    assert_eq!(state.open, state.reason.opens());
    if let Some(until) = state.until {
        assert!(until > at && schedule.is_open(until) != state.open);
    }
    let _ = schedule.summary(at).spoken();
    let _ = schedule.instant(&input.when, at, Edge::From);
});
