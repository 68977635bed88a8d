//! Times as people type them.

use switchboard_hours::{Edge, Schedule};

use crate::{at, london};

fn read(text: &str, edge: Edge) -> Result<String, String> {
    let office = Schedule::new(&london()).unwrap();
    office
        .instant(text, at("2026-07-06T10:15:30Z"), edge)
        .map(|instant| instant.to_rfc3339())
}

#[test]
fn the_offices_clock_is_meant() {
    for (text, from, until) in [
        ("now", "2026-07-06T10:15:30+00:00", "2026-07-06T10:15:30+00:00"),
        ("17:30", "2026-07-06T16:30:00+00:00", "2026-07-06T16:30:00+00:00"),
        ("24:00", "2026-07-06T23:00:00+00:00", "2026-07-06T23:00:00+00:00"),
        (
            "2026-12-28T10:00",
            "2026-12-28T10:00:00+00:00",
            "2026-12-28T10:00:00+00:00",
        ),
        (
            "2026-07-28 9:05",
            "2026-07-28T08:05:00+00:00",
            "2026-07-28T08:05:00+00:00",
        ),
        (
            "2026-07-28T09:05:10",
            "2026-07-28T08:05:10+00:00",
            "2026-07-28T08:05:10+00:00",
        ),
        ("+45m", "2026-07-06T11:00:30+00:00", "2026-07-06T11:00:30+00:00"),
        ("+2h", "2026-07-06T12:15:30+00:00", "2026-07-06T12:15:30+00:00"),
        // A date includes its day.
        (
            "2026-07-28",
            "2026-07-27T23:00:00+00:00",
            "2026-07-28T23:00:00+00:00",
        ),
        // With an offset it is an instant like any other.
        (
            "2026-07-28T10:00:00+05:45",
            "2026-07-28T04:15:00+00:00",
            "2026-07-28T04:15:00+00:00",
        ),
        // Skipped: the jump. Twice: the widest.
        (
            "2026-03-29T01:30",
            "2026-03-29T01:00:00+00:00",
            "2026-03-29T01:00:00+00:00",
        ),
        (
            "2026-10-25T01:30",
            "2026-10-25T00:30:00+00:00",
            "2026-10-25T01:30:00+00:00",
        ),
    ] {
        assert_eq!(read(text, Edge::From).as_deref(), Ok(from), "{text}");
        assert_eq!(read(text, Edge::Until).as_deref(), Ok(until), "{text}");
    }
}

#[test]
fn anything_else_is_refused_with_what_was_expected() {
    for text in [
        "",
        "tomorrow",
        "25:00",
        "2026-02-30",
        "2026-12-28T25:00",
        "28/12/2026",
        "2026-12-28T10",
    ] {
        let said = read(text, Edge::From).unwrap_err();
        assert!(
            said.starts_with("expected a date and time of the office"),
            "{said}"
        );
        assert!(said.ends_with(&format!("found `{text}`")), "{said}");
    }
}
