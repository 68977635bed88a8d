//! The value of a job in Redis.

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use crate::error::Result;
use crate::job::Job;
use crate::priority::Priority;

/// What the pushing side writes; the script puts `pushed_at_ms` and, for later, `due_ms` in front,
/// because only it knows the clock.
#[derive(Serialize)]
pub(crate) struct Outgoing<'a> {
    /// First, because the scripts look for it there without decoding anything; `line.lua` knows it too.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    high: bool,
    name: &'a str,
    attempts: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    traceparent: Option<&'a str>,
    payload: &'a RawValue,
}

impl<'a> Outgoing<'a> {
    pub(crate) fn new(
        name: &'a str,
        attempts: u32,
        priority: Priority,
        traceparent: Option<&'a str>,
        payload: &'a RawValue,
    ) -> Self {
        Self {
            high: priority == Priority::High,
            name,
            attempts,
            traceparent,
            payload,
        }
    }

    pub(crate) fn encode(&self) -> Vec<u8> {
        // Strings, a number and JSON that is already text cannot fail; an empty envelope would be refused
        // by `qcheck`, not lost.
        serde_json::to_vec(self).unwrap_or_default()
    }
}

/// What a worker reads; fields that it does not know are of a newer version, and ignored. The payload stays
/// text until the router knows its type.
#[derive(Debug, Deserialize)]
pub(crate) struct Envelope {
    #[serde(default)]
    pub(crate) high: bool,
    pub(crate) name: String,
    pub(crate) attempts: u32,
    #[serde(default)]
    pub(crate) traceparent: Option<String>,
    pub(crate) payload: Box<RawValue>,
    #[serde(default)]
    pub(crate) pushed_at_ms: i64,
    #[serde(default)]
    pub(crate) due_ms: i64,
}

/// What every envelope says of time, also one that cannot be read otherwise.
#[derive(Deserialize)]
struct Times {
    #[serde(default)]
    pushed_at_ms: i64,
    #[serde(default)]
    due_ms: i64,
}

/// When the job in an envelope could run for the first time, in virtual ms; `None` for what is no envelope at all.
pub(crate) fn ready_at_ms(envelope: &[u8]) -> Option<i64> {
    let Times { pushed_at_ms, due_ms } = serde_json::from_slice(envelope).ok()?;
    Some(pushed_at_ms.max(due_ms))
}

impl Envelope {
    /// When the job could run for the first time, in virtual ms.
    pub(crate) fn ready_at_ms(&self) -> i64 {
        self.pushed_at_ms.max(self.due_ms)
    }

    pub(crate) fn priority(&self) -> Priority {
        if self.high {
            Priority::High
        } else {
            Priority::Normal
        }
    }
}

pub(crate) fn payload<J: Job>(job: &J) -> Result<Box<RawValue>> {
    Ok(serde_json::value::to_raw_value(job)?)
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::path::Path;

    use serde_json::Value;

    use super::*;
    use crate::letter::DeadJob;
    use crate::view::Finished;

    /// The golden files of a kind, of every release.
    fn golden(kind: &str) -> Vec<String> {
        let stored = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../proto/stored");
        let releases = fs::read_to_string(stored.join("releases")).expect("the releases");
        let folders = releases
            .lines()
            .filter(|line| !line.starts_with('#'))
            .map(|release| stored.join(release).join(kind));
        let files = folders.filter_map(|folder| fs::read_dir(folder).ok()).flatten();
        let texts: Vec<String> = files
            .map(|file| fs::read_to_string(file.expect("a file").path()).expect("a text"))
            .collect();
        assert!(!texts.is_empty(), "no {kind}");
        texts
    }

    #[test]
    fn what_any_release_left_in_a_queue_is_read() {
        for text in golden("Envelope") {
            let read: Envelope = serde_json::from_str(&text).expect(&text);
            assert!(read.pushed_at_ms > 0 && read.attempts > 0 && !read.name.is_empty());
            assert_eq!(ready_at_ms(text.as_bytes()), Some(read.ready_at_ms()));
            // And written as it was, but for the times, which the script puts in.
            let out = Outgoing::new(
                &read.name,
                read.attempts,
                read.priority(),
                read.traceparent.as_deref(),
                &read.payload,
            );
            let out: Value = serde_json::from_slice(&out.encode()).expect("JSON");
            let mut known: Value = serde_json::from_str(&text).expect("JSON");
            if let Some(fields) = known.as_object_mut() {
                fields.retain(|name, _| !name.ends_with("_ms"));
            }
            assert_eq!(out, known);
        }
        for text in golden("DeadLetter") {
            let read = DeadJob::parse("id".to_owned(), text.as_bytes());
            assert!(read.name.is_some() && read.attempts > 0, "{read:?}");
        }
        for text in golden("FinishedJob") {
            assert!(Finished::parse(text.as_bytes()).is_some(), "{text}");
        }
    }
}
