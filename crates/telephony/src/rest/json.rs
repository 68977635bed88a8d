//! Reading answers, forgivingly.
//!
//! Twilio's schema says one thing and its answers another: numbers come as texts, fields come and go, null
//! and empty mean the same here and not there. So no field can make an answer unreadable but the SID that
//! says what the answer is about.

use std::{str::FromStr, time::Duration};

use chrono::{DateTime, Utc};
use serde_json::Value;

use super::RestError;
use crate::{Party, wire::Word};

/// A resource that an answer, or one element of a list, may hold.
pub(super) trait Resource: Sized {
    /// What it is called in an error.
    const NAME: &'static str;

    /// Reads it; nothing if it does not say which one it is.
    fn read(object: Object<'_>) -> Option<Self>;
}

pub(super) fn one<T: Resource>(answer: &Value) -> Result<T, RestError> {
    T::read(Object(answer)).ok_or(RestError::Unreadable { wanted: T::NAME })
}

/// A JSON object, or anything else, which then has no fields.
#[derive(Clone, Copy)]
pub(super) struct Object<'a>(pub(super) &'a Value);

impl<'a> Object<'a> {
    /// A text that is not empty.
    pub(super) fn text(self, name: &str) -> Option<&'a str> {
        self.0.get(name)?.as_str().filter(|text| !text.is_empty())
    }

    pub(super) fn parsed<T: FromStr>(self, name: &str) -> Option<T> {
        self.text(name)?.parse().ok()
    }

    pub(super) fn word<T: Word>(self, name: &str) -> Option<T> {
        T::from_word(self.text(name)?)
    }

    pub(super) fn party(self, name: &str) -> Option<Party> {
        self.text(name).map(Party::parse)
    }

    pub(super) fn flag(self, name: &str) -> Option<bool> {
        let value = self.0.get(name)?;
        value.as_bool().or_else(|| value.as_str()?.parse().ok())
    }

    /// A number, also in quotes.
    pub(super) fn count(self, name: &str) -> Option<u32> {
        let value = self.0.get(name)?;
        value
            .as_u64()
            .and_then(|number| number.try_into().ok())
            .or_else(|| value.as_str()?.parse().ok())
    }

    pub(super) fn seconds(self, name: &str) -> Option<Duration> {
        self.count(name)
            .map(|seconds| Duration::from_secs(seconds.into()))
    }

    pub(super) fn millis(self, name: &str) -> Option<Duration> {
        self.count(name)
            .map(|millis| Duration::from_millis(millis.into()))
    }

    pub(super) fn instant(self, name: &str) -> Option<DateTime<Utc>> {
        DateTime::parse_from_rfc2822(self.text(name)?)
            .ok()
            .map(|time| time.to_utc())
    }
}
