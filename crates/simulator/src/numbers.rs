//! What REST knows of a number beside where its calls go.

use std::fmt::Write as _;

use crate::config::Number;
use crate::state::State;
use crate::webhook::Source;

/// What an account's owner has set on a number.
#[derive(Clone, Debug, Default)]
pub(crate) struct Listing {
    pub(crate) friendly_name: Option<String>,
    /// Absent means POST.
    pub(crate) voice_method: Option<String>,
    /// Overrides the voice URLs.
    pub(crate) application_sid: Option<String>,
    pub(crate) created_ms: i64,
    pub(crate) updated_ms: i64,
}

impl Number {
    /// Its SID, made of its own digits: the same in every process.
    pub(crate) fn sid(&self) -> String {
        let mut sid = String::from("PN");
        for byte in self.number.bytes() {
            // A formatter over a string has no way to fail.
            let _ = write!(sid, "{byte:02x}");
        }
        format!("{sid:0<34}").chars().take(34).collect()
    }
}

impl State {
    pub(crate) fn number(&self, number: &str) -> Option<&Number> {
        self.config.numbers.iter().find(|one| one.number == number)
    }

    /// What is asked when somebody rings the number.
    pub(crate) fn answers_for(&self, number: &Number) -> Source {
        let listing = self.listings.get(&number.number);
        let application = &self.config.application;
        let method = listing.and_then(|listing| listing.voice_method.clone());
        match listing.and_then(|listing| listing.application_sid.as_ref()) {
            Some(sid) if sid == &application.sid => Source::Url {
                url: application.voice_url.clone(),
                method: String::from("POST"),
            },
            _ => Source::Url {
                url: number.voice_url.clone(),
                method: method.unwrap_or_else(|| String::from("POST")),
            },
        }
    }
}
