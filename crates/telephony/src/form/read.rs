//! Reading single fields, forgivingly.

use std::{fmt, str::FromStr, time::Duration};

use chrono::{DateTime, Utc};

use super::WebhookForm;
use crate::{party::Party, wire::Word};

/// A request that does not say which call, or which account, it is about. The only thing a webhook can
/// say that is answered 400.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{field} is {fault}")]
pub struct MissingSid {
    /// The parameter's name.
    pub field: &'static str,
    /// What is wrong with it.
    pub fault: Fault,
}

/// What is wrong with a required field.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// It is not there, or empty.
    Missing,
    /// It is not a SID of its kind.
    Malformed,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Missing => "missing",
            Self::Malformed => "malformed",
        })
    }
}

/// Longest text that is kept of a field. Names and labels are far shorter; what is longer is not one.
const LONGEST_TEXT: usize = 512;

/// A form being read; collects the names of the fields that made no sense.
pub(super) struct Fields<'a> {
    form: &'a WebhookForm,
    odd: Vec<&'static str>,
}

impl<'a> Fields<'a> {
    pub(super) fn of(form: &'a WebhookForm) -> Self {
        Self {
            form,
            odd: Vec::new(),
        }
    }

    pub(super) fn into_odd(self) -> Vec<&'static str> {
        self.odd
    }

    pub(super) fn mark_odd(&mut self, name: &'static str) {
        if !self.odd.contains(&name) {
            self.odd.push(name);
        }
    }

    /// The first value, if it is not empty. A field said twice with different values is odd.
    pub(super) fn raw(&mut self, name: &'static str) -> Option<&'a str> {
        let form = self.form;
        let first = form.all(name).next()?;
        if form.all(name).any(|value| value != first) {
            self.mark_odd(name);
        }
        Some(first).filter(|value| !value.is_empty())
    }

    /// A field that `read` understands; nothing, and odd, if it does not.
    pub(super) fn with<T>(&mut self, name: &'static str, read: impl FnOnce(&str) -> Option<T>) -> Option<T> {
        let value = self.raw(name)?;
        let read = read(value);
        if read.is_none() {
            self.mark_odd(name);
        }
        read
    }

    pub(super) fn parsed<T: FromStr>(&mut self, name: &'static str) -> Option<T> {
        self.with(name, |value| value.parse().ok())
    }

    pub(super) fn required<T: FromStr>(&mut self, name: &'static str) -> Result<T, MissingSid> {
        let value = self.raw(name).ok_or(MissingSid {
            field: name,
            fault: Fault::Missing,
        })?;
        value.parse().map_err(|_| MissingSid {
            field: name,
            fault: Fault::Malformed,
        })
    }

    pub(super) fn word<T: Word>(&mut self, name: &'static str) -> Option<T> {
        self.with(name, T::from_word)
    }

    pub(super) fn flag(&mut self, name: &'static str) -> Option<bool> {
        self.parsed(name)
    }

    pub(super) fn count(&mut self, name: &'static str) -> Option<u32> {
        self.with(name, digits)
    }

    pub(super) fn seconds(&mut self, name: &'static str) -> Option<Duration> {
        self.count(name)
            .map(|seconds| Duration::from_secs(seconds.into()))
    }

    pub(super) fn instant(&mut self, name: &'static str) -> Option<DateTime<Utc>> {
        self.with(name, |value| {
            DateTime::parse_from_rfc2822(value).ok().map(|time| time.to_utc())
        })
    }

    /// Who is at one end. Missing altogether is odd; empty is a withheld number.
    pub(super) fn party(&mut self, name: &'static str) -> Option<Party> {
        let present = self.form.get(name).is_some();
        if !present {
            self.mark_odd(name);
        }
        present.then(|| Party::parse(self.raw(name).unwrap_or_default()))
    }

    /// A text for people: without control characters, and cut where it stops being reasonable.
    pub(super) fn text(&mut self, name: &'static str) -> Option<String> {
        let value = self.raw(name)?;
        let clean: String = value
            .chars()
            .filter(|c| !c.is_control())
            .take(LONGEST_TEXT)
            .collect();
        if clean.len() != value.len() {
            self.mark_odd(name);
        }
        Some(clean.trim().to_owned()).filter(|text| !text.is_empty())
    }
}

/// A plain decimal number; no sign, since `+5` is no count.
fn digits(value: &str) -> Option<u32> {
    value
        .bytes()
        .all(|byte| byte.is_ascii_digit())
        .then(|| value.parse().ok())
        .flatten()
}
