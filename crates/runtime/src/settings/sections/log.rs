//! What the process says.

use config::Value;

use crate::settings::{
    fault::Faults,
    leaf::{leaf, text},
    read::{Setting, section},
    show::Shown,
};

section! {
    /// `log`: what is written to standard error.
    pub Log {
        /// For people or for machines.
        format: LogFormat,
        /// Which lines: directives such as `info,switchboard_gateway=debug`.
        filter: String,
    }
}

/// The form of log lines.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LogFormat {
    /// For people.
    Text,
    /// One JSON object a line.
    Json,
}

leaf!(
    LogFormat,
    "\"text\" or \"json\"",
    |text| match text {
        "text" => Some(Self::Text),
        "json" => Some(Self::Json),
        _ => None,
    },
    |format| match format {
        LogFormat::Text => Shown::Text("text".to_owned()),
        LogFormat::Json => Shown::Text("json".to_owned()),
    }
);
