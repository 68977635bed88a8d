//! Questions with known answers.

use chrono::Weekday;
use switchboard_hours::Reason;

use crate::{at, schedule};

const OFFICE: &str = "monday 09:00-18:00; tuesday 09:00-18:00; wednesday 09:00-18:00; thursday 09:00-18:00; \
                      friday 09:00-18:00";

#[test]
fn opens_on_the_minute_and_closes_at_the_stroke() {
    let london = schedule("Europe/London", OFFICE);
    // 8 July 2013 is a Monday in British Summer Time.
    for (instant, open) in [
        ("2013-07-08T07:59:59.999Z", false),
        ("2013-07-08T08:00:00Z", true),
        ("2013-07-08T16:59:59.999Z", true),
        ("2013-07-08T17:00:00Z", false),
        ("2013-07-06T11:00:00Z", false),
    ] {
        assert_eq!(london.is_open(at(instant)), open, "{instant}");
        assert_eq!(london.state(at(instant)).open, open, "{instant}");
    }
}

#[test]
fn the_reason_names_the_range() {
    let london = schedule("Europe/London", "monday 09:00-13:00, 14:00-18:00");
    let state = london.state(at("2026-01-05T15:00:00Z"));
    let Reason::InRange(rule) = state.reason else {
        panic!("{state:?}")
    };
    assert_eq!(
        (rule.place().as_str(), rule.to_string().as_str()),
        ("weekly.monday[1]", "Monday 14:00-18:00")
    );
    assert_eq!(state.until, Some(at("2026-01-05T18:00:00Z")));

    assert_eq!(
        london.state(at("2026-01-05T13:30:00Z")).reason,
        Reason::OutsideRanges(Weekday::Mon)
    );
    assert_eq!(
        london.state(at("2026-01-06T13:30:00Z")).reason,
        Reason::DayClosed(Weekday::Tue)
    );
}

#[test]
fn a_night_belongs_to_the_day_it_starts_on() {
    let bar = schedule("Europe/London", "friday 22:00-02:00; sunday 23:00-01:00");
    for (instant, open) in [
        ("2026-01-09T21:59:59Z", false),
        ("2026-01-09T22:00:00Z", true),
        ("2026-01-10T01:59:59Z", true),
        ("2026-01-10T02:00:00Z", false),
        // Friday's own small hours are Thursday's night, and there is none.
        ("2026-01-09T01:00:00Z", false),
        // Over the end of the week.
        ("2026-01-12T00:30:00Z", true),
        ("2026-01-12T01:00:00Z", false),
    ] {
        assert_eq!(bar.is_open(at(instant)), open, "{instant}");
    }
    let Reason::InRange(rule) = bar.state(at("2026-01-12T00:30:00Z")).reason else {
        panic!()
    };
    assert_eq!((rule.day, rule.crosses_midnight()), (Weekday::Sun, true));
}

#[test]
fn touching_ranges_are_one_opening() {
    let office = schedule(
        "UTC",
        "friday 20:00-24:00; saturday 24h; sunday 24h; monday 00:00-09:00, 09:00-12:00",
    );
    let state = office.state(at("2026-01-09T20:30:00Z"));
    assert_eq!(state.until, Some(at("2026-01-12T12:00:00Z")));
}

#[test]
fn always_open_never_changes() {
    let days = [
        "monday",
        "tuesday",
        "wednesday",
        "thursday",
        "friday",
        "saturday",
        "sunday",
    ];
    let always = schedule("Europe/London", &days.map(|day| format!("{day} 24h")).join(";"));
    assert_eq!(always.next_change(at("2026-01-09T20:30:00Z")), None);
    assert_eq!(always.next_opening(at("2026-01-09T20:30:00Z")), None);
    assert_eq!(
        always.summary(at("2026-01-09T20:30:00Z")).to_string(),
        "always open"
    );
}

#[test]
fn a_skipped_hour_does_not_open_and_a_doubled_one_opens_twice() {
    // Clocks in London skip 01:00-02:00 on 29 March 2026 and show it twice on 25 October 2026.
    let night = schedule("Europe/London", "sunday 01:15-01:45");
    assert_eq!(
        night.next_opening(at("2026-03-28T12:00:00Z")),
        Some(at("2026-04-05T00:15:00Z"))
    );
    let mut seen = Vec::new();
    let mut now = at("2026-10-24T12:00:00Z");
    for _ in 0..4 {
        now = night.next_change(now).unwrap();
        seen.push(now);
    }
    assert_eq!(
        seen,
        [
            at("2026-10-25T00:15:00Z"),
            at("2026-10-25T00:45:00Z"),
            at("2026-10-25T01:15:00Z"),
            at("2026-10-25T01:45:00Z"),
        ]
    );
}

#[test]
fn a_clock_change_itself_can_open_and_close() {
    let early = schedule("Europe/London", "sunday 01:30-03:00");
    // Forward: 01:00 becomes 02:00, inside the range. Back: 02:00 becomes 01:00, outside it.
    assert_eq!(
        early.next_change(at("2026-03-28T12:00:00Z")),
        Some(at("2026-03-29T01:00:00Z"))
    );
    assert_eq!(
        early.next_change(at("2026-10-25T00:40:00Z")),
        Some(at("2026-10-25T01:00:00Z"))
    );
}

#[test]
fn a_whole_day_can_be_skipped() {
    // Samoa had no 30 December 2011, a Friday.
    let samoa = schedule("Pacific/Apia", "friday 09:00-17:00");
    let opening = samoa.next_opening(at("2011-12-24T12:00:00Z")).unwrap();
    assert_eq!(
        samoa.moment(opening, opening).local.to_string(),
        "2012-01-06 09:00:00"
    );
}

#[test]
fn summaries_speak_of_the_wall_clock() {
    let london = schedule("Europe/London", OFFICE);
    for (instant, line) in [
        ("2026-07-06T12:00:00Z", "open until today 18:00"),
        ("2026-07-06T05:00:00Z", "closed, opens today 09:00"),
        ("2026-07-06T20:00:00Z", "closed, opens tomorrow 09:00"),
        ("2026-07-10T20:00:00Z", "closed, opens Monday 09:00"),
    ] {
        assert_eq!(london.summary(at(instant)).to_string(), line);
    }
    let weekly = schedule("Europe/London", "monday 09:00-10:00");
    assert_eq!(
        weekly.summary(at("2026-07-06T12:00:00Z")).to_string(),
        "closed, opens Monday 2026-07-13 09:00"
    );
}

#[test]
fn next_opening_looks_past_the_coming_close() {
    let london = schedule("Europe/London", OFFICE);
    assert_eq!(
        london.next_opening(at("2026-01-09T12:00:00Z")),
        Some(at("2026-01-12T09:00:00Z"))
    );
}

#[test]
fn the_ends_of_time_are_survived() {
    let london = schedule("Europe/London", OFFICE);
    for instant in [
        chrono::DateTime::<chrono::Utc>::MIN_UTC,
        chrono::DateTime::<chrono::Utc>::MAX_UTC,
    ] {
        let _ = london.state(instant);
        let _ = london.summary(instant).to_string();
    }
}
