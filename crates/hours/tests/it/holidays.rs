//! Public holidays: what is committed, and when it closes.

use std::{collections::BTreeSet, fmt::Write as _};

use chrono::Datelike;
use sha2::{Digest, Sha256};
use switchboard_hours::{Coverage, HolidayKind, Reason, Region, Schedule, Settings, places};

use crate::{at, london};

const DATA: &[u8] = include_bytes!("../../data/holidays.txt");
const DIGEST: &str = include_str!("../../data/holidays.sha256");

#[test]
fn the_data_are_what_the_generator_wrote() {
    let mut digest = String::new();
    for byte in Sha256::digest(DATA) {
        write!(digest, "{byte:02x}").unwrap();
    }
    assert_eq!(DIGEST, format!("{digest}  holidays.txt\n"));
    let coverage = Coverage::get();
    assert_eq!(
        (coverage.source, coverage.first, coverage.last),
        ("holidays 0.109", 2013, 2037)
    );
}

/// Every place can be read, and every number in its entries stands for something: a place whose entries were cut
/// off would have holidays in fewer years.
#[test]
fn every_place_has_holidays_in_every_year_it_covers() {
    let (mut countries, mut regions) = (0, 0);
    let mut empty = BTreeSet::new();
    for code in places() {
        *if code.contains('-') {
            &mut regions
        } else {
            &mut countries
        } += 1;
        let region = Region::find(code).unwrap_or_else(|| panic!("{code} cannot be read"));
        let years: BTreeSet<i32> = region
            .holidays()
            .iter()
            .map(|holiday| holiday.date.year())
            .collect();
        if (2026..=2027).any(|year| !years.contains(&year)) {
            empty.insert(code);
        }
        assert!(
            years
                .iter()
                .all(|year| (2013..=region.last_year()).contains(year)),
            "{code}"
        );
    }
    assert_eq!((countries, regions), (250, 651));
    // Three islands without inhabitants; Ukraine has suspended its holidays; Sri Lanka decrees them year by year.
    // A warning says so to whoever chooses one.
    assert_eq!(empty, BTreeSet::from(["BV", "HM", "IO", "LK", "UA"]));
}

#[test]
fn england_scotland_and_northern_ireland_differ() {
    let names = |code: &str, year| -> Vec<String> {
        let region = Region::find(code).unwrap();
        region
            .year(year)
            .map(|holiday| format!("{} {}", holiday.date.format("%m-%d"), holiday.name))
            .collect()
    };
    assert!(names("GB-ENG", 2027).contains(&"08-30 Late Summer Bank Holiday".to_owned()));
    assert!(names("GB-ENG", 2027).contains(&"03-29 Easter Monday".to_owned()));
    assert!(
        !names("GB", 2027)
            .iter()
            .any(|name| name.ends_with("Easter Monday"))
    );
    assert!(
        names("GB-SCT", 2026).contains(&"11-30 Saint Andrew's Day".to_owned()),
        "{:?}",
        names("GB-SCT", 2026)
    );
    assert!(
        names("GB-NIR", 2026).contains(&"07-13 Battle of the Boyne".to_owned()),
        "{:?}",
        names("GB-NIR", 2026)
    );
    // A one-off: Scotland's day after its first match.
    assert!(
        names("GB-SCT", 2026).iter().any(|name| name.starts_with("06-15")),
        "{:?}",
        names("GB-SCT", 2026)
    );
}

#[test]
fn a_substitute_day_names_the_day_it_stands_for() {
    let office = Schedule::new(&london()).unwrap();
    let state = office.state(at("2026-12-28T10:00:00Z"));
    assert!(!state.open);
    let Reason::Holiday(holidays) = &state.reason else {
        panic!("{state:?}")
    };
    assert_eq!(holidays.len(), 1);
    assert_eq!(
        holidays[0].kind,
        HolidayKind::InLieu(chrono::NaiveDate::from_ymd_opt(2026, 12, 26))
    );
    assert_eq!(
        state.reason.to_string(),
        "Boxing Day, in lieu of Saturday 2026-12-26 (GB-ENG)"
    );
    assert_eq!(state.hidden.len(), 1);
    assert!(state.hidden[0].open);
    assert_eq!(state.until, Some(at("2026-12-29T09:00:00Z")));
    // 2027 has both: Christmas Day on a Saturday, Boxing Day on a Sunday.
    for (day, reason) in [
        (27, "Christmas Day, in lieu of Saturday 2027-12-25 (GB-ENG)"),
        (28, "Boxing Day, in lieu of Sunday 2027-12-26 (GB-ENG)"),
    ] {
        assert_eq!(
            office
                .state(at(&format!("2027-12-{day}T10:00:00Z")))
                .reason
                .to_string(),
            reason
        );
    }
}

/// The rule of days off in a holiday's stead, each way; the mutation of any arm makes this fail.
#[test]
fn which_days_close_is_a_setting() {
    // Boxing Day is Saturday the 26th, in lieu Monday the 28th. New Year's Day 2027 is a Friday, not moved.
    let open = |holidays: &str| {
        let weekly = london().weekly;
        let mut settings = Settings {
            holidays: holidays.to_owned(),
            weekly,
            ..london()
        };
        settings
            .weekly
            .insert("saturday".to_owned(), vec!["09:00-18:00".to_owned()]);
        let office = Schedule::new(&settings).unwrap();
        [
            "2026-12-26T12:00:00Z",
            "2026-12-28T12:00:00Z",
            "2027-01-01T12:00:00Z",
        ]
        .map(|instant| office.is_open(at(instant)))
    };
    assert_eq!(open("both"), [false, false, false]);
    assert_eq!(open(""), [false, false, false]);
    assert_eq!(open("original"), [false, true, false]);
    assert_eq!(open("substitute"), [true, false, false]);
    assert_eq!(open("none"), [true, true, true]);
}

#[test]
fn work_goes_on_by_name() {
    let settings = Settings {
        work_on: vec!["good friday".to_owned()],
        ..london()
    };
    let office = Schedule::new(&settings).unwrap();
    assert!(office.is_open(at("2026-04-03T12:00:00Z")));
    assert!(!office.is_open(at("2026-04-06T12:00:00Z")));
}

#[test]
fn a_night_before_a_holiday_runs_into_it_and_the_holidays_own_night_does_not_begin() {
    let mut settings = london();
    settings.weekly = [("thursday", "22:00-02:00"), ("friday", "22:00-02:00")]
        .map(|(day, range)| (day.to_owned(), vec![range.to_owned()]))
        .into();
    let bar = Schedule::new(&settings).unwrap();
    // Friday 25 December 2026.
    for (instant, open) in [
        ("2026-12-24T23:00:00Z", true),
        ("2026-12-25T01:59:59Z", true),
        ("2026-12-25T02:00:00Z", false),
        ("2026-12-25T22:30:00Z", false),
        ("2026-12-26T01:00:00Z", false),
    ] {
        assert_eq!(bar.is_open(at(instant)), open, "{instant}");
        assert_eq!(bar.state(at(instant)).open, open, "{instant}");
    }
    let night = bar.state(at("2026-12-25T01:00:00Z"));
    assert_eq!(night.reason.to_string(), "within Thursday 22:00-02:00");
    assert_eq!(night.hidden[0].reason.to_string(), "Christmas Day (GB-ENG)");
}

#[test]
fn always_open_offices_close_for_the_whole_holiday() {
    let mut settings = london();
    settings.weekly = [
        "monday",
        "tuesday",
        "wednesday",
        "thursday",
        "friday",
        "saturday",
        "sunday",
    ]
    .map(|day| (day.to_owned(), vec!["24h".to_owned()]))
    .into();
    let always = Schedule::new(&settings).unwrap();
    // From the May bank holiday to the next one in summer time, then through it.
    assert_eq!(
        always.next_change(at("2026-05-26T10:00:00Z")),
        Some(at("2026-08-30T23:00:00Z"))
    );
    assert_eq!(
        always.next_change(at("2026-08-30T23:00:00Z")),
        Some(at("2026-08-31T23:00:00Z"))
    );
}
