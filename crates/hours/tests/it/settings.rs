//! Settings that a person wrote: what is accepted, and what is said about the rest.

use std::collections::BTreeMap;

use switchboard_hours::{Schedule, Settings};

use crate::{at, day, schedule, weekly};

fn faults(zone: &str, text: &str) -> Vec<String> {
    Schedule::parse(zone, &weekly(text))
        .unwrap_err()
        .iter()
        .map(ToString::to_string)
        .collect()
}

#[test]
fn one_digit_hours_mean_the_same() {
    assert_eq!(
        schedule("Europe/London", "monday 9:00-18:00")
            .state(at("2026-01-05T10:00:00Z"))
            .open,
        schedule("Europe/London", "monday 09:00-18:00")
            .state(at("2026-01-05T10:00:00Z"))
            .open,
    );
}

#[test]
fn spaces_case_and_dashes_are_forgiven() {
    let forgiven = schedule("Europe/London", "Monday 9:00 – 18:00; TUESDAY 24H; sunday Closed");
    let plain = schedule("Europe/London", "monday 09:00-18:00; tuesday 24h");
    for hour in 0..168 {
        let instant = at("2026-01-05T00:30:00Z") + chrono::TimeDelta::hours(hour);
        assert_eq!(forgiven.is_open(instant), plain.is_open(instant), "{instant}");
    }
}

#[test]
fn empty_settings_are_always_closed() {
    let closed = Schedule::parse("UTC", &BTreeMap::new()).unwrap();
    assert_eq!(
        closed.summary(at("2026-01-05T10:00:00Z")).to_string(),
        "always closed"
    );
}

#[test]
fn everything_wrong_is_said_at_once_with_its_place() {
    let said = faults(
        "London",
        "funday 09:00-18:00; monday 09:00-18:00, 25:00-26:00; tuesday nine to five; wednesday 09:00-09:00; \
         thursday 09:00-13:00, 12:00-18:00; friday closed, 09:00-12:00; saturday 24:00-02:00",
    );
    assert_eq!(
        said,
        [
            "hours.time_zone: expected an IANA time zone such as `Europe/London`, found `London`",
            "hours.weekly.friday[0]: expected `closed` to stand alone, found other entries beside it",
            "hours.weekly.funday: expected a weekday: monday, tuesday, wednesday, thursday, friday, saturday or \
             sunday, found `funday`",
            "hours.weekly.monday[1]: expected times from 00:00 to 24:00, written `HH:MM`, found `25:00-26:00`",
            "hours.weekly.saturday[0]: expected a range that starts before 24:00, found `24:00-02:00`",
            "hours.weekly.tuesday[0]: expected a range such as `09:00-18:00`, `24h` or `closed`, found `nine to \
             five`",
            "hours.weekly.wednesday[0]: expected a range that is not empty (`24h` is the whole day), found \
             `09:00-09:00`",
            "hours.weekly.thursday[1]: expected ranges that do not overlap, found `12:00-18:00`, which overlaps \
             weekly.thursday[0] (`09:00-13:00`)",
        ]
    );
}

#[test]
fn times_that_are_not_times_are_refused() {
    for text in [
        "24:01-25:00",
        "09:60-10:00",
        "9-17",
        "09:0-10:00",
        "+9:00-10:00",
        "09:00:00-10:00",
        "-",
        "١:00-2:00",
    ] {
        assert_eq!(faults("UTC", &format!("monday {text}")).len(), 1, "{text}");
    }
}

#[test]
fn overlaps_are_found_over_midnight_and_over_the_end_of_the_week() {
    assert_eq!(
        faults("UTC", "monday 22:00-02:00; tuesday 01:00-05:00"),
        [
            "hours.weekly.tuesday[0]: expected ranges that do not overlap, found `01:00-05:00`, which overlaps \
          weekly.monday[0] (`22:00-02:00`)"
        ]
    );
    assert_eq!(
        faults("UTC", "sunday 22:00-02:00; monday 01:00-05:00"),
        [
            "hours.weekly.monday[0]: expected ranges that do not overlap, found `01:00-05:00`, which overlaps \
          weekly.sunday[0] (`22:00-02:00`)"
        ]
    );
    // Touching is not overlapping.
    schedule(
        "UTC",
        "sunday 22:00-02:00; monday 02:00-05:00, 05:00-24:00; tuesday 00:00-01:00",
    );
}

#[test]
fn a_long_range_hides_several() {
    assert_eq!(faults("UTC", "monday 24h, 09:00-10:00, 11:00-12:00").len(), 2);
}

#[test]
fn a_zone_in_the_wrong_case_gets_a_hint() {
    assert_eq!(
        faults("europe/london", ""),
        [
            "hours.time_zone: expected an IANA time zone (did you mean `Europe/London`?), found `europe/london`"
        ]
    );
}

#[test]
fn a_day_written_twice_is_a_fault() {
    assert_eq!(faults("UTC", "Monday 09:00-10:00; monday 11:00-12:00").len(), 1);
}

#[test]
fn faults_can_be_placed_elsewhere() {
    let faults = Schedule::parse("nowhere", &weekly("monday 25:00-26:00")).unwrap_err();
    let places: Vec<_> = faults
        .into_iter()
        .map(|fault| fault.under("schedules.london").place())
        .collect();
    assert_eq!(
        places,
        ["schedules.london.time_zone", "schedules.london.weekly.monday[0]"]
    );
}

#[test]
fn the_rest_is_checked_in_the_same_go() {
    let settings = Settings {
        time_zone: "Europe/London".to_owned(),
        region: Some("GB-EN".to_owned()),
        holidays: "observed".to_owned(),
        closing_minute: "yes".to_owned(),
        days: vec![
            day("2026-13-01", None, "Party", &[]),
            day("2026-12-24", Some("2026-12-20"), "Christmas", &[]),
            day("12-24", Some("2026-12-26"), "Christmas", &[]),
            day("2026-12-24", Some("2028-12-24"), "Sabbatical", &[]),
            day("2026-12-24", None, " ", &["09:00-13:00", "12:00-15:00", "noon"]),
        ],
        ..Settings::default()
    };
    let said: Vec<String> = Schedule::new(&settings)
        .unwrap_err()
        .iter()
        .map(ToString::to_string)
        .collect();
    assert_eq!(
        said,
        [
            "hours.closing_minute: expected `closed` or `open`, found `yes`",
            "hours.region: expected a country or region with public holidays (there are GB, GB-ENG, GB-NIR, GB-SCT, \
             GB-WLS), found `GB-EN`",
            "hours.holidays: expected `both`, `original`, `substitute` or `none`, found `observed`",
            "hours.days[0].date: expected a date such as `2026-12-24`, or `12-24` for every year, found `2026-13-01`",
            "hours.days[1].until: expected a day not before `date`, and at most a year after it, found `2026-12-20`",
            "hours.days[2].until: expected a date written like `date`, found `2026-12-26`",
            "hours.days[3].until: expected a day not before `date`, and at most a year after it, found `2028-12-24`",
            "hours.days[4].hours[2]: expected a range such as `09:00-18:00`, `24h` or `closed`, found `noon`",
            "hours.days[4].name: expected a name that callers hear, found nothing",
            "hours.days[4].hours[1]: expected ranges that do not overlap, found `12:00-15:00`, which overlaps \
             days[4].hours[0] (`09:00-13:00`)",
        ]
    );
}

#[test]
fn regions_are_found_in_other_spellings_but_not_guessed() {
    let fault = |code: &str| {
        let settings = Settings {
            time_zone: "UTC".to_owned(),
            region: Some(code.to_owned()),
            ..Settings::default()
        };
        Schedule::new(&settings).unwrap_err()[0].to_string()
    };
    for code in ["gb_eng", "GB_ENG", "gb-ENG"] {
        assert!(fault(code).contains("did you mean `GB-ENG`?"), "{}", fault(code));
    }
    assert_eq!(
        fault("Atlantis"),
        "hours.region: expected a country such as `GB` or a region such as `GB-ENG`, found `Atlantis`"
    );
}
