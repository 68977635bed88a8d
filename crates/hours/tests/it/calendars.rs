//! Calendars as Outlook, Exchange, Google and Apple really write them.

use std::fmt::Write as _;

use switchboard_hours::{Feed, Schedule, Settings, Zone};

use crate::{at, london};

const BERLIN: &str = "BEGIN:VTIMEZONE\nTZID:W. Europe Standard Time\n\
     BEGIN:STANDARD\nDTSTART:16010101T030000\nTZOFFSETFROM:+0200\nTZOFFSETTO:+0100\n\
     RRULE:FREQ=YEARLY;INTERVAL=1;BYDAY=-1SU;BYMONTH=10\nEND:STANDARD\nEND:VTIMEZONE\n";

/// Each text is one event.
fn calendar(events: &[&str]) -> String {
    let mut text = format!("BEGIN:VCALENDAR\nVERSION:2.0\n{BERLIN}");
    for event in events {
        writeln!(text, "BEGIN:VEVENT\nUID:closure\n{event}\nEND:VEVENT").unwrap();
    }
    format!("{text}END:VCALENDAR\n").replace('\n', "\r\n")
}

fn read(zone: &str, text: &str) -> Feed {
    Feed::parse("office", text, &Zone::find(zone).unwrap(), 2020..=2030).unwrap()
}

/// The days as `0706`, then what is said of events.
fn days_in(zone: &str, text: &str) -> Vec<String> {
    let feed = read(zone, text);
    let days = feed.days().iter().map(|day| day.date.format("%m%d").to_string());
    days.chain(feed.skipped().iter().map(ToString::to_string))
        .collect()
}

fn days(events: &[&str]) -> Vec<String> {
    days_in("Europe/Berlin", &calendar(events))
}

#[test]
fn an_exception_of_whole_days_may_be_written_as_a_time() {
    for exception in [
        "EXDATE;TZID=W. Europe Standard Time:20260708T000000",
        "EXDATE:20260707T220000Z",
        "EXDATE;VALUE=DATE:20260708",
        "EXDATE:20260708T000000",
    ] {
        let event = format!(
            "DTSTART;VALUE=DATE:20260706\nDTEND;VALUE=DATE:20260707\n\
             RRULE:FREQ=DAILY;UNTIL=20260709;INTERVAL=1\n{exception}"
        );
        assert_eq!(days(&[&event]), ["0706", "0707", "0709"], "{exception}");
    }
    assert_eq!(
        days(&[
            "SUMMARY:Move\nDTSTART:20260706\nRRULE:FREQ=DAILY;COUNT=2\nEXDATE:tomorrow\nRDATE:20260708T000000,?"
        ]),
        [
            "0706",
            "0707",
            "0708",
            "Move: an exception of it cannot be read",
            "Move: a further date of it cannot be read"
        ]
    );
}

#[test]
fn one_of_a_series_is_moved_however_it_is_named() {
    let series = "DTSTART;VALUE=DATE:20260706\nRRULE:FREQ=WEEKLY;UNTIL=20260730;INTERVAL=1;BYDAY=MO;WKST=MO";
    for id in [
        "RECURRENCE-ID;TZID=W. Europe Standard Time:20260713T000000",
        "RECURRENCE-ID:20260712T220000Z",
        "RECURRENCE-ID;VALUE=DATE:20260713",
    ] {
        let moved = format!("{id}\nDTSTART;VALUE=DATE:20260714\nDTEND;VALUE=DATE:20260715");
        assert_eq!(days(&[series, &moved]), ["0706", "0714", "0720", "0727"], "{id}");
        assert_eq!(
            days(&[&moved, series]),
            ["0706", "0714", "0720", "0727"],
            "{id}, first"
        );
    }
}

#[test]
fn a_change_for_this_and_all_that_follow() {
    let series = "DTSTART;VALUE=DATE:20260706\nRRULE:FREQ=WEEKLY;COUNT=4\nSUMMARY:Stocktaking";
    let later = "RECURRENCE-ID;RANGE=THISANDFUTURE:20260713\nSUMMARY:Stocktaking";
    let on = |rest: &str| format!("{later}\n{rest}");
    assert_eq!(
        days(&[series, &on("DTSTART:20260714")]),
        ["0706", "0714", "0721", "0728"]
    );
    // Longer from then on; and once more changed, and one of them moved.
    assert_eq!(
        days(&[series, &on("DTSTART:20260713\nDURATION:P2D")]),
        ["0706", "0713", "0714", "0720", "0721", "0727", "0728"]
    );
    let again =
        "RECURRENCE-ID;RANGE=THISANDFUTURE;VALUE=DATE:20260727\nDTSTART:20260731\nSUMMARY:Stocktaking";
    let one = "RECURRENCE-ID:20260720\nDTSTART:20260801";
    assert_eq!(
        days(&[series, &on("DTSTART:20260714"), again, one]),
        ["0706", "0714", "0731", "0801"]
    );
    // Called off from then on, and gone on with by a rule of its own.
    assert_eq!(
        days(&[series, &on("STATUS:CANCELLED\nDTSTART:20260713")]),
        ["0706"]
    );
    assert_eq!(
        days(&[series, &on("DTSTART:20260715\nRRULE:FREQ=DAILY;COUNT=2")]),
        ["0706", "0715", "0716"]
    );
    // Without its series it is a day as any other.
    assert_eq!(days(&[&on("DTSTART:20260714")]), ["0714"]);
    assert_eq!(
        days(&[
            series,
            "SUMMARY:Stocktaking\nRECURRENCE-ID;RANGE=THISANDPRIOR:20260713\nDTSTART:20260714"
        ]),
        [
            "0706",
            "0714",
            "0720",
            "0727",
            "Stocktaking: how much of the series it replaces is not understood"
        ]
    );
}

#[test]
fn the_end_of_a_series_is_read_on_the_clock_of_the_office() {
    let once = "DTSTART;VALUE=DATE:20260708\nDTEND;VALUE=DATE:20260709\n\
                RRULE:FREQ=YEARLY;UNTIL=20260707T220000Z;INTERVAL=1;BYMONTHDAY=8;BYMONTH=7";
    // Its first day counts, whatever the end says and wherever the office is.
    for zone in ["Europe/Berlin", "Europe/London", "America/New_York"] {
        assert_eq!(days_in(zone, &calendar(&[once])), ["0708"], "{zone}");
    }
    let weekly = "DTSTART;VALUE=DATE:20260707\nRRULE:FREQ=WEEKLY;BYDAY=TU;UNTIL=20260720T220000Z";
    assert_eq!(days(&[weekly]), ["0707", "0714", "0721"]);
    // A second earlier is the day before, as programs end a series that was split.
    assert_eq!(days(&[&weekly.replace("220000", "215959")]), ["0707", "0714"]);
    // The calendar may say whose clock it is.
    let text = calendar(&[weekly]).replacen("VERSION", "X-WR-TIMEZONE:Europe/Berlin\r\nVERSION", 1);
    assert_eq!(days_in("America/New_York", &text), ["0707", "0714", "0721"]);
}

#[test]
fn a_whole_day_may_end_at_a_time_of_day() {
    assert_eq!(
        days(&[
            "DTSTART;VALUE=DATE:20260709\nDTEND:20260709T040001Z\nRRULE:FREQ=YEARLY;BYMONTH=7;COUNT=2;BYMONTHDAY=9"
        ]),
        ["0709", "0709"]
    );
    assert_eq!(
        days(&["SUMMARY:Party\nDTSTART;VALUE=DATE:20260708\nDTEND:20260709T150000Z"]),
        [
            "0708",
            "Party: it ends at a time of day, so its last day is not a day off"
        ]
    );
}

#[test]
fn the_last_working_day_of_each_month() {
    let found = days(&["DTSTART;VALUE=DATE:20260731\nDTEND;VALUE=DATE:20260801\n\
         RRULE:FREQ=MONTHLY;COUNT=5;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1"]);
    assert_eq!(found, ["0731", "0831", "0930", "1030", "1130"]);
    // The whole month is counted, also what of it is before the first day.
    let second = "DTSTART:20260708\nRRULE:FREQ=MONTHLY;BYDAY=WE,TH;BYSETPOS=3;COUNT=2";
    assert_eq!(days(&[second]), ["0708", "0812"]);
}

#[test]
fn midnight_to_midnight_is_a_whole_day() {
    for (times, expected) in [
        (
            "DTSTART;TZID=W. Europe Standard Time:20260708T000000\nDTEND;TZID=W. Europe Standard Time:20260709T000000",
            "0708",
        ),
        ("DTSTART:20260707T220000Z\nDTEND:20260708T220000Z", "0708"),
        ("DTSTART:20260708T000000\nDURATION:PT24H", "0708"),
        ("DTSTART:20260708T000000\nDTEND:20260708T235900", "0708"),
        ("DTSTART:20260708T000000\nDTEND:20260708T235959", "0708"),
        // Marked as a whole day, and written on the clock of London.
        (
            "DTSTART:20260707T230000Z\nDTEND:20260708T230000Z\nX-MICROSOFT-CDO-ALLDAYEVENT:TRUE",
            "0708",
        ),
    ] {
        assert_eq!(days(&[times]), [expected], "{times}");
    }
    for times in [
        "DTSTART:20260708T000000",
        "DTSTART:20260708T000000\nDTEND:20260708T120000",
        "DTSTART:20260708T090000\nDTEND:20260709T090000",
    ] {
        let event = format!("SUMMARY:Meeting\n{times}");
        assert_eq!(days(&[&event]), ["Meeting: it has a time of day"], "{times}");
    }
}

#[test]
fn repeated_midnights() {
    assert_eq!(
        days(&[
            "DTSTART;TZID=Europe/Berlin:20260706T000000\nDTEND;TZID=Europe/Berlin:20260707T000000\n\
                RRULE:FREQ=WEEKLY;BYDAY=MO;UNTIL=20260719T220000Z"
        ]),
        ["0706", "0713", "0720"]
    );
    // Monday in UTC is no Monday there, and which one is meant is not known.
    assert_eq!(
        days(&["SUMMARY:Move\nDTSTART:20260705T220000Z\nDTEND:20260706T220000Z\nRRULE:FREQ=WEEKLY;BYDAY=SU"]),
        ["Move: its repetition is not understood"]
    );
    assert_eq!(
        days(&["DTSTART:20260705T220000Z\nDTEND:20260706T220000Z\nRRULE:FREQ=WEEKLY;COUNT=2"]),
        ["0706", "0713"]
    );
}

#[test]
fn the_parts_of_a_rule_stand_in_any_order() {
    let weekends = ["0103", "0111", "0117", "0125", "0131", "0208"];
    for rule in [
        "FREQ=WEEKLY;WKST=SU;INTERVAL=2;BYDAY=SA,SU;UNTIL=20260208",
        "INTERVAL=2;BYDAY=SA,SU;UNTIL=20260208;WKST=SU;FREQ=WEEKLY",
        "UNTIL=20260208;BYDAY=SU,SA;FREQ=WEEKLY;INTERVAL=2;WKST=SU",
    ] {
        let event = format!("DTSTART;VALUE=DATE:20260103\nDTEND;VALUE=DATE:20260104\nRRULE:{rule}");
        assert_eq!(days(&[&event]), weekends, "{rule}");
    }
    // With one weekday the week's start cannot matter.
    for start in ["SU", "MO", "SA"] {
        let event = format!("DTSTART:20260102\nRRULE:FREQ=WEEKLY;INTERVAL=2;BYDAY=FR;WKST={start};COUNT=3");
        assert_eq!(days(&[&event]), ["0102", "0116", "0130"], "{start}");
    }
}

#[test]
fn a_rule_that_says_two_things_or_nothing_is_not_guessed_at() {
    for rule in [
        "FREQ=WEEKLY;FREQ=DAILY",
        "INTERVAL=2",
        "FREQ=WEEKLY;BYDAY=1MO",
        "FREQ=WEEKLY;BYMONTHDAY=1",
        "FREQ=MONTHLY;BYWEEKNO=3",
        "FREQ=MONTHLY;BYYEARDAY=3",
        "FREQ=YEARLY;BYEASTER=1",
        "FREQ=YEARLY;BYMONTHDAY=0",
        "FREQ=DAILY;COUNT=0",
    ] {
        let event = format!("SUMMARY:Move\nDTSTART:20260706\nRRULE:{rule}");
        assert_eq!(
            days(&[&event]),
            ["Move: its repetition is not understood"],
            "{rule}"
        );
    }
    assert_eq!(
        days(&["SUMMARY:Move\nDTSTART:20260706\nRRULE:FREQ=DAILY;COUNT=3\nEXRULE:FREQ=DAILY;INTERVAL=2"]),
        ["Move: its repetition is not understood"]
    );
    // Of a whole day a time means nothing.
    assert_eq!(
        days(&["DTSTART:20260706\nRRULE:FREQ=DAILY;COUNT=2;BYHOUR=9"]),
        ["0706", "0707"]
    );
}

#[test]
fn a_rule_that_is_never_met_costs_no_more_than_another() {
    let never =
        "BEGIN:VEVENT\nDTSTART:00010101\nRRULE:FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30\nEND:VEVENT\n".repeat(500);
    let text = format!("BEGIN:VCALENDAR\n{never}END:VCALENDAR");
    assert!(read("Europe/Berlin", &text).days().is_empty());
}

#[test]
fn a_file_in_another_alphabet_is_read_and_told_of() {
    let latin = b"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nBEGIN:VEVENT\r\nUID:a\r\nSUMMARY:Betriebsausfl\xfcg \x80\r\n\
                  DTSTART;VALUE=DATE:20260709\r\nDTEND;VALUE=DATE:20260710\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n";
    let text = Feed::text(latin.to_vec());
    let feed = read("Europe/Berlin", &text);
    assert_eq!(&*feed.days()[0].name, "Betriebsausflüg €");
    let office = Schedule::new(&london()).unwrap().with_feeds(vec![feed]);
    let told: Vec<String> = office
        .warnings(at("2026-07-01T10:00:00Z"))
        .iter()
        .map(ToString::to_string)
        .collect();
    assert_eq!(
        told,
        ["feed office: the calendar: it is not UTF-8, so letters of its titles may be wrong"]
    );
    // UTF-16 says what it is.
    let wide: Vec<u8> = format!("\u{feff}{}", calendar(&["DTSTART:20260709\nSUMMARY:Fête"]))
        .encode_utf16()
        .flat_map(u16::to_le_bytes)
        .collect();
    assert_eq!(&*read("Europe/Berlin", &Feed::text(wide)).days()[0].name, "Fête");
    assert_eq!(Feed::text(b"plain".to_vec()), "plain");
}

#[test]
fn of_many_events_that_give_no_day_off_some_are_named_and_all_are_counted() {
    let meetings: Vec<String> = (1..=28)
        .map(|day| {
            format!("SUMMARY:Meeting {day}\nDTSTART:202607{day:02}T090000\nDTEND:202607{day:02}T100000")
        })
        .collect();
    let meetings: Vec<&str> = meetings.iter().map(String::as_str).collect();
    let office = Schedule::new(&Settings {
        region: None,
        ..london()
    })
    .unwrap()
    .with_feeds(vec![read("Europe/Berlin", &calendar(&meetings))]);
    let told: Vec<String> = office
        .warnings(at("2026-07-01T10:00:00Z"))
        .iter()
        .map(ToString::to_string)
        .collect();
    assert_eq!(told.len(), 11);
    assert_eq!(
        told[0],
        "feed office: no day off from Meeting 1: it has a time of day"
    );
    assert_eq!(told[10], "feed office: and no day off from 18 other events");
}
