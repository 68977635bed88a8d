//! Settings as a person writes them.

use std::collections::BTreeMap;

/// Everything about one schedule, as it is written; [`Schedule::new`](crate::Schedule::new) checks it.
///
/// All of it is text, so that one look can find every fault.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Settings {
    /// The office's time zone by its IANA name. There is no default.
    pub time_zone: String,
    /// Entries by weekday, as the crate's page says.
    pub weekly: BTreeMap<String, Vec<String>>,
    /// Whose public holidays count: a country such as `GB`, or one of its regions, such as `GB-ENG`.
    pub region: Option<String>,
    /// Which days of a holiday close: `both` (the default when empty), `original`, `substitute` or `none`.
    pub holidays: String,
    /// Names of public holidays on which work goes on as in any week.
    pub work_on: Vec<String>,
    /// Days of the company's own. Of two for one date, the one written later counts.
    pub days: Vec<DaySettings>,
    /// What happens in the minute that begins with the closing stroke: `closed` (the default when empty) or
    /// `open`, which is how the Ruby library `in_business` counts.
    pub closing_minute: String,
}

/// A company day, as it is written.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct DaySettings {
    /// `2026-12-24`, or `12-24` for every year.
    pub date: String,
    /// The last day, for a stretch of several.
    pub until: Option<String>,
    /// What people call it, and callers hear.
    pub name: String,
    /// Ranges as in the week; none at all closes the day.
    pub hours: Vec<String>,
}

/// Which days of a public holiday close the office.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum HolidayDays {
    /// The day itself and the day off in its stead.
    #[default]
    Both,
    /// The day itself only.
    Original,
    /// The day off in its stead where there is one, else the day itself.
    Substitute,
    /// None.
    None,
}

impl HolidayDays {
    pub(crate) fn parse(text: &str) -> Option<Self> {
        match text {
            "" | "both" => Some(Self::Both),
            "original" => Some(Self::Original),
            "substitute" => Some(Self::Substitute),
            "none" => Some(Self::None),
            _ => None,
        }
    }
}
