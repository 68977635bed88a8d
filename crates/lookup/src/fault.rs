//! What is wrong with settings, and where.

use thiserror::Error;

/// One fault in the settings of a source. Values are not repeated: they may be secrets.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{place}: expected {expected}")]
pub struct Fault {
    /// The setting at fault, for example `lookup.sources[0].url`.
    pub place: String,
    /// What it should have held, in words.
    pub expected: String,
}

/// Collects faults under one section of the configuration.
#[derive(Debug)]
pub(crate) struct Faults {
    section: String,
    found: Vec<Fault>,
}

impl Faults {
    pub(crate) fn under(section: &str) -> Self {
        Self {
            section: section.to_owned(),
            found: Vec::new(),
        }
    }

    pub(crate) fn add(&mut self, setting: &str, expected: impl Into<String>) {
        self.found.push(Fault {
            place: format!("{}.{setting}", self.section),
            expected: expected.into(),
        });
    }

    /// Keeps a good value; notes what a bad one should have been.
    pub(crate) fn keep<T>(&mut self, setting: &str, value: Result<T, impl Into<String>>) -> Option<T> {
        value.map_err(|expected| self.add(setting, expected)).ok()
    }

    pub(crate) fn require(&mut self, holds: bool, setting: &str, expected: &str) {
        if !holds {
            self.add(setting, expected);
        }
    }

    /// The value, if it could be built and nothing else was wrong either.
    pub(crate) fn finish<T>(self, value: Option<T>) -> Result<T, Vec<Fault>> {
        match value {
            Some(value) if self.found.is_empty() => Ok(value),
            _ => Err(self.found),
        }
    }
}
