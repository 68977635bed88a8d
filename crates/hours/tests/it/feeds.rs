//! iCalendar feeds, as programs really write them.

use proptest::prelude::*;
use switchboard_hours::{Feed, FeedError, Schedule, Settings};

use crate::{at, london, utc_zone};

fn calendar(events: &str) -> String {
    let body = events.trim().replace('\n', "\r\n");
    format!("BEGIN:VCALENDAR\r\nVERSION:2.0\r\n{body}\r\nEND:VCALENDAR\r\n")
}

fn event(lines: &str) -> String {
    calendar(&format!("BEGIN:VEVENT\n{}\nEND:VEVENT", lines.trim()))
}

fn days(text: &str) -> Vec<String> {
    let feed = Feed::parse("office", text, &utc_zone(), 2020..=2030).unwrap();
    let skipped = feed.skipped().iter().map(|skipped| format!("skipped {skipped}"));
    feed.days()
        .iter()
        .map(|day| format!("{} {}", day.date, day.name))
        .chain(skipped)
        .collect()
}

#[test]
fn whole_days_with_everything_that_stands_in_real_files() {
    let text = calendar(
        "BEGIN:VTIMEZONE\nTZID:Europe/London\nBEGIN:STANDARD\nDTSTART:19961027T020000\nEND:STANDARD\nEND:VTIMEZONE\n\
         BEGIN:VEVENT\nUID:1\nDTSTART;VALUE=DATE:20261225\nDTEND;VALUE=DATE:20261227\nSUMMARY:Christmas\\, closed\\n\n  for all\n\
         BEGIN:VALARM\nDTSTART;VALUE=DATE:20200101\nSUMMARY:alarm\nEND:VALARM\nEND:VEVENT\n\
         BEGIN:VEVENT\nUID:2\nDTSTART;X-NOTE=\"a:b;c\";VALUE=DATE:20260706\nSUMMARY;LANGUAGE=en:Sum\n mer party\nEND:VEVENT",
    );
    assert_eq!(
        days(&text),
        [
            "2026-07-06 Summer party",
            "2026-12-25 Christmas, closed  for all",
            "2026-12-26 Christmas, closed  for all"
        ]
    );
    // Bare line feeds and a byte order mark.
    assert_eq!(days(&format!("\u{feff}{}", text.replace('\r', ""))), days(&text));
}

#[test]
fn lengths() {
    for (lines, expected) in [
        ("DTSTART;VALUE=DATE:20260706", &["2026-07-06 day off"][..]),
        ("DTSTART:20260706\nDTEND:20260706", &["2026-07-06 day off"]),
        (
            "DTSTART:20260706\nDURATION:P2D",
            &["2026-07-06 day off", "2026-07-07 day off"],
        ),
        (
            "DTSTART:20260706\nDURATION:PT2H",
            &["skipped day off: its length is not in whole days"],
        ),
        (
            "DTSTART:20260706T090000\nDTEND:20260706T100000",
            &["skipped day off: it has a time of day"],
        ),
        (
            "DTSTART:20260706\nDTEND:20290706",
            &["skipped day off: it is longer than a year"],
        ),
        (
            "DTSTART:2026-07-06",
            &["skipped day off: its date cannot be read"],
        ),
        ("SUMMARY:Some day", &["skipped Some day: it has no date"]),
        ("DTSTART:20260706\nSTATUS:CANCELLED", &[]),
    ] {
        assert_eq!(days(&event(lines)), expected, "{lines}");
    }
}

#[test]
fn repetitions() {
    let dates = |lines: &str| -> Vec<String> {
        days(&event(lines))
            .into_iter()
            .map(|line| line.trim_end_matches(" day off").to_owned())
            .collect()
    };
    for (lines, expected) in [
        (
            "DTSTART:20270501\nRRULE:FREQ=YEARLY;COUNT=2",
            &["2027-05-01", "2028-05-01"][..],
        ),
        (
            "DTSTART:20180501\nRRULE:FREQ=YEARLY;UNTIL=20211231T000000Z",
            &["2020-05-01", "2021-05-01"],
        ),
        (
            "DTSTART:20201126\nRRULE:FREQ=YEARLY;BYMONTH=11;BYDAY=4TH;COUNT=3",
            &["2020-11-26", "2021-11-25", "2022-11-24"],
        ),
        (
            "DTSTART:20290528\nRRULE:FREQ=YEARLY;BYMONTH=5;BYDAY=-1MO",
            &["2029-05-28", "2030-05-27"],
        ),
        (
            "DTSTART:20260706\nRRULE:FREQ=WEEKLY;INTERVAL=2;COUNT=3",
            &["2026-07-06", "2026-07-20", "2026-08-03"],
        ),
        (
            "DTSTART:20260131\nRRULE:FREQ=MONTHLY;BYMONTHDAY=-1;COUNT=3",
            &["2026-01-31", "2026-02-28", "2026-03-31"],
        ),
        // Months without a 31st are passed over.
        (
            "DTSTART:20260131\nRRULE:FREQ=MONTHLY;COUNT=2",
            &["2026-01-31", "2026-03-31"],
        ),
        (
            "DTSTART:20240229\nRRULE:FREQ=YEARLY",
            &["2024-02-29", "2028-02-29"],
        ),
        (
            "DTSTART:20260706\nRRULE:FREQ=DAILY;COUNT=3\nEXDATE;VALUE=DATE:20260707\nRDATE:20260801",
            &["2026-07-06", "2026-07-08", "2026-08-01"],
        ),
        (
            "DTSTART:20260706\nRRULE:FREQ=YEARLY;BYSETPOS=1",
            &["skipped day off: its repetition is not understood"],
        ),
        (
            "DTSTART:20260706\nRRULE:FREQ=HOURLY",
            &["skipped day off: its repetition is not understood"],
        ),
        (
            "DTSTART:20260706\nRRULE:FREQ=YEARLY;INTERVAL=0",
            &["skipped day off: its repetition is not understood"],
        ),
    ] {
        assert_eq!(dates(lines), expected, "{lines}");
    }
}

#[test]
fn one_of_a_series_can_be_moved() {
    let text = calendar(
        "BEGIN:VEVENT\nUID:a\nDTSTART:20260706\nRRULE:FREQ=WEEKLY;COUNT=3\nSUMMARY:Stocktaking\nEND:VEVENT\n\
         BEGIN:VEVENT\nUID:a\nRECURRENCE-ID:20260713\nDTSTART:20260714\nSUMMARY:Stocktaking\nEND:VEVENT",
    );
    assert_eq!(
        days(&text),
        [
            "2026-07-06 Stocktaking",
            "2026-07-14 Stocktaking",
            "2026-07-20 Stocktaking"
        ]
    );
}

#[test]
fn what_is_no_calendar_is_refused() {
    for text in [
        "",
        "<html>504</html>",
        "BEGIN:VCALENDAR\nBEGIN:VEVENT\nDTSTART:20260706",
    ] {
        assert_eq!(
            Feed::parse("office", text, &utc_zone(), 2020..=2030),
            Err(FeedError::NoCalendar),
            "{text}"
        );
    }
    let many = event("DTSTART:20200101\nDTEND:20201231\nRRULE:FREQ=DAILY");
    assert_eq!(
        Feed::parse("office", &many, &utc_zone(), 2020..=2030),
        Err(FeedError::TooLarge)
    );
}

#[test]
fn its_days_close_like_holidays_and_say_where_they_are_from() {
    let feed = Feed::parse(
        "closures",
        &event("DTSTART:20260706\nSUMMARY:Summer party"),
        &utc_zone(),
        2020..=2030,
    )
    .unwrap();
    let office = Schedule::new(&Settings {
        region: None,
        ..london()
    })
    .unwrap()
    .with_feeds(vec![feed]);
    let state = office.state(at("2026-07-06T10:00:00Z"));
    assert_eq!(
        (state.open, state.reason.to_string().as_str()),
        (false, "Summer party (closures)")
    );
    // In place of those it had.
    assert!(office.with_feeds(Vec::new()).is_open(at("2026-07-06T10:00:00Z")));
}

/// What a stranger could send to keep us busy: as large as it may be, and every part of it asked against every other.
#[test]
fn a_calendar_made_to_be_slow_is_read_or_refused_in_time() {
    let dates = |name: &str, count: u32| -> String {
        let dates: Vec<String> = (0..count)
            .map(|n| format!("2{:03}{:02}{:02}", n % 1000, n % 12 + 1, n % 28 + 1))
            .collect();
        format!("{name}:{}\n", dates.join(","))
    };
    let exceptions = event(&format!(
        "DTSTART:20260706\n{}{}",
        dates("EXDATE", 200_000),
        dates("RDATE", 200_000)
    ));
    assert!(exceptions.len() < Feed::MOST_BYTES);
    assert!(days(&exceptions).len() <= 1);

    let moved: Vec<String> = (0..30_000)
        .map(|n| {
            let date = format!("2026{:02}{:02}", n % 12 + 1, n % 28 + 1);
            format!("BEGIN:VEVENT\nUID:1\nDTSTART:{date}\nRECURRENCE-ID:20260101\nEND:VEVENT")
        })
        .collect();
    let feed = Feed::parse("any", &calendar(&moved.join("\n")), &utc_zone(), 2020..=2030);
    assert_eq!(feed.unwrap_err(), FeedError::TooLarge, "that many days");

    let rules = "BEGIN:VEVENT\nDTSTART:19000101\nRRULE:FREQ=DAILY;COUNT=1\nEND:VEVENT\n".repeat(600);
    assert_eq!(
        Feed::parse("any", &calendar(&rules), &utc_zone(), 2020..=2030).unwrap_err(),
        FeedError::TooLarge
    );
}

#[test]
fn a_copy_that_is_missing_or_old_is_warned_of() {
    let office = Schedule::new(&london()).unwrap();
    let told = |feed: Feed, now: &str| -> Vec<String> {
        let warnings = office.with_feeds(vec![feed]).warnings(at(now));
        let told = warnings.iter().map(ToString::to_string);
        told.filter(|warning| warning.starts_with("feed ")).collect()
    };
    let now = "2026-07-06T10:00:00Z";
    assert_eq!(
        told(Feed::absent("closures"), now),
        ["feed closures: no copy of it yet, so its days off are not known"]
    );
    let read = || Feed::parse("closures", &event("DTSTART:20260706"), &utc_zone(), 2020..=2030).unwrap();
    assert!(told(read(), now).is_empty());
    let day = chrono::TimeDelta::hours(24);
    assert!(told(read().checked(at("2026-07-05T10:00:01Z"), day), now).is_empty());
    assert_eq!(
        told(read().checked(at("2026-07-05T10:00:00Z"), day), now),
        ["feed closures: last read on 2026-07-05 10:00 UTC, so its days off may be out of date"]
    );
    assert!(told(read().checked(at(now), chrono::TimeDelta::MAX), now).is_empty());
}

proptest! {
    #[test]
    fn nothing_panics(
        parts in prop::collection::vec("(BEGIN|END):(VEVENT|VCALENDAR|VALARM)|(DTSTART|DTEND|EXDATE|RDATE|RECURRENCE-ID)(;VALUE=DATE)?:[0-9]{8}|RRULE:FREQ=(YEARLY|MONTHLY|WEEKLY|DAILY);(INTERVAL|COUNT|BYMONTH|BYMONTHDAY|BYDAY)=-?[0-9]{1,10}(MO)?|DURATION:P[0-9]{1,6}[DW]|\\PC{0,20}", 0..12),
    ) {
        let text = calendar(&parts.join("\n"));
        let _ = Feed::parse("any", &text, &utc_zone(), 2020..=2030);
        let _ = Feed::parse("any", &parts.join("\n"), &utc_zone(), 2020..=2030);
    }
}
