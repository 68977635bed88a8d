//! The calendar of effective hours.

use std::fmt::Write as _;

use chrono::NaiveDate;
use switchboard_hours::{CalendarDay, Schedule};

use crate::{at, london, over, schedule};

fn show(day: &CalendarDay) -> String {
    let mut line = day.date.to_string();
    for opening in &day.openings {
        write!(
            line,
            " {}-{}",
            opening.local_from.format("%H:%M"),
            opening.local_until.format("%H:%M")
        )
        .unwrap();
    }
    for holiday in &day.holidays {
        write!(line, " [{}]", holiday.name).unwrap();
    }
    for over in &day.overrides {
        write!(line, " <{over}>").unwrap();
    }
    line
}

fn days(schedule: &Schedule, first: (i32, u32, u32), count: usize) -> Vec<String> {
    let first = NaiveDate::from_ymd_opt(first.0, first.1, first.2).unwrap();
    schedule
        .calendar(first, NaiveDate::MAX)
        .take(count)
        .map(|day| show(&day))
        .collect()
}

#[test]
fn days_come_out_as_they_will_be() {
    let opened = over(
        "o1",
        true,
        "2026-12-28T09:30:00Z",
        "2026-12-28T12:00:00Z",
        "2026-12-27T10:00:00Z",
    );
    let office = Schedule::new(&london()).unwrap().with_overrides([opened]);
    assert_eq!(
        days(&office, (2026, 12, 24), 6),
        [
            "2026-12-24 09:00-18:00",
            "2026-12-25 [Christmas Day]",
            "2026-12-26 [Boxing Day]",
            "2026-12-27",
            "2026-12-28 09:30-12:00 [Boxing Day] <o1>",
            "2026-12-29 09:00-18:00",
        ]
    );
}

#[test]
fn nights_are_cut_at_midnight_and_clock_changes_are_seen() {
    let bar = schedule("Europe/London", "saturday 22:00-03:00");
    assert_eq!(
        days(&bar, (2026, 3, 28), 2),
        ["2026-03-28 22:00-00:00", "2026-03-29 00:00-03:00"]
    );
    let sunday = bar
        .calendar(NaiveDate::from_ymd_opt(2026, 3, 29).unwrap(), NaiveDate::MAX)
        .next()
        .unwrap();
    assert_eq!(
        sunday.openings[0].until - sunday.openings[0].from,
        chrono::TimeDelta::hours(2)
    );
}

#[test]
fn a_day_that_the_place_skipped_has_no_hours() {
    let samoa = schedule("Pacific/Apia", "thursday 24h; friday 24h; saturday 24h");
    assert_eq!(
        days(&samoa, (2011, 12, 29), 3),
        ["2011-12-29 00:00-00:00", "2011-12-30", "2011-12-31 00:00-00:00"]
    );
    assert!(samoa.is_open(at("2011-12-30T09:59:59Z")));
}
