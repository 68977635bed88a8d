//! When the office opens, in other words.

use switchboard_hours::{Names, Schedule, Wording, is_english};

use crate::{at, london};

const GERMAN: [&str; 4] = [
    "heute um {time} Uhr",
    "morgen um {time} Uhr",
    "am {weekday} um {time} Uhr",
    "am {weekday}, dem {day}. {month}, um {time} Uhr",
];

fn worded(tag: &str, [today, tomorrow, this_week, later]: [&str; 4], then: &str) -> String {
    let wording = Wording {
        today,
        tomorrow,
        this_week,
        later,
        names: Names::of(tag).unwrap(),
    };
    let office = Schedule::new(&london()).unwrap();
    office
        .moment(at(then), at("2026-03-02T08:00:00Z"))
        .worded(&wording, tag)
}

#[test]
fn each_distance_has_its_words() {
    let said = [
        "2026-03-02T13:05:00Z",
        "2026-03-03T09:00:00Z",
        "2026-03-07T00:00:00Z",
        "2026-03-09T12:30:00Z",
    ]
    .map(|then| worded("de-DE", GERMAN, then));
    assert_eq!(
        said,
        [
            "heute um 13:05 Uhr",
            "morgen um 9:00 Uhr",
            "am Samstag um 0:00 Uhr",
            "am Montag, dem 9. März, um 12:30 Uhr"
        ]
    );
}

#[test]
fn days_and_months_have_the_names_of_the_language() {
    let say = |tag| worded(tag, ["{weekday} {day} {month} {time}"; 4], "2026-03-05T13:00:00Z");
    assert_eq!(say("fr-FR"), "jeudi 5 mars 13:00");
    assert_eq!(say("de-AT"), "Donnerstag 5 März 13:00");
    assert_eq!(say("cs-CZ"), "Čtvrtek 5 března 13:00");
    assert_eq!(say("cmn-CN"), "星期四 5 三月 13:00");
    assert_eq!(say("en-GB"), "Thursday 5 March 1 pm");
}

#[test]
fn tags_with_a_country_are_known_and_some_without() {
    for tag in [
        "de-DE",
        "de",
        "DE-de",
        "fr-CA",
        "es-419",
        "zh-Hant-TW",
        "nb-NO",
        "en-GB-WLS",
    ] {
        assert!(Names::of(tag).is_some(), "{tag}");
    }
    for tag in ["", "-", "xx", "klingon", "de_DE"] {
        assert!(Names::of(tag).is_none(), "{tag}");
    }
    assert!(is_english("en-US") && is_english("EN") && !is_english("de-DE"));
}
