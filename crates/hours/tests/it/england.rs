//! England's bank holidays as the law has them, worked out here from nothing but the calendar, against the table.

use std::collections::BTreeMap;

use chrono::{Datelike, Days, NaiveDate, Weekday};
use switchboard_hours::Region;

fn date(year: i32, month: u32, day: u32) -> NaiveDate {
    NaiveDate::from_ymd_opt(year, month, day).unwrap()
}

/// Easter Sunday by the golden number, the epact and the Sunday after the paschal full moon.
fn easter(year: i32) -> NaiveDate {
    let (a, b, c) = (year % 19, year / 100, year % 100);
    let epact = (19 * a + b - b / 4 - (b - (b + 8) / 25 + 1) / 3 + 15) % 30;
    let to_sunday = (32 + 2 * (b % 4) + 2 * (c / 4) - epact - c % 4) % 7;
    let late = (a + 11 * epact + 22 * to_sunday) / 451;
    let days = epact + to_sunday - 7 * late + 114;
    date(
        year,
        u32::try_from(days / 31).unwrap(),
        u32::try_from(days % 31 + 1).unwrap(),
    )
}

fn first_monday(year: i32, month: u32) -> NaiveDate {
    date(year, month, 1)
        .iter_days()
        .find(|day| day.weekday() == Weekday::Mon)
        .unwrap()
}

fn last_monday(year: i32, month: u32) -> NaiveDate {
    (25..=31)
        .filter_map(|day| NaiveDate::from_ymd_opt(year, month, day))
        .find(|day| day.weekday() == Weekday::Mon)
        .unwrap()
}

/// Every closing day, and whether it is one in lieu.
fn law(year: i32) -> BTreeMap<NaiveDate, bool> {
    let mut days = BTreeMap::new();
    let easter = easter(year);
    days.insert(easter - Days::new(2), false);
    days.insert(easter + Days::new(1), false);
    // The early May bank holiday of 2020 marked the end of the war.
    days.insert(
        if year == 2020 {
            date(2020, 5, 8)
        } else {
            first_monday(year, 5)
        },
        false,
    );
    // In 2022 the spring holiday moved to meet the jubilee's own day.
    if year == 2022 {
        days.extend([
            (date(2022, 6, 2), false),
            (date(2022, 6, 3), false),
            (date(2022, 9, 19), false),
        ]);
    } else {
        days.insert(last_monday(year, 5), false);
    }
    if year == 2023 {
        days.insert(date(2023, 5, 8), false); // the coronation
    }
    days.insert(last_monday(year, 8), false);
    let fixed = [date(year, 1, 1), date(year, 12, 25), date(year, 12, 26)];
    days.extend(fixed.map(|day| (day, false)));
    for day in fixed {
        if matches!(day.weekday(), Weekday::Sat | Weekday::Sun) {
            let free = |day: &NaiveDate| {
                !matches!(day.weekday(), Weekday::Sat | Weekday::Sun) && !days.contains_key(day)
            };
            let instead = day.iter_days().find(free).unwrap();
            days.insert(instead, true);
        }
    }
    days
}

#[test]
fn the_table_says_what_the_law_says_in_every_year() {
    let england = Region::find("GB-ENG").unwrap();
    for year in 2013..=2037 {
        let table: BTreeMap<NaiveDate, bool> = england
            .year(year)
            .map(|holiday| (holiday.date, holiday.is_substitute()))
            .collect();
        assert_eq!(table, law(year), "{year}");
    }
}
