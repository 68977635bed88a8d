//! What is wrong with settings, and where.

use thiserror::Error;

/// One fault in the settings of a schedule.
///
/// Settings are checked as a whole, so that whoever edits them is told everything in one go.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{section}.{place}: expected {expected}, found {found}")]
pub struct Fault {
    section: String,
    place: String,
    expected: String,
    found: String,
}

impl Fault {
    pub(crate) fn new(
        place: impl Into<String>,
        expected: impl Into<String>,
        found: impl Into<String>,
    ) -> Self {
        Self {
            section: "hours".to_owned(),
            place: place.into(),
            expected: expected.into(),
            found: found.into(),
        }
    }

    /// The same fault in a schedule that the configuration keeps elsewhere than under `hours`, for example
    /// `schedules.london`.
    pub fn under(self, section: &str) -> Self {
        Self {
            section: section.to_owned(),
            ..self
        }
    }

    /// The setting at fault, for example `hours.weekly.monday[1]`.
    pub fn place(&self) -> String {
        format!("{}.{}", self.section, self.place)
    }

    /// What the setting should have held, in words.
    pub fn expected(&self) -> &str {
        &self.expected
    }

    /// What it held instead, in words or quoted.
    pub fn found(&self) -> &str {
        &self.found
    }
}
