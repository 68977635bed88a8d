//! Opening and closing by hand.

use switchboard_hours::{Reason, Schedule};

use crate::{at, day, london, over};

#[test]
fn an_override_opens_on_a_bank_holiday_and_says_what_it_overrides() {
    let opened = over(
        "o1",
        true,
        "2026-12-28T09:30:00Z",
        "2026-12-28T12:00:00Z",
        "2026-12-27T10:00:00Z",
    );
    let office = Schedule::new(&london()).unwrap().with_overrides([opened.clone()]);
    let state = office.state(at("2026-12-28T10:00:00Z"));
    assert!(state.open);
    assert_eq!(state.until, Some(at("2026-12-28T12:00:00Z")));
    assert_eq!(state.reason.to_string(), "opened by Amelia: reason of o1");
    let Reason::Override(found) = &state.reason else {
        panic!()
    };
    assert_eq!(**found, opened);
    let hidden: Vec<String> = state
        .hidden
        .iter()
        .map(|verdict| verdict.reason.to_string())
        .collect();
    assert_eq!(
        hidden,
        [
            "Boxing Day, in lieu of Saturday 2026-12-26 (GB-ENG)",
            "within Monday 09:00-18:00"
        ]
    );
    // Its edges are exact.
    for (instant, open) in [
        ("2026-12-28T09:29:59.999Z", false),
        ("2026-12-28T09:30:00Z", true),
        ("2026-12-28T11:59:59.999Z", true),
        ("2026-12-28T12:00:00Z", false),
    ] {
        assert_eq!(office.is_open(at(instant)), open, "{instant}");
    }
    assert_eq!(
        office.next_change(at("2026-12-28T08:00:00Z")),
        Some(at("2026-12-28T09:30:00Z"))
    );
}

#[test]
fn the_newest_wins_and_the_older_is_shown_hidden() {
    let older = over(
        "a",
        false,
        "2026-07-06T09:00:00Z",
        "2026-07-06T15:00:00Z",
        "2026-07-06T08:00:00Z",
    );
    let newer = over(
        "b",
        true,
        "2026-07-06T11:00:00Z",
        "2026-07-06T12:00:00Z",
        "2026-07-06T08:30:00Z",
    );
    for order in [[older.clone(), newer.clone()], [newer, older]] {
        let office = Schedule::new(&london()).unwrap().with_overrides(order);
        let state = office.state(at("2026-07-06T11:30:00Z"));
        assert!(state.open);
        assert_eq!(state.until, Some(at("2026-07-06T12:00:00Z")));
        assert_eq!(
            state.hidden[0].reason.to_string(),
            "closed by Amelia: reason of a"
        );
        assert!(!state.hidden[0].open);
        // The older one goes on afterwards.
        let after = office.state(at("2026-07-06T12:00:00Z"));
        assert!(!after.open);
        assert_eq!(after.until, Some(at("2026-07-06T15:00:00Z")));
    }
}

#[test]
fn of_two_made_in_the_same_instant_the_greater_id_wins() {
    let made = "2026-07-06T08:00:00Z";
    let one = over("a", false, "2026-07-06T09:00:00Z", "2026-07-06T15:00:00Z", made);
    let two = over("b", true, "2026-07-06T09:00:00Z", "2026-07-06T15:00:00Z", made);
    for order in [[one.clone(), two.clone()], [two, one]] {
        assert!(
            Schedule::new(&london())
                .unwrap()
                .with_overrides(order)
                .is_open(at("2026-07-06T10:00:00Z"))
        );
    }
}

#[test]
fn an_override_that_changes_nothing_is_no_change() {
    // Opens at noon, when it is open anyway, and beyond the closing stroke.
    let longer = over(
        "o",
        true,
        "2026-07-06T11:00:00Z",
        "2026-07-06T19:00:00Z",
        "2026-07-06T08:00:00Z",
    );
    let office = Schedule::new(&london()).unwrap().with_overrides([longer]);
    assert_eq!(
        office.next_change(at("2026-07-06T08:30:00Z")),
        Some(at("2026-07-06T19:00:00Z"))
    );
}

#[test]
fn the_order_is_override_company_day_holiday_week() {
    let mut settings = london();
    let instant = at("2026-12-28T10:00:00Z");
    let closed = over(
        "c",
        false,
        "2026-12-28T00:00:00Z",
        "2026-12-29T00:00:00Z",
        "2026-12-01T00:00:00Z",
    );
    settings.region = None;
    assert!(Schedule::new(&settings).unwrap().is_open(instant), "the week");
    settings.region = Some("GB-ENG".to_owned());
    assert!(
        !Schedule::new(&settings).unwrap().is_open(instant),
        "a holiday beats it"
    );
    settings.days = vec![day("2026-12-28", None, "Stocktaking", &["09:00-12:00"])];
    let office = Schedule::new(&settings).unwrap();
    assert!(office.is_open(instant), "a company day beats the holiday");
    assert!(
        !office.with_overrides([closed.clone()]).is_open(instant),
        "an override beats the company day"
    );
    let said: Vec<String> = office
        .with_overrides([closed])
        .state(instant)
        .hidden
        .iter()
        .map(|verdict| verdict.reason.to_string())
        .collect();
    assert_eq!(
        said,
        [
            "Stocktaking, within Monday 09:00-12:00",
            "Boxing Day, in lieu of Saturday 2026-12-26 (GB-ENG)",
            "within Monday 09:00-18:00"
        ]
    );
}

#[test]
fn parts_of_a_second_begin_with_the_next() {
    let odd = over(
        "o",
        false,
        "2026-07-06T10:00:00.400Z",
        "2026-07-06T10:00:02.400Z",
        "2026-07-06T08:00:00Z",
    );
    let office = Schedule::new(&london()).unwrap().with_overrides([odd]);
    assert!(office.is_open(at("2026-07-06T10:00:00.900Z")));
    assert!(!office.is_open(at("2026-07-06T10:00:01Z")));
    assert!(!office.is_open(at("2026-07-06T10:00:02.900Z")));
    assert!(office.is_open(at("2026-07-06T10:00:03Z")));
}
