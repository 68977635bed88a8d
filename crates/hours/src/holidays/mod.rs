//! Public holidays: what a holiday is, and which of them close.

mod data;
mod region;

use std::{collections::BTreeMap, sync::Arc};

use chrono::NaiveDate;

pub use data::{Coverage, places};
pub use region::Region;
pub(crate) use region::suggestions;

use crate::settings::HolidayDays;

/// A day on which a holiday closes, or would.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Holiday {
    /// The day off.
    pub date: NaiveDate,
    /// What it is called, in English where the source is.
    pub name: Arc<str>,
    /// Whether this is its own day.
    pub kind: HolidayKind,
    /// Whether the date is an estimate: a moon has to be seen first.
    pub estimated: bool,
    /// Whose list it is in: a region's code, or a feed's name.
    pub source: Arc<str>,
}

/// The two kinds of days off.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum HolidayKind {
    /// The holiday's own day.
    Own,
    /// A day off in its stead: of the day named, where it is known.
    InLieu(Option<NaiveDate>),
}

impl Holiday {
    /// Whether it is the day off in a holiday's stead.
    pub fn is_substitute(&self) -> bool {
        match self.kind {
            HolidayKind::Own => false,
            HolidayKind::InLieu(_) => true,
        }
    }
}

/// `Boxing Day, in lieu of Saturday 2026-12-26 (GB-ENG)`.
impl std::fmt::Display for Holiday {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str(&self.name)?;
        match self.kind {
            HolidayKind::InLieu(Some(own)) => write!(out, ", in lieu of {}", own.format("%A %Y-%m-%d"))?,
            HolidayKind::InLieu(None) => out.write_str(", substitute day")?,
            HolidayKind::Own => {}
        }
        if self.estimated {
            out.write_str(", estimated")?;
        }
        write!(out, " ({})", self.source)
    }
}

/// Those that close, by date.
pub(crate) fn closing(
    region: &Region,
    days: HolidayDays,
    work_on: &[String],
) -> BTreeMap<NaiveDate, Vec<Holiday>> {
    let all = region.holidays();
    let moved = |holiday: &Holiday| {
        all.iter()
            .any(|other| other.name == holiday.name && other.kind == HolidayKind::InLieu(Some(holiday.date)))
    };
    let mut closing: BTreeMap<NaiveDate, Vec<Holiday>> = BTreeMap::new();
    for holiday in all {
        let closes = match days {
            HolidayDays::Both => true,
            HolidayDays::Original => !holiday.is_substitute(),
            HolidayDays::Substitute => holiday.is_substitute() || !moved(holiday),
            HolidayDays::None => false,
        };
        let works = work_on
            .iter()
            .any(|name| name.trim().eq_ignore_ascii_case(&holiday.name));
        if closes && !works {
            closing.entry(holiday.date).or_default().push(holiday.clone());
        }
    }
    closing
}
