//! The command line, run as a program.

#![expect(clippy::unwrap_used, reason = "a test may fail where it stands")]

mod jobs;
