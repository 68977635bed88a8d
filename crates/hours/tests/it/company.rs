//! Days of the company's own.

use switchboard_hours::{Schedule, Settings};

use crate::{at, day, london};

fn office(days: Vec<switchboard_hours::DaySettings>) -> Schedule {
    Schedule::new(&Settings { days, ..london() }).unwrap()
}

#[test]
fn other_hours_and_closed_days() {
    let office = office(vec![
        day("2026-12-24", None, "Christmas Eve", &["09:00-12:00"]),
        day("2026-07-06", None, "Summer party", &[]),
    ]);
    assert!(office.is_open(at("2026-12-24T11:59:59Z")));
    let state = office.state(at("2026-12-24T12:00:00Z"));
    assert_eq!(
        (state.open, state.reason.to_string().as_str()),
        (false, "Christmas Eve")
    );
    assert_eq!(
        office.summary(at("2026-07-06T10:00:00Z")).spoken(),
        "We are closed today for Summer party. We open again tomorrow at 9 am."
    );
}

#[test]
fn of_two_for_one_date_the_one_written_later_counts() {
    let office = office(vec![
        day("2026-07-06", Some("2026-07-10"), "Works holiday", &["closed"]),
        day("2026-07-08", None, "Emergency service", &["10:00-11:00"]),
    ]);
    assert!(!office.is_open(at("2026-07-07T09:30:00Z")));
    assert!(office.is_open(at("2026-07-08T09:30:00Z")));
    assert_eq!(
        office.next_change(at("2026-07-03T18:00:00Z")),
        Some(at("2026-07-08T09:00:00Z"))
    );
}

#[test]
fn every_year_and_over_its_turn() {
    let office = office(vec![day("12-27", Some("01-05"), "Winter break", &[])]);
    for (instant, open) in [
        ("2027-12-30T10:00:00Z", false),
        ("2028-01-05T10:00:00Z", false),
        ("2028-01-06T10:00:00Z", true),
        ("2040-01-04T10:00:00Z", false),
    ] {
        assert_eq!(office.is_open(at(instant)), open, "{instant}");
    }
}

#[test]
fn the_twenty_ninth_of_february_is_the_last_of_february() {
    let office = office(vec![day("02-29", None, "Leap day", &[])]);
    assert!(!office.is_open(at("2028-02-29T10:00:00Z")));
    assert!(office.is_open(at("2028-02-28T10:00:00Z")));
    // In common years it is the last of February, a Tuesday in 2023.
    assert!(!office.is_open(at("2023-02-28T10:00:00Z")));
    assert!(office.is_open(at("2027-03-01T10:00:00Z")));
}

#[test]
fn a_stretch_to_the_end_of_february_comes_every_year() {
    let closed = |days: &[(&str, &str)], instant: &str| {
        let days = days
            .iter()
            .map(|(date, until)| day(date, Some(until), "Stocktaking", &[]));
        !office(days.collect()).is_open(at(instant))
    };
    let to = [("02-25", "02-29")];
    for instant in [
        "2027-02-25T10:00:00Z",
        "2027-02-26T10:00:00Z",
        "2028-02-29T10:00:00Z",
    ] {
        assert!(closed(&to, instant), "{instant}");
    }
    for instant in [
        "2027-02-24T10:00:00Z",
        "2027-03-01T10:00:00Z",
        "2028-03-01T10:00:00Z",
    ] {
        assert!(!closed(&to, instant), "{instant}");
    }
    let from = [("02-29", "03-02")];
    for instant in [
        "2027-03-02T10:00:00Z",
        "2028-02-29T10:00:00Z",
        "2029-02-28T10:00:00Z",
    ] {
        assert!(closed(&from, instant), "{instant}");
    }
    assert!(!closed(&from, "2028-02-28T10:00:00Z") && !closed(&from, "2027-03-03T10:00:00Z"));
}

#[test]
fn a_company_night_runs_into_an_ordinary_day() {
    let office = office(vec![day("2026-07-05", None, "Election night", &["22:00-10:00"])]);
    let state = office.state(at("2026-07-06T05:00:00Z"));
    assert_eq!(
        state.reason.to_string(),
        "Election night, within Sunday 22:00-10:00"
    );
    // Meets Monday's own range at nine.
    assert_eq!(state.until, Some(at("2026-07-06T17:00:00Z")));
    assert_eq!(
        office.state(at("2026-07-06T08:30:00Z")).reason.to_string(),
        "within Monday 09:00-18:00"
    );
}
