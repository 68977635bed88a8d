//! `check --at -`: a line for a line, so that other programs can ask in bulk.

use std::io::{BufRead, Write, stdin, stdout};
use std::process::ExitCode;

use anyhow::Context;
use chrono::DateTime;
use switchboard_hours::Schedule;

use crate::output::written;

/// Reads instants until the input ends. A line that is none ends it with an error: a program that asks must not
/// take silence for an answer.
pub(super) fn check(schedule: &Schedule, json: bool) -> anyhow::Result<ExitCode> {
    let mut out = std::io::BufWriter::new(stdout().lock());
    for (index, line) in stdin().lock().lines().enumerate() {
        let line = line.context("standard input")?;
        let text = line.trim();
        if text.is_empty() {
            continue;
        }
        let at = DateTime::parse_from_rfc3339(text)
            .with_context(|| {
                format!(
                    "line {}: expected an instant such as 2026-12-28T10:00:00Z, found `{text}`",
                    index + 1
                )
            })?
            .to_utc();
        let open = schedule.is_open(at);
        if json {
            written(&writeln!(
                out,
                "{}",
                serde_json::json!({ "at": text, "open": open })
            ));
        } else {
            written(&writeln!(out, "{}", if open { "open" } else { "closed" }));
        }
    }
    written(&out.flush());
    Ok(ExitCode::SUCCESS)
}
