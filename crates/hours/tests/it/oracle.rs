//! Random settings against an evaluator that is slow and obvious: it looks at every minute, one after the
//! other, at everything as it is written, and shares no code and no table of holidays with the crate.

use std::{collections::BTreeMap, fmt::Write as _};

use chrono::{DateTime, Utc};
use chrono_tz::TZ_VARIANTS;
use jiff::{
    Timestamp, ToSpan, civil,
    tz::{TimeZone, TimeZoneDatabase},
};
use proptest::{prelude::*, sample::Index};
use switchboard_hours::{DaySettings, Feed, Override, Schedule, Settings};

const DAYS: [&str; 7] = [
    "monday",
    "tuesday",
    "wednesday",
    "thursday",
    "friday",
    "saturday",
    "sunday",
];

/// Ranges as they were drawn: weekday from 0 = Monday, opening and closing minute.
type Ranges = Vec<(usize, u32, u32)>;

/// Everything that was drawn. Days are counted from the day on which the question is asked.
#[derive(Debug, Clone)]
struct Drawn {
    ranges: Ranges,
    closing_minute: bool,
    holidays: Vec<i64>,
    company: Vec<(i64, Option<(u32, u32)>)>,
    /// Open or closed, beginning and end in minutes from the question; the last one is the newest.
    overrides: Vec<(bool, i64, i64)>,
}

struct Oracle {
    zone: TimeZone,
    asked: i64,
    today: civil::Date,
    drawn: Drawn,
}

impl Oracle {
    fn open(&self, unix: i64) -> bool {
        let minutes = (unix - self.asked).div_euclid(60);
        if let Some((open, ..)) = self
            .drawn
            .overrides
            .iter()
            .rev()
            .find(|(_, from, until)| *from <= minutes && minutes < *until)
        {
            return *open;
        }
        let local = self.zone.to_datetime(Timestamp::from_second(unix).unwrap());
        let minute = u32::try_from(local.hour()).unwrap() * 60 + u32::try_from(local.minute()).unwrap();
        let (today, yesterday) = (local.date(), local.date().yesterday().unwrap());
        self.plan(today)
            .iter()
            .any(|&(from, to)| from <= minute && (to <= from || self.before_end(minute, to)))
            || self
                .plan(yesterday)
                .iter()
                .any(|&(from, to)| to <= from && self.before_end(minute, to))
    }

    fn before_end(&self, minute: u32, to: u32) -> bool {
        minute < to || (self.drawn.closing_minute && minute == to)
    }

    fn plan(&self, date: civil::Date) -> Vec<(u32, u32)> {
        let is = |day: i64| self.today.checked_add(day.days()).unwrap() == date;
        if let Some((_, hours)) = self.drawn.company.iter().rev().find(|(day, _)| is(*day)) {
            return hours.iter().copied().collect();
        }
        if self.drawn.holidays.iter().any(|day| is(*day)) {
            return Vec::new();
        }
        let weekday = usize::try_from(date.weekday().to_monday_zero_offset()).unwrap();
        self.drawn
            .ranges
            .iter()
            .filter(|(day, ..)| *day == weekday)
            .map(|&(_, from, to)| (from, to))
            .collect()
    }
}

/// Cuts a ring of one week at random points and opens some of the pieces, so that ranges never overlap but
/// often touch, cross midnight and fall on each other's edges. A coarse grid makes edges meet clock changes.
fn ranges() -> impl Strategy<Value = Ranges> {
    let cut = prop_oneof![(0..336_u32).prop_map(|half_hour| half_hour * 30), 0..10_080_u32];
    prop::collection::btree_set(cut, 0..16).prop_flat_map(|cuts| {
        let cuts: Vec<u32> = cuts.into_iter().collect();
        prop::collection::vec(prop::bool::weighted(0.6), cuts.len()).prop_map(move |opened| {
            let next = cuts.iter().cycle().skip(1);
            let pieces = cuts.iter().zip(next).zip(&opened).filter(|(_, open)| **open);
            pieces
                .filter_map(|((&start, &end), _)| {
                    let length = (end + 10_080 - start) % 10_080;
                    // Longer pieces cannot be written as one range: keep their first hours.
                    let end = if (1..=1439).contains(&length) {
                        end
                    } else {
                        start + 600
                    };
                    let (day, from, to) = (start / 1440, start % 1440, end % 1440);
                    (from != to).then_some((day as usize, from, to))
                })
                .collect()
        })
    })
}

fn drawn() -> impl Strategy<Value = Drawn> {
    let time = || prop_oneof![(0..48_u32).prop_map(|half_hour| half_hour * 30), 0..1440_u32];
    let hours = (time(), time()).prop_filter("not empty", |(from, to)| from != to);
    // Half of them around the question, so that they matter and meet each other.
    let days = || prop_oneof![-2..4_i64, -20..40_i64];
    let span = (any::<bool>(), -4000..4000_i64, 1..3000_i64)
        .prop_map(|(open, from, length)| (open, from, from + length));
    (
        ranges(),
        any::<bool>(),
        prop::collection::vec(days(), 0..4),
        prop::collection::vec((days(), prop::option::of(hours)), 0..4),
        prop::collection::vec(span, 0..5),
    )
        .prop_map(|(ranges, closing_minute, holidays, company, overrides)| Drawn {
            ranges,
            closing_minute,
            holidays,
            company,
            overrides,
        })
}

fn range(from: u32, to: u32) -> String {
    format!("{}:{:02}-{:02}:{:02}", from / 60, from % 60, to / 60, to % 60)
}

/// The same as a person would write it.
fn schedule(zone: &str, drawn: &Drawn, asked: i64, today: civil::Date) -> Schedule {
    let date = |day: i64| today.checked_add(day.days()).unwrap();
    let mut weekly: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for (day, from, to) in &drawn.ranges {
        weekly
            .entry(DAYS[*day].to_owned())
            .or_default()
            .push(range(*from, *to));
    }
    let company = drawn.company.iter().map(|(day, hours)| DaySettings {
        date: date(*day).to_string(),
        until: None,
        name: "company".to_owned(),
        hours: hours.iter().map(|(from, to)| range(*from, *to)).collect(),
    });
    let settings = Settings {
        time_zone: zone.to_owned(),
        weekly,
        days: company.collect(),
        closing_minute: if drawn.closing_minute { "open" } else { "closed" }.to_owned(),
        ..Settings::default()
    };
    let mut calendar = "BEGIN:VCALENDAR\n".to_owned();
    for day in &drawn.holidays {
        write!(
            calendar,
            "BEGIN:VEVENT\nDTSTART:{}\nSUMMARY:holiday\nEND:VEVENT\n",
            date(*day).strftime("%Y%m%d")
        )
        .unwrap();
    }
    calendar += "END:VCALENDAR\n";
    let feed = Feed::parse("feed", &calendar, &crate::utc_zone(), 1980..=2040).unwrap();
    let overrides = drawn
        .overrides
        .iter()
        .enumerate()
        .map(|(index, (open, from, until))| Override {
            id: index.to_string(),
            open: *open,
            from: utc(asked + from * 60),
            until: utc(asked + until * 60),
            reason: String::new(),
            author: "test".to_owned(),
            made: utc(i64::try_from(index).unwrap()),
        });
    Schedule::new(&settings)
        .unwrap()
        .with_feeds(vec![feed])
        .with_overrides(overrides)
}

/// An instant of 1990 to 2037; half the time within two days of a clock change, if the zone has any.
fn instant(zone: &TimeZone, unix: i64, near: Option<(Index, i64)>) -> i64 {
    let (start, end) = (631_152_000, 2_145_916_800);
    let unix = start + unix.rem_euclid(end - start);
    let Some((which, distance)) = near else {
        return unix;
    };
    let changes: Vec<i64> = zone
        .following(Timestamp::from_second(start).unwrap())
        .map(|change| change.timestamp().as_second())
        .take_while(|change| *change < end)
        .collect();
    if changes.is_empty() {
        unix
    } else {
        which.get(&changes) + distance
    }
}

fn utc(unix: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(unix, 0).unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 700, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn agrees_with_the_oracle(
        drawn in drawn(),
        zone in any::<Index>(),
        unix in any::<i64>(),
        near in prop::option::of((any::<Index>(), -172_800..172_800_i64)),
    ) {
        let name = zone.get(&TZ_VARIANTS).name();
        // Not the machine's own files: they may be older than the rules under test.
        let zone = TimeZoneDatabase::bundled().get(name).unwrap();
        let unix = instant(&zone, unix, near);
        // Overrides are drawn on whole minutes of the question's own.
        let asked = unix.div_euclid(60) * 60;
        let today = zone.to_datetime(Timestamp::from_second(unix).unwrap()).date();
        let schedule = schedule(name, &drawn, asked, today);
        let oracle = Oracle { zone, asked, today, drawn };

        let state = schedule.state(utc(unix));
        prop_assert_eq!(state.open, oracle.open(unix), "{} {}", name, utc(unix));
        prop_assert_eq!(state.open, state.reason.opens());
        prop_assert_eq!(state.open, schedule.is_open(utc(unix)));
        prop_assert_eq!(state.until, schedule.next_change(utc(unix)));

        // Minute by minute to the promised change, or for nine days if none was promised.
        let first_minute = asked + 60;
        let last = state.until.map_or(unix + 9 * 86_400, |until| until.timestamp());
        prop_assert!(last > unix);
        let mut minute = first_minute;
        while minute < last {
            prop_assert_eq!(oracle.open(minute), state.open, "{} changed early, at {}", name, utc(minute));
            minute += 60;
        }
        if let Some(until) = state.until {
            prop_assert_eq!(oracle.open(until.timestamp()), !state.open, "{} did not change at {}", name, until);
            prop_assert_eq!(until.timestamp() % 60, 0);
            // The reason agrees with the answer there too, where edges meet.
            let then = schedule.state(until);
            prop_assert_eq!(then.open, then.reason.opens());
            prop_assert_eq!(then.open, !state.open);
        }
        if let Some(opening) = schedule.next_opening(utc(unix)) {
            prop_assert!(oracle.open(opening.timestamp()));
            prop_assert!(!oracle.open(opening.timestamp() - 60));
        }
    }

    /// The calendar's openings are the minutes that are open, day by day.
    #[test]
    fn the_calendar_agrees_with_the_oracle(
        drawn in drawn(),
        zone in any::<Index>(),
        unix in any::<i64>(),
        near in prop::option::of((any::<Index>(), -172_800..172_800_i64)),
    ) {
        let name = zone.get(&TZ_VARIANTS).name();
        let zone = TimeZoneDatabase::bundled().get(name).unwrap();
        let asked = instant(&zone, unix, near).div_euclid(60) * 60;
        let today = zone.to_datetime(Timestamp::from_second(asked).unwrap()).date();
        let schedule = schedule(name, &drawn, asked, today);
        let oracle = Oracle { zone, asked, today, drawn };
        let date = chrono::NaiveDate::parse_from_str(&today.to_string(), "%Y-%m-%d").unwrap();
        let days: Vec<_> = schedule.calendar(date - chrono::Days::new(2), date + chrono::Days::new(3)).collect();
        let openings: Vec<_> = days.iter().flat_map(|day| &day.openings).collect();
        for minute in (asked - 86_400..asked + 86_400).step_by(60) {
            let listed = openings.iter().any(|opening| opening.from <= utc(minute) && utc(minute) < opening.until);
            prop_assert_eq!(listed, oracle.open(minute), "{} {}", name, utc(minute));
        }
    }

    /// Whatever the settings say, they are answered with a schedule or with faults.
    #[test]
    fn settings_never_panic(
        zone in "[A-Za-z/_]{0,12}",
        weekly in prop::collection::btree_map("[a-z]{3,9}|monday|sunday", prop::collection::vec("[0-9:–h -]{0,12}|.*", 0..4), 0..4),
        region in prop::option::of("GB|[A-Z]{2}(-[A-Z]{0,3})?|.{0,6}"),
        date in "[0-9]{2}-[0-9]{2}|20[0-9]{2}-[0-9]{2}-[0-9]{2}|.{0,10}",
        word in "both|open|closed|.{0,6}",
    ) {
        for zone in [zone.as_str(), "Europe/London"] {
            let day = DaySettings { date: date.clone(), until: Some(date.clone()), name: word.clone(), hours: vec![word.clone()] };
            let _ = Schedule::new(&Settings {
                time_zone: zone.to_owned(),
                weekly: weekly.clone(),
                region: region.clone(),
                holidays: word.clone(),
                work_on: vec![word.clone()],
                days: vec![day],
                closing_minute: word.clone(),
            });
        }
    }
}
