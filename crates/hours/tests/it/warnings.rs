//! What somebody should look at.

use switchboard_hours::{Coverage, Feed, Schedule, Settings};

use crate::{at, london, over};

fn warned(schedule: &Schedule, now: &str) -> Vec<String> {
    schedule
        .warnings(at(now))
        .iter()
        .map(ToString::to_string)
        .collect()
}

#[test]
fn a_sound_schedule_has_none() {
    assert_eq!(
        warned(&Schedule::new(&london()).unwrap(), "2026-11-25T10:00:00Z"),
        [""; 0]
    );
}

#[test]
fn a_whole_country_lacks_what_its_regions_have() {
    let office = Schedule::new(&Settings {
        region: Some("GB".to_owned()),
        ..london()
    })
    .unwrap();
    let said = warned(&office, "2026-11-25T10:00:00Z");
    assert!(
        said.contains(
            &"Easter Monday is not in the list of GB, but in that of GB-ENG, GB-NIR, GB-WLS".to_owned()
        ),
        "{said:?}"
    );
}

#[test]
fn holidays_that_end_are_announced_a_year_ahead() {
    let office = Schedule::new(&london()).unwrap();
    let last = Coverage::get().last;
    let said = "the public holidays of GB-ENG are known to the end of 2037 only: update Switchboard";
    assert_eq!(warned(&office, &format!("{}-11-20T10:00:00Z", last - 1)), [""; 0]);
    assert_eq!(warned(&office, &format!("{}-12-20T10:00:00Z", last - 1)), [said]);
    assert_eq!(warned(&office, &format!("{}-01-20T10:00:00Z", last + 2)), [said]);
}

/// When this fails it is time for `scripts/holidays/update`.
#[test]
fn the_committed_holidays_last_for_years() {
    assert!(Coverage::get().last >= 2030);
}

#[test]
fn no_region_no_holidays() {
    let office = Schedule::new(&Settings {
        region: None,
        ..london()
    })
    .unwrap();
    assert_eq!(
        warned(&office, "2026-11-25T10:00:00Z"),
        ["no region is set: no public holiday closes the office"]
    );
    let feed = Feed::parse(
        "office",
        "BEGIN:VCALENDAR\nEND:VCALENDAR",
        &crate::utc_zone(),
        2020..=2030,
    )
    .unwrap();
    assert_eq!(
        warned(&office.with_feeds(vec![feed]), "2026-11-25T10:00:00Z"),
        [""; 0]
    );
}

#[test]
fn names_that_no_holiday_has() {
    let office = Schedule::new(&Settings {
        work_on: vec!["Good Fryday".to_owned()],
        ..london()
    })
    .unwrap();
    assert_eq!(
        warned(&office, "2026-11-25T10:00:00Z"),
        ["work_on: no public holiday of the region is called Good Fryday"]
    );
}

#[test]
fn overrides_that_ended_and_overrides_that_hide_each_other() {
    let ended = over(
        "a",
        true,
        "2026-11-24T10:00:00Z",
        "2026-11-24T20:00:00Z",
        "2026-11-24T09:00:00Z",
    );
    let older = over(
        "b",
        true,
        "2026-11-25T10:00:00Z",
        "2026-11-25T20:00:00Z",
        "2026-11-25T09:00:00Z",
    );
    let newer = over(
        "c",
        false,
        "2026-11-25T10:00:00Z",
        "2026-11-25T20:00:00Z",
        "2026-11-25T09:01:00Z",
    );
    let office = Schedule::new(&london())
        .unwrap()
        .with_overrides([ended, older, newer]);
    assert_eq!(
        warned(&office, "2026-11-25T12:00:00Z"),
        [
            "the override by Amelia that opened the office ended yesterday 20:00",
            "override b has no effect: c is newer",
        ]
    );
}

#[test]
fn an_office_that_never_opens() {
    let office = Schedule::new(&Settings {
        weekly: std::collections::BTreeMap::new(),
        ..london()
    })
    .unwrap();
    assert_eq!(
        warned(&office, "2026-11-25T12:00:00Z"),
        ["nothing opens the office in the coming year"]
    );
}

#[test]
fn a_region_whose_list_is_empty_or_over() {
    let warned_of = |region: &str| {
        let settings = Settings {
            region: Some(region.to_owned()),
            ..london()
        };
        warned(&Schedule::new(&settings).unwrap(), "2026-11-25T10:00:00Z")
    };
    assert_eq!(warned_of("UA"), ["UA has no public holidays in 2026"]);
    assert_eq!(
        warned_of("LK"),
        ["the public holidays of LK are known to the end of 2026 only: update Switchboard"]
    );
}

#[test]
fn days_in_lieu_that_are_not_known_are_told_of_with_how_to_add_one() {
    let told = |region: &str, holidays: &str, now: &str| {
        let settings = Settings {
            region: Some(region.to_owned()),
            holidays: holidays.to_owned(),
            ..london()
        };
        let schedule = Schedule::new(&settings).unwrap();
        let mut told = warned(&schedule, now);
        told.retain(|told| told.contains("in lieu"));
        told
    };
    let now = "2026-12-01T10:00:00Z";
    assert_eq!(
        told("IE", "both", now),
        [
            "Saint Stephen's Day is on Saturday 2026-12-26, and days off in lieu are not known for IE: where there is \
             one, add it to days, such as { date = \"2026-12-28\", name = \"Saint Stephen's Day\" }; where there is \
             none, holidays = \"original\" says so"
        ]
    );
    assert_eq!(told("IE", "original", now), [""; 0]);
    assert_eq!(told("GB-ENG", "both", now), [""; 0]);
}
