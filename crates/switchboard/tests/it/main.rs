//! The command line as a person or a script uses it.

#![expect(clippy::unwrap_used, reason = "a test may fail where it stands")]

mod agents;
mod hours;
mod jobs;
mod pipes;
mod secrets;
