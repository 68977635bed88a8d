//! Random settings against an evaluator that is slow and obvious: it looks at every minute, one after the
//! other, at every range as it is written, and shares no code with the crate.

use std::{collections::BTreeMap, fmt::Write as _};

use chrono::{DateTime, Utc};
use chrono_tz::TZ_VARIANTS;
use jiff::{
    Timestamp, civil,
    tz::{TimeZone, TimeZoneDatabase},
};
use proptest::{prelude::*, sample::Index};
use switchboard_hours::Schedule;

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

struct Oracle {
    zone: TimeZone,
    ranges: Ranges,
}

impl Oracle {
    fn open(&self, unix: i64) -> bool {
        let local = self.zone.to_datetime(Timestamp::from_second(unix).unwrap());
        let minute = u32::try_from(local.hour()).unwrap() * 60 + u32::try_from(local.minute()).unwrap();
        let weekday = |date: civil::Date| usize::try_from(date.weekday().to_monday_zero_offset()).unwrap();
        let (today, yesterday) = (weekday(local.date()), weekday(local.date().yesterday().unwrap()));
        self.ranges.iter().any(|&(day, from, to)| {
            let night = to <= from;
            (day == today && from <= minute && (night || minute < to))
                || (day == yesterday && night && minute < to)
        })
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

fn settings(ranges: &Ranges) -> BTreeMap<String, Vec<String>> {
    let mut weekly: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for (day, from, to) in ranges {
        let mut text = String::new();
        write!(
            text,
            "{}:{:02}-{:02}:{:02}",
            from / 60,
            from % 60,
            to / 60,
            to % 60
        )
        .unwrap();
        weekly.entry(DAYS[*day].to_owned()).or_default().push(text);
    }
    weekly
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
    #![proptest_config(ProptestConfig { cases: 2000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn agrees_with_the_oracle(
        ranges in ranges(),
        zone in any::<Index>(),
        unix in any::<i64>(),
        near in prop::option::of((any::<Index>(), -172_800..172_800_i64)),
    ) {
        let name = zone.get(&TZ_VARIANTS).name();
        // Not the machine's own files: they may be older than the rules under test.
        let zone = TimeZoneDatabase::bundled().get(name).unwrap();
        let unix = instant(&zone, unix, near);
        let schedule = Schedule::parse(name, &settings(&ranges)).unwrap();
        let oracle = Oracle { zone, ranges };

        let state = schedule.state(utc(unix));
        prop_assert_eq!(state.open, oracle.open(unix), "{} {}", name, utc(unix));
        prop_assert_eq!(state.open, schedule.is_open(utc(unix)));
        prop_assert_eq!(state.until, schedule.next_change(utc(unix)));

        // Minute by minute to the promised change, or for nine days if none was promised.
        let first_minute = unix.div_euclid(60) * 60 + 60;
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
        }
        if let Some(opening) = schedule.next_opening(utc(unix)) {
            prop_assert!(oracle.open(opening.timestamp()));
            prop_assert!(!oracle.open(opening.timestamp() - 60));
        }
    }

    /// Whatever the settings say, they are answered with a schedule or with faults.
    #[test]
    fn settings_never_panic(
        zone in "[A-Za-z/_]{0,12}",
        weekly in prop::collection::btree_map("[a-z]{3,9}|monday|sunday", prop::collection::vec("[0-9:–h -]{0,12}|.*", 0..4), 0..4),
    ) {
        let _ = Schedule::parse(&zone, &weekly);
        let _ = Schedule::parse("Europe/London", &weekly);
    }
}
