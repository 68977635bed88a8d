//! What became of every call, and what went wrong.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// So many reasons are kept; the rest is counted.
const REASONS: usize = 50;

/// The account of a crowd; cheap to clone, every clone is the same one.
#[derive(Debug, Clone, Default)]
pub struct Account(Arc<Mutex<Books>>);

#[derive(Debug, Default)]
struct Books {
    rung: u64,
    ends: BTreeMap<&'static str, u64>,
    events: u64,
    sockets: u64,
    resets: u64,
    faults: BTreeMap<&'static str, u64>,
    reasons: Vec<String>,
}

/// How a call may end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum End {
    Agent,
    Office,
    Message,
    CallerLeft,
}

impl End {
    fn name(self) -> &'static str {
        match self {
            Self::Agent => "answered by an agent",
            Self::Office => "answered at an office phone",
            Self::Message => "asked for a message",
            Self::CallerLeft => "hung up by the caller",
        }
    }
}

/// What must not happen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fault {
    Lost,
    Twice,
    Missing,
    LeftOver,
}

impl Fault {
    const ALL: [Self; 4] = [Self::Lost, Self::Twice, Self::Missing, Self::LeftOver];

    fn name(self) -> &'static str {
        match self {
            Self::Lost => "lost",
            Self::Twice => "connected twice",
            Self::Missing => "events missing",
            Self::LeftOver => "left over",
        }
    }
}

impl Account {
    /// Whether everything was as it must be.
    pub fn is_good(&self) -> bool {
        self.lock().faults.is_empty()
    }

    /// How many rang.
    pub fn rung(&self) -> u64 {
        self.lock().rung
    }

    /// How many of them are over, in whatever way.
    pub fn over(&self) -> u64 {
        let books = self.lock();
        let lost = books.faults.get(Fault::Lost.name()).copied().unwrap_or(0);
        books.ends.values().sum::<u64>() + lost
    }

    /// Events that screens were told.
    pub fn events(&self) -> u64 {
        self.lock().events
    }

    pub(crate) fn rang(&self) {
        self.lock().rung += 1;
    }

    pub(crate) fn ended(&self, end: End) {
        *self.lock().ends.entry(end.name()).or_default() += 1;
    }

    pub(crate) fn told(&self) {
        self.lock().events += 1;
    }

    pub(crate) fn connected(&self) {
        self.lock().sockets += 1;
    }

    pub(crate) fn reset(&self) {
        self.lock().resets += 1;
    }

    pub(crate) fn wrong(&self, fault: Fault, reason: impl FnOnce() -> String) {
        let mut books = self.lock();
        *books.faults.entry(fault.name()).or_default() += 1;
        if books.reasons.len() < REASONS {
            let reason = format!("{}: {}", fault.name(), reason());
            books.reasons.push(reason);
        }
    }

    fn lock(&self) -> MutexGuard<'_, Books> {
        // Counters only: whatever a panic left is still true.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Display for Account {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let books = self.lock();
        writeln!(f, "{:>8}  calls rang", books.rung)?;
        for (end, times) in &books.ends {
            writeln!(f, "{times:>8}  {end}")?;
        }
        for fault in Fault::ALL {
            let times = books.faults.get(fault.name()).copied().unwrap_or(0);
            writeln!(f, "{times:>8}  {}", fault.name())?;
        }
        write!(
            f,
            "{:>8}  events told over {} sockets, {} of which began anew",
            books.events, books.sockets, books.resets
        )?;
        for reason in &books.reasons {
            write!(f, "\n  {reason}")?;
        }
        Ok(())
    }
}
