//! Time zones: current rules, and where `chrono_tz` has fallen behind.

use std::collections::BTreeSet;

use chrono::{DateTime, MappedLocalTime, Offset, TimeDelta, TimeZone, Utc};
use chrono_tz::TZ_VARIANTS;
use jiff::{Timestamp, tz::TimeZoneDatabase};
use switchboard_hours::Zone;

use crate::{at, schedule};

fn offset_hours(zone: &str, instant: &str) -> f64 {
    f64::from(Zone::find(zone).unwrap().offset_seconds(at(instant))) / 3600.0
}

#[test]
fn every_name_has_rules() {
    let without: Vec<_> = TZ_VARIANTS
        .iter()
        .map(|zone| zone.name())
        .filter(|name| Zone::find(name).is_none())
        .collect();
    assert!(without.is_empty(), "{without:?}");
}

/// The list is the point: a zone that joins it means that governments have changed their clocks and
/// `chrono_tz` does not know yet (look whether it matters to what is already shown); one that leaves it, that
/// `chrono_tz` has caught up, and once it is empty [`Zone`] may become a plain `chrono_tz::Tz`.
#[test]
fn drift() {
    let (start, end) = (at("2026-01-01T12:00:00Z"), at("2028-01-01T12:00:00Z"));
    let drifted: BTreeSet<&str> = TZ_VARIANTS
        .iter()
        .filter(|old| {
            let new = Zone::find(old.name()).unwrap();
            let rules = TimeZoneDatabase::bundled().get(old.name()).unwrap();
            // Every fifth day, and each clock change from both sides: some differ for an hour only.
            let fifth_days = (0..146).map(|n| start + TimeDelta::days(5 * n));
            let changes = rules
                .following(Timestamp::from_second(start.timestamp()).unwrap())
                .map(|change| DateTime::from_timestamp(change.timestamp().as_second(), 0).unwrap())
                .take_while(|change| *change < end)
                .flat_map(|change| [change - TimeDelta::seconds(1), change]);
            fifth_days.chain(changes).any(|instant| {
                let old = old
                    .offset_from_utc_datetime(&instant.naive_utc())
                    .fix()
                    .local_minus_utc();
                old != new.offset_seconds(instant)
            })
        })
        .map(|zone| zone.name())
        .collect();
    let known = BTreeSet::from([
        "Africa/Casablanca",
        "Africa/El_Aaiun",
        "America/Edmonton",
        "America/Havana",
        "America/Inuvik",
        "America/Rainy_River",
        "America/Vancouver",
        "America/Winnipeg",
        "America/Yellowknife",
        "Canada/Central",
        "Canada/Mountain",
        "Canada/Pacific",
        "Cuba",
        "Europe/Chisinau",
        "Europe/Tiraspol",
    ]);
    assert_eq!(drifted, known);
}

#[test]
fn places_that_changed_lately_or_are_odd() {
    for (zone, winter, summer) in [
        ("America/Vancouver", -7.0, -7.0),
        ("Africa/Casablanca", 0.0, 0.0),
        ("Asia/Kathmandu", 5.75, 5.75),
        ("Australia/Lord_Howe", 11.0, 10.5),
    ] {
        assert_eq!((zone, offset_hours(zone, "2027-01-15T12:00:00Z")), (zone, winter));
        assert_eq!((zone, offset_hours(zone, "2027-07-15T12:00:00Z")), (zone, summer));
    }
}

/// Nine o'clock on the wall, in each of these places, on a winter's and a summer's Wednesday of both years.
#[test]
fn nine_in_the_morning_in_2026_and_2027() {
    for (zone, instants) in [
        // Summer time for good since March 2026: in January 2026 still an hour behind.
        (
            "America/Vancouver",
            [
                "2026-01-14T17:00:00Z",
                "2026-07-15T16:00:00Z",
                "2027-01-13T16:00:00Z",
                "2027-07-14T16:00:00Z",
            ],
        ),
        // Back to Greenwich's time for good in September 2026, and never an hour back for Ramadan again.
        (
            "Africa/Casablanca",
            [
                "2026-01-14T08:00:00Z",
                "2026-07-15T08:00:00Z",
                "2027-01-13T09:00:00Z",
                "2027-07-14T09:00:00Z",
            ],
        ),
        // With the European Union's hours.
        (
            "Europe/Chisinau",
            [
                "2026-01-14T07:00:00Z",
                "2026-07-15T06:00:00Z",
                "2027-01-13T07:00:00Z",
                "2027-07-14T06:00:00Z",
            ],
        ),
        // Half an hour of summer time.
        (
            "Australia/Lord_Howe",
            [
                "2026-01-13T22:00:00Z",
                "2026-07-14T22:30:00Z",
                "2027-01-12T22:00:00Z",
                "2027-07-13T22:30:00Z",
            ],
        ),
        (
            "Asia/Kathmandu",
            [
                "2026-01-14T03:15:00Z",
                "2026-07-15T03:15:00Z",
                "2027-01-13T03:15:00Z",
                "2027-07-14T03:15:00Z",
            ],
        ),
    ] {
        let office = schedule(zone, "wednesday 09:00-17:00");
        for instant in instants {
            let opening = office.next_opening(at(instant) - TimeDelta::hours(3));
            assert_eq!(opening, Some(at(instant)), "{zone}");
            assert!(
                !office.is_open(at(instant) - TimeDelta::seconds(1)) && office.is_open(at(instant)),
                "{zone}"
            );
            assert_eq!(
                office.next_change(at(instant)),
                Some(at(instant) + TimeDelta::hours(8)),
                "{zone}"
            );
        }
    }
}

/// The clock changes of these places in both years, to the second.
#[test]
fn clock_changes_in_2026_and_2027() {
    let changes = |zone: &str| -> Vec<String> {
        let rules = Zone::find(zone).unwrap();
        let start = at("2026-01-01T00:00:00Z");
        let offset = |hour: i64| rules.offset_seconds(start + TimeDelta::minutes(30 * hour));
        (1..2 * 24 * 730)
            .filter(|hour| offset(hour - 1) != offset(*hour))
            .map(|hour| {
                (start + TimeDelta::minutes(30 * hour))
                    .format("%Y-%m-%dT%H:%M")
                    .to_string()
            })
            .collect()
    };
    assert_eq!(changes("America/Vancouver"), ["2026-03-08T10:00"]);
    assert_eq!(changes("Asia/Kathmandu"), [""; 0]);
    assert_eq!(
        changes("Europe/Chisinau"),
        [
            "2026-03-29T01:00",
            "2026-10-25T01:00",
            "2027-03-28T01:00",
            "2027-10-31T01:00"
        ]
    );
    assert_eq!(
        changes("Australia/Lord_Howe"),
        [
            "2026-04-04T15:00",
            "2026-10-03T15:30",
            "2027-04-03T15:00",
            "2027-10-02T15:30"
        ]
    );
    assert_eq!(
        changes("Africa/Casablanca"),
        ["2026-02-15T02:00", "2026-03-22T02:00", "2026-09-20T01:00"]
    );
}

#[test]
fn an_office_in_vancouver_opens_at_nine_there() {
    let office = schedule("America/Vancouver", "tuesday 09:00-17:00");
    assert_eq!(
        office.next_opening(at("2026-12-14T12:00:00Z")),
        Some(at("2026-12-15T16:00:00Z"))
    );
}

#[test]
fn it_is_a_time_zone_for_chrono() {
    let london = Zone::find("Europe/London").unwrap();
    let shown = at("2026-07-06T12:00:00Z").with_timezone(&london);
    assert_eq!(shown.to_string(), "2026-07-06 13:00:00 +01:00");
    assert_eq!(shown.timezone(), london);

    let doubled = london.with_ymd_and_hms(2026, 10, 25, 1, 30, 0);
    let MappedLocalTime::Ambiguous(first, second) = doubled else {
        panic!("{doubled:?}")
    };
    assert_eq!(second - first, TimeDelta::hours(1));
    assert_eq!(
        london.with_ymd_and_hms(2026, 3, 29, 1, 30, 0),
        MappedLocalTime::None
    );
    assert_eq!(
        london
            .with_ymd_and_hms(2026, 7, 6, 13, 0, 0)
            .unwrap()
            .with_timezone(&Utc),
        at("2026-07-06T12:00:00Z")
    );
}

#[test]
fn only_known_names_are_zones() {
    for name in [
        "",
        "London",
        "Europe/london",
        "GMT+25",
        "../../etc/passwd",
        "Local",
    ] {
        assert_eq!(Zone::find(name), None, "{name}");
    }
}
