//! Instants as people speak of them in any language: the words are given, the names of days and months are known.

use chrono::{Datelike as _, NaiveDateTime, Timelike as _};
use pure_rust_locales::{Locale, locale_match};

use crate::{Moment, moment::spoken_time};

/// How one speaks of an instant to come. In each text `{time}` stands for the time, `{weekday}`, `{day}` and `{month}`
/// for the date.
#[derive(Debug, Clone, Copy)]
pub struct Wording<'a> {
    /// Such as `heute um {time} Uhr`.
    pub today: &'a str,
    /// Such as `morgen um {time} Uhr`.
    pub tomorrow: &'a str,
    /// Within the week, such as `am {weekday} um {time} Uhr`.
    pub this_week: &'a str,
    /// Further away, such as `am {weekday}, dem {day}. {month}, um {time} Uhr`.
    pub later: &'a str,
    /// Of days and months.
    pub names: Names,
}

/// The names of days and months in one language.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Names(Locale);

impl Names {
    /// For a language tag such as `de-DE`; nothing for a language that is not known. Without a country, or in one
    /// that has no names of its own, the language's own country is taken, where it has the same two letters.
    pub fn of(tag: &str) -> Option<Self> {
        let mut parts = tag.split('-');
        let language = match parts.next()?.to_ascii_lowercase().as_str() {
            // The carrier names what is spoken, the list of names what is written.
            "cmn" => "zh".to_owned(),
            "arb" => "ar".to_owned(),
            "no" => "nb".to_owned(),
            other => other.to_owned(),
        };
        let country = parts.find(|part| part.len() == 2).map(str::to_ascii_uppercase);
        country
            .into_iter()
            .chain([language.to_ascii_uppercase()])
            .find_map(|country| Locale::try_from(format!("{language}_{country}").as_str()).ok())
            .map(Self)
    }

    fn weekday(self, local: &NaiveDateTime) -> &'static str {
        let days: &[&'static str] = locale_match!(self.0 => LC_TIME::DAY);
        days.get(local.weekday().num_days_from_sunday() as usize)
            .copied()
            .unwrap_or_default()
    }

    fn month(self, local: &NaiveDateTime) -> &'static str {
        let months: &[&'static str] = locale_match!(self.0 => LC_TIME::MON);
        months.get(local.month0() as usize).copied().unwrap_or_default()
    }
}

/// Whether the clock has twelve hours there.
pub fn is_english(tag: &str) -> bool {
    tag.split('-')
        .next()
        .is_some_and(|language| language.eq_ignore_ascii_case("en"))
}

impl Moment {
    /// In other words than [`Moment::spoken`]; with a clock of 24 hours unless `tag` is English.
    pub fn worded(&self, wording: &Wording<'_>, tag: &str) -> String {
        let text = match self.days_away {
            0 => wording.today,
            1 => wording.tomorrow,
            2..=6 => wording.this_week,
            _ => wording.later,
        };
        let time = if is_english(tag) {
            spoken_time(&self.local)
        } else {
            // What is read aloud has no use for a zero in front.
            format!("{}:{:02}", self.local.hour(), self.local.minute())
        };
        text.replace("{time}", &time)
            .replace("{weekday}", wording.names.weekday(&self.local))
            .replace("{day}", &self.local.day().to_string())
            .replace("{month}", wording.names.month(&self.local))
    }
}
