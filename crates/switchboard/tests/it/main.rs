//! The command line as a person or a script uses it.
#![expect(clippy::unwrap_used, reason = "tests")]

mod hours;
