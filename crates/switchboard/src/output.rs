//! What commands say. The one place that writes to the two streams: whoever reads may leave at any time, as `head` does,
//! and that is no fault of the command.

use std::fmt::Arguments;
use std::io::{ErrorKind, Write, stderr, stdout};

/// A line of an answer. When nobody reads any more the command has nothing left to do, and ends.
macro_rules! say {
    ($($words:tt)*) => { $crate::output::line(format_args!($($words)*)) };
}

/// A line about something that goes on whether anybody reads or not: a service, or a rehearsal, which has services to
/// stop and a result to give.
macro_rules! tell {
    ($($words:tt)*) => { $crate::output::note(format_args!($($words)*)) };
}

/// A line about what went wrong.
macro_rules! complain {
    ($($words:tt)*) => { $crate::output::complaint(format_args!($($words)*)) };
}

pub(crate) use {complain, say, tell};

pub(crate) fn line(words: Arguments<'_>) {
    written(&writeln!(stdout().lock(), "{words}"));
}

/// Ends the process when what it writes to is closed. Commands that answer hold nothing that must be put away first.
pub(crate) fn written(outcome: &std::io::Result<()>) {
    if let Err(error) = outcome
        && error.kind() == ErrorKind::BrokenPipe
    {
        std::process::exit(0);
    }
}

pub(crate) fn note(words: Arguments<'_>) {
    let _ = writeln!(stdout().lock(), "{words}");
}

pub(crate) fn complaint(words: Arguments<'_>) {
    let _ = writeln!(stderr().lock(), "{words}");
}
