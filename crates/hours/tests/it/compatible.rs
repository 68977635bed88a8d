//! What the Ruby libraries `in_business` 0.0.4 and holidays 11.1.0 do, case by case: where this crate agrees, and
//! where it does not and why. Their answers were taken down by running them.

use chrono::NaiveDate;
use switchboard_hours::{Feed, Region, Schedule, Settings};

use crate::{at, day, london};

/// In zone and week of `in_business`' own tests, with its closing minute.
fn office(monday: &[&str]) -> Result<Schedule, String> {
    let settings = Settings {
        time_zone: "Europe/London".to_owned(),
        weekly: [(
            "monday".to_owned(),
            monday.iter().map(|&text| text.to_owned()).collect(),
        )]
        .into(),
        closing_minute: "open".to_owned(),
        ..Settings::default()
    };
    Schedule::new(&settings).map_err(|faults| faults[0].expected().to_owned())
}

/// 8 July 2013, a Monday, on London's clock.
fn open(monday: &[&str], time: &str) -> bool {
    let office = office(monday).unwrap();
    let instant = office.instant(
        &format!("2013-07-08T{time}"),
        at("2013-07-08T00:00:00Z"),
        switchboard_hours::Edge::From,
    );
    office.is_open(instant.unwrap())
}

mod in_business {
    use super::*;

    #[test]
    fn agrees_nothing_configured_is_closed() {
        let office = Schedule::parse("Europe/London", &std::collections::BTreeMap::new()).unwrap();
        assert!(!office.is_open(at("2013-07-08T10:00:00Z")));
    }

    #[test]
    fn agrees_on_opening_and_closing_minute() {
        for (time, is_open) in [
            ("08:59:59", false),
            ("09:00:00", true),
            ("18:00:00", true),
            ("18:00:59", true),
            ("18:01:00", false),
        ] {
            assert_eq!(open(&["09:00-18:00"], time), is_open, "{time}");
        }
    }

    /// Three dots there; the default here.
    #[test]
    fn agrees_that_an_open_end_closes_at_the_stroke() {
        let office = Schedule::new(&london()).unwrap();
        assert!(office.is_open(at("2013-07-08T16:59:59Z")));
        assert!(!office.is_open(at("2013-07-08T17:00:00Z")));
    }

    /// It compares texts: "9:00" is after "18:00", so an office with these hours never opened.
    #[test]
    fn differs_on_one_digit_hours_which_are_times_here() {
        assert!(open(&["9:00-18:00"], "10:00:00"));
        assert!(!open(&["09:00-9:30"], "23:00:00"));
    }

    /// Closed at all three there.
    #[test]
    fn differs_on_nights_which_run_past_midnight_here() {
        let office = office(&["22:00-02:00"]).unwrap();
        assert!(office.is_open(at("2013-07-08T22:00:00Z"))); // Monday 23:00
        assert!(!office.is_open(at("2013-07-08T00:00:00Z"))); // Monday 01:00
        assert!(office.is_open(at("2013-07-09T00:00:00Z"))); // Tuesday 01:00
        assert!(office.is_open(at("2013-07-09T01:00:59Z"))); // Tuesday 02:00, the closing minute
        assert!(!office.is_open(at("2013-07-09T01:01:00Z")));
    }

    #[test]
    fn agrees_on_whole_days() {
        assert!(open(&["00:00-24:00"], "00:00:00"));
        assert!(open(&["00:00-24:00"], "23:59:59"));
        // And no minute of Tuesday with it: no clock shows 24:00.
        assert!(
            !office(&["00:00-24:00"])
                .unwrap()
                .is_open(at("2013-07-08T23:00:00Z"))
        );
    }

    /// Open for one minute there, which nobody can have meant.
    #[test]
    fn differs_on_empty_ranges_which_are_faults_here() {
        assert_eq!(
            office(&["00:00-00:00"]).unwrap_err(),
            "a range that is not empty (`24h` is the whole day)"
        );
    }

    /// `("09:00"..)` there; written out here.
    #[test]
    fn differs_on_open_ended_ranges_which_have_to_be_written_out() {
        assert!(office(&["09:00-"]).is_err());
        assert!(office(&["-12:00"]).is_err());
        assert!(open(&["09:00-24:00"], "23:59:59"));
        assert!(open(&["00:00-12:00"], "00:00:00"));
    }

    /// An array of ranges is an error there.
    #[test]
    fn differs_on_several_ranges_which_are_fine_here() {
        let day = &["09:00-12:00", "13:00-18:00"];
        assert!(open(day, "12:00:59"));
        assert!(!open(day, "12:01:00"));
        assert!(open(day, "13:00:00"));
    }

    /// `9..18` is closed for ever there; `:mon` is ignored; both without a word.
    #[test]
    fn differs_on_nonsense_which_is_refused_here() {
        assert!(office(&["9-18"]).is_err());
        let settings = Settings {
            weekly: [("mon".to_owned(), vec!["09:00-18:00".to_owned()])].into(),
            ..london()
        };
        assert!(Schedule::new(&settings).is_err());
    }

    /// The zone of the argument decides there, and without one that of the server; here the office's always does.
    #[test]
    fn differs_on_zones_because_an_instant_is_an_instant() {
        let office = Schedule::new(&london()).unwrap();
        let london = office
            .instant(
                "2013-07-08T17:30",
                at("2013-07-08T00:00:00Z"),
                switchboard_hours::Edge::From,
            )
            .unwrap();
        let sydney = chrono::DateTime::parse_from_rfc3339("2013-07-09T02:30:00+10:00").unwrap();
        assert_eq!(london, sydney);
        assert!(office.is_open(london) && office.is_open(sydney.to_utc()));
    }

    #[test]
    fn agrees_that_a_listed_day_is_closed_whole_and_twice_is_harmless() {
        let christmas = day("2013-12-25", None, "Christmas", &[]);
        let settings = Settings {
            region: None,
            days: vec![christmas.clone(), christmas],
            ..london()
        };
        let office = Schedule::new(&settings).unwrap();
        for instant in ["2013-12-25T09:00:00Z", "2013-12-25T17:59:59Z"] {
            assert!(!office.is_open(at(instant)));
        }
        assert!(office.is_open(at("2013-12-24T17:59:59Z")));
    }

    /// Times, texts and ranges in the list never match there, without a word.
    #[test]
    fn differs_on_days_that_are_none_which_are_faults_here() {
        for date in ["2013-12-25T10:00", "25/12/2013", "Christmas"] {
            let settings = Settings {
                days: vec![day(date, None, "Christmas", &[])],
                ..london()
            };
            assert!(Schedule::new(&settings).is_err(), "{date}");
        }
        let stretch = Settings {
            days: vec![day("2013-12-20", Some("2013-12-25"), "Christmas", &[])],
            ..london()
        };
        assert!(
            !Schedule::new(&stretch)
                .unwrap()
                .is_open(at("2013-12-23T10:00:00Z"))
        );
    }

    /// The predecessor's own example, with the month that must have been meant: an ordinary Wednesday in September
    /// is open, Christmas Day is not.
    #[test]
    fn agrees_on_what_the_predecessors_example_meant() {
        let office = Schedule::new(&london()).unwrap();
        assert!(office.is_open(at("2013-09-25T09:00:00Z")));
        assert!(!office.is_open(at("2013-12-25T10:00:00Z")));
    }
}

mod holidays_gem {
    use super::*;

    fn between(code: &str, from: &str, to: &str) -> Vec<String> {
        let (from, to): (NaiveDate, NaiveDate) = (from.parse().unwrap(), to.parse().unwrap());
        let region = Region::find(code).unwrap();
        let days = region
            .holidays()
            .iter()
            .filter(|day| from <= day.date && day.date <= to);
        days.map(|day| {
            format!(
                "{}{}",
                day.date.format("%m-%d"),
                if day.is_substitute() { "*" } else { "" }
            )
        })
        .collect()
    }

    /// `:gb` has Easter Sunday, on which no office in Britain is open for that reason.
    #[test]
    fn differs_on_easter_sunday_which_is_no_bank_holiday() {
        let ours = ["01-01", "03-29", "05-06", "05-27", "12-25", "12-26"];
        assert_eq!(between("GB", "2013-01-01", "2013-12-31"), ours);
    }

    #[test]
    fn agrees_on_england_and_scotland_apart_from_that() {
        let england = [
            "01-01", "03-29", "04-01", "05-06", "05-27", "08-26", "12-25", "12-26",
        ];
        assert_eq!(between("GB-ENG", "2013-01-01", "2013-12-31"), england);
        // Saint Andrew's Day was a Saturday: there without, here with the Monday after it.
        let scotland = [
            "01-01", "01-02", "03-29", "05-06", "05-27", "08-05", "11-30", "12-02*", "12-25", "12-26",
        ];
        assert_eq!(between("GB-SCT", "2013-01-01", "2013-12-31"), scotland);
    }

    /// Either the days themselves or, with a flag, those in lieu; never both. An office that loaded them without
    /// the flag was open on 27 December 2021.
    #[test]
    fn differs_on_days_in_lieu_which_are_all_there() {
        assert_eq!(
            between("GB", "2021-12-20", "2022-01-05"),
            ["12-25", "12-26", "12-27*", "12-28*", "01-01", "01-03*"]
        );
        let with = |holidays: &str| {
            let office = Schedule::new(&Settings {
                holidays: holidays.to_owned(),
                ..london()
            })
            .unwrap();
            office.is_open(at("2021-12-27T10:00:00Z"))
        };
        assert!(!with("both"));
        assert!(!with("substitute"));
        assert!(with("original"), "as without the flag");
    }

    /// In 2022 Christmas Day fell on a Sunday: in lieu on the 27th, because the 26th was taken.
    #[test]
    fn agrees_on_the_day_after_boxing_day() {
        assert_eq!(
            between("GB", "2022-12-24", "2022-12-31"),
            ["12-25", "12-26", "12-27*"]
        );
    }

    /// It has no rule for 4 July there; the source of our table has one, and the offices keep it.
    #[test]
    fn differs_on_the_fourth_of_july() {
        assert_eq!(between("US", "2026-07-01", "2026-07-31"), ["07-03*", "07-04"]);
    }

    /// Both look over the turn of the year: New Year's Day 2022, a Saturday, was kept on 31 December 2021.
    #[test]
    fn agrees_on_days_in_lieu_in_the_year_before() {
        assert_eq!(between("US", "2021-12-31", "2021-12-31"), ["12-31*"]);
    }

    #[test]
    fn agrees_that_both_ends_belong_to_a_span() {
        assert_eq!(between("GB", "2013-12-25", "2013-12-26"), ["12-25", "12-26"]);
    }

    /// No region means every region of the world there, which closes nearly every day.
    #[test]
    fn differs_on_no_region_which_means_none() {
        let office = Schedule::new(&Settings {
            region: None,
            ..london()
        })
        .unwrap();
        assert!(office.is_open(at("2013-12-25T10:00:00Z")));
    }

    /// Both refuse an unknown region; a wildcard such as `:gb_` is one here.
    #[test]
    fn agrees_on_unknown_regions_and_has_no_wildcard() {
        for code in ["XX", "GB-XX", "GB-", "GB_", ""] {
            assert!(Region::find(code).is_none(), "{code}");
        }
    }

    /// A region has its country's days in both; a country has not those of its regions in either.
    #[test]
    fn agrees_on_regions_and_countries() {
        assert!(between("GB-SCT", "2027-01-01", "2027-01-05").contains(&"01-01".to_owned()));
        assert!(!between("GB", "2027-01-01", "2027-01-05").contains(&"01-04*".to_owned()));
    }

    /// Its own definition files are the feeds and company days here; the rule `observed` becomes a second day.
    #[test]
    fn own_days_come_by_feed_or_as_company_days() {
        let text = "BEGIN:VCALENDAR\nBEGIN:VEVENT\nDTSTART:20240601\nSUMMARY:Founders\nEND:VEVENT\n\
                    BEGIN:VEVENT\nDTSTART:20240603\nSUMMARY:Founders\nEND:VEVENT\nEND:VCALENDAR";
        let feed = Feed::parse("own", text, &crate::utc_zone(), 2024..=2024).unwrap();
        let office = Schedule::new(&london()).unwrap().with_feeds(vec![feed]);
        assert_eq!(
            office.state(at("2024-06-03T10:00:00Z")).reason.to_string(),
            "Founders (own)"
        );
    }
}
