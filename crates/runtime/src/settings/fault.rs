//! What is wrong with the settings, all of it at once.

use std::fmt;

use config::{Value, ValueKind};
use switchboard_domain::Country;

/// One thing that is wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// The dotted path of the setting, such as `calls.unanswered_after` or `agents[2].id`; of a layer that cannot
    /// be read at all, its name.
    pub path: String,
    /// What was expected there, and what was found if that is no secret.
    pub problem: String,
    /// The layer that set it: a file's path, `the environment` or `the command line`. `None` when nothing did.
    pub origin: Option<String>,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.path, self.problem)?;
        match &self.origin {
            Some(origin) => write!(f, " (set by {origin})"),
            None => Ok(()),
        }
    }
}

/// The settings cannot be used. Displays every fault on its own line.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub struct SettingsError {
    faults: Vec<Fault>,
}

impl SettingsError {
    /// Every fault found, ordered by path.
    pub fn faults(&self) -> &[Fault] {
        &self.faults
    }
}

impl fmt::Display for SettingsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let plural = if self.faults.len() == 1 { "" } else { "s" };
        write!(f, "the settings have {} fault{plural}:", self.faults.len())?;
        self.faults.iter().try_for_each(|fault| write!(f, "\n  {fault}"))
    }
}

/// Collects faults while reading goes on, so that one run of the program tells them all.
#[derive(Debug, Default)]
pub(super) struct Faults {
    found: Vec<Fault>,
    country: Option<Country>,
}

impl Faults {
    /// None so far; numbers without a country code are read as they are dialled in `country`.
    pub(super) fn within(self, country: Option<Country>) -> Self {
        Self { country, ..self }
    }

    /// Whose dialling rules apply. Where the country itself is at fault, that is told already.
    pub(super) fn country(&self) -> Country {
        self.country.unwrap_or(Country::GB)
    }

    /// A value that is there and wrong. It is quoted: secrets have their own reading.
    pub(super) fn wrong(&mut self, path: &str, value: &Value, expected: &str) {
        let found = match &value.kind {
            ValueKind::Table(_) => "a table".to_owned(),
            ValueKind::Array(_) => "a list".to_owned(),
            ValueKind::Nil => "nothing".to_owned(),
            ValueKind::String(text) => format!("{text:?}"),
            ValueKind::Boolean(_)
            | ValueKind::I64(_)
            | ValueKind::I128(_)
            | ValueKind::U64(_)
            | ValueKind::U128(_)
            | ValueKind::Float(_) => value.to_string(),
        };
        self.at(path, value, format!("expected {expected}, found {found}"));
    }

    /// A problem with a value, in other words than [`Faults::wrong`] has.
    pub(super) fn at(&mut self, path: &str, value: &Value, problem: impl Into<String>) {
        let origin = value.origin().map(str::to_owned);
        self.found.push(Fault {
            path: path.to_owned(),
            problem: problem.into(),
            origin,
        });
    }

    /// A value that must be set and is not.
    pub(super) fn missing(&mut self, path: &str, expected: &str) {
        self.rule(path, format!("must be set: expected {expected}"));
    }

    /// A rule between settings that does not hold.
    pub(super) fn rule(&mut self, path: &str, problem: impl Into<String>) {
        self.found.push(Fault {
            path: path.to_owned(),
            problem: problem.into(),
            origin: None,
        });
    }

    /// Nothing wrong so far.
    pub(super) fn is_empty(&self) -> bool {
        self.found.is_empty()
    }

    /// Everything, as the error that callers see.
    pub(super) fn into_error(mut self) -> SettingsError {
        self.found
            .sort_by(|a, b| (&a.path, &a.problem).cmp(&(&b.path, &b.problem)));
        self.found.dedup();
        SettingsError { faults: self.found }
    }
}
