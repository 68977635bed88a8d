//! How it ended.

use std::{any::Any, process::ExitCode};

/// What stopping came to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Outcome {
    /// Tasks that panicked or failed at any time, by name, and how.
    pub failed: Vec<(String, String)>,
    /// Tasks that still ran at the deadline.
    pub dropped: Vec<String>,
}

impl Outcome {
    /// Every task ended by itself and none failed.
    pub fn is_clean(&self) -> bool {
        self.failed.is_empty() && self.dropped.is_empty()
    }

    /// For the end of `main`: 0 when clean, 1 otherwise.
    pub fn exit_code(&self) -> ExitCode {
        if self.is_clean() {
            ExitCode::SUCCESS
        } else {
            ExitCode::FAILURE
        }
    }
}

/// What a panic said, if it said it in words.
pub(super) fn panic_text(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<&str>().map(|text| (*text).to_owned());
    text.or_else(|| panic.downcast_ref::<String>().cloned())
        .unwrap_or_else(|| "without words".to_owned())
}
