//! From settings that a person wrote to a checked week and checked company days.

use std::collections::BTreeMap;

use chrono::Weekday;

use crate::{
    Fault, Rule, WallTime,
    week::{Week, day_name},
};

const DAYS: [Weekday; 7] = [
    Weekday::Mon,
    Weekday::Tue,
    Weekday::Wed,
    Weekday::Thu,
    Weekday::Fri,
    Weekday::Sat,
    Weekday::Sun,
];
const ENTRY: &str = "a range such as `09:00-18:00`, `24h` or `closed`";

/// Reads all days, collecting the faults of all of them.
pub(crate) fn week(weekly: &BTreeMap<String, Vec<String>>, last_minute: bool) -> Result<Week, Vec<Fault>> {
    let mut rules = Vec::new();
    let mut faults = Vec::new();
    let mut seen: Vec<Weekday> = Vec::new();
    for (key, texts) in weekly {
        let Some(day) = DAYS
            .into_iter()
            .find(|day| day_name(*day).eq_ignore_ascii_case(key))
        else {
            let expected = "a weekday: monday, tuesday, wednesday, thursday, friday, saturday or sunday";
            faults.push(Fault::new(format!("weekly.{key}"), expected, format!("`{key}`")));
            continue;
        };
        if seen.contains(&day) {
            faults.push(Fault::new(
                format!("weekly.{key}"),
                "each weekday once",
                "a second list for it",
            ));
            continue;
        }
        seen.push(day);
        for (index, (from, to)) in entries(texts, &format!("weekly.{key}"), &mut faults) {
            rules.push(Rule {
                day,
                index,
                from,
                to,
                last_minute,
            });
        }
    }
    match Week::new(rules) {
        Ok(week) if faults.is_empty() => Ok(week),
        Ok(_) => Err(faults),
        Err(overlaps) => {
            faults.extend(overlaps);
            Err(faults)
        }
    }
}

/// The ranges of one day's list with their positions, noting what is none.
pub(crate) fn entries(
    texts: &[String],
    place: &str,
    faults: &mut Vec<Fault>,
) -> Vec<(usize, (WallTime, WallTime))> {
    let mut ranges = Vec::new();
    for (index, text) in texts.iter().enumerate() {
        let place = format!("{place}[{index}]");
        match entry(text) {
            Ok(None) if texts.len() == 1 => {}
            Ok(None) => faults.push(Fault::new(
                place,
                "`closed` to stand alone",
                "other entries beside it",
            )),
            Ok(Some(range)) => ranges.push((index, range)),
            Err(expected) => faults.push(Fault::new(place, expected, format!("`{text}`"))),
        }
    }
    ranges
}

/// One entry: a range, or nothing for `closed`. The error says what was expected.
fn entry(text: &str) -> Result<Option<(WallTime, WallTime)>, String> {
    let text = text.trim();
    if text.eq_ignore_ascii_case("closed") {
        return Ok(None);
    }
    if text.eq_ignore_ascii_case("24h") {
        return Ok(Some((WallTime::MIDNIGHT, WallTime::END_OF_DAY)));
    }
    // An en dash is what word processors make of a hyphen between times.
    let (from, to) = text.split_once(['-', '\u{2013}']).ok_or(ENTRY)?;
    let time = |part: &str| WallTime::parse(part.trim()).ok_or("times from 00:00 to 24:00, written `HH:MM`");
    let (from, to) = (time(from)?, time(to)?);
    if from == to {
        return Err("a range that is not empty (`24h` is the whole day)".to_owned());
    }
    if from == WallTime::END_OF_DAY {
        return Err("a range that starts before 24:00".to_owned());
    }
    Ok(Some((from, to)))
}
