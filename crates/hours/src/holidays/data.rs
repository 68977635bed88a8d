//! The committed list of holidays; `data/README.md` describes its lines.

use chrono::NaiveDate;

const TEXT: &str = include_str!("../../data/holidays.txt");

/// What the committed data cover.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Coverage {
    /// Where they were taken from, with the version.
    pub source: &'static str,
    /// The first year of every list.
    pub first: i32,
    /// The last year of most lists; see [`Region::last_year`](super::Region::last_year).
    pub last: i32,
}

impl Coverage {
    /// Of the data in this build.
    pub fn get() -> Self {
        let line = |key: &str| {
            TEXT.lines()
                .find_map(|line| line.strip_prefix(key))
                .unwrap_or_default()
        };
        let years = line("years ").split_once(' ').unwrap_or_default();
        Self {
            source: line("source "),
            first: years.0.parse().unwrap_or_default(),
            last: years.1.parse().unwrap_or_default(),
        }
    }
}

/// The codes of all countries and regions there are, each country before its regions.
pub fn places() -> impl Iterator<Item = &'static str> {
    section("places").filter_map(|line| line.split('\t').next())
}

/// The lines under `NAME COUNT`.
fn section(name: &str) -> impl Iterator<Item = &'static str> + Clone {
    let mut lines = TEXT.lines();
    let count = lines
        .find_map(|line| line.strip_prefix(name)?.strip_prefix(' ')?.parse().ok())
        .unwrap_or(0);
    lines.take(count)
}

/// A holiday of the list.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Entry {
    pub(super) date: NaiveDate,
    pub(super) name: &'static str,
    pub(super) substitute: bool,
    pub(super) estimated: bool,
}

/// Names and lists of days, to look numbers up in.
struct Tables {
    names: Vec<&'static str>,
    dates: Vec<&'static str>,
}

/// The last year of a place, and its entries in order; `None` for a code that is none.
pub(super) fn read(code: &str) -> Option<(i32, Vec<Entry>)> {
    let tables = Tables {
        names: section("names").collect(),
        dates: section("dates").collect(),
    };
    let mut entries = Vec::new();
    if let Some((country, _)) = code.split_once('-') {
        tables.add(country, &mut entries)?;
    }
    let last = tables.add(code, &mut entries)?;
    entries.sort();
    entries.dedup();
    Some((last, entries))
}

impl Tables {
    /// Adds what a line says of its place, and takes away what it says is missing there.
    fn add(&self, code: &str, entries: &mut Vec<Entry>) -> Option<i32> {
        let line = section("places").find_map(|line| line.strip_prefix(code)?.strip_prefix('\t'))?;
        let mut words = line.split(' ');
        let last = words.next()?.parse().ok()?;
        for word in words {
            let (less, word) = match word.strip_prefix('-') {
                Some(word) => (true, word),
                None => (false, word.strip_prefix('+').unwrap_or(word)),
            };
            let (substitute, word) = match word.strip_prefix('>') {
                Some(word) => (true, word),
                None => (false, word.strip_prefix('=')?),
            };
            let (estimated, word) = match word.strip_prefix('~') {
                Some(word) => (true, word),
                None => (false, word),
            };
            let (name, dates) = word.split_once('.')?;
            let name = self.names.get(name.parse::<usize>().ok()?)?;
            let dates = self.dates.get(dates.parse::<usize>().ok()?)?;
            let listed = days(dates).map(|date| Entry {
                date,
                name,
                substitute,
                estimated,
            });
            if less {
                let gone: Vec<Entry> = listed.collect();
                entries.retain(|entry| !gone.contains(entry));
            } else {
                entries.extend(listed);
            }
        }
        Some(last)
    }
}

/// `1225` or `0329:13,24-26`, separated by spaces.
fn days(text: &'static str) -> impl Iterator<Item = NaiveDate> {
    let Coverage { first, last, .. } = Coverage::get();
    text.split(' ').flat_map(move |word| {
        let (day, years) = word.split_once(':').unwrap_or((word, ""));
        let number = |text: &str| text.parse::<u32>().unwrap_or_default();
        let (month, day) = (
            number(day.get(..2).unwrap_or_default()),
            number(day.get(2..).unwrap_or_default()),
        );
        let runs: Vec<(i32, i32)> = if years.is_empty() {
            vec![(first, last)]
        } else {
            let year = |text: &str| 2000 + text.parse::<i32>().unwrap_or_default();
            let run = |run: &str| {
                run.split_once('-')
                    .map_or_else(|| (year(run), year(run)), |(a, b)| (year(a), year(b)))
            };
            years.split(',').map(run).collect()
        };
        runs.into_iter()
            .flat_map(|(from, to)| from..=to)
            .filter_map(move |year| NaiveDate::from_ymd_opt(year, month, day))
    })
}
