//! The value of a job in Redis.

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use crate::error::Result;
use crate::job::Job;

/// What the pushing side writes; the script puts `pushed_at_ms` and, for later, `due_ms` in front,
/// because only it knows the clock.
#[derive(Serialize)]
struct Outgoing<'a> {
    name: &'a str,
    attempts: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    traceparent: Option<&'a str>,
    payload: &'a RawValue,
}

/// What a worker reads. The payload stays text until the router knows its type.
#[derive(Debug, Deserialize)]
pub(crate) struct Envelope {
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

impl Envelope {
    /// When the job could run for the first time, in virtual ms.
    pub(crate) fn ready_at_ms(&self) -> i64 {
        self.pushed_at_ms.max(self.due_ms)
    }
}

pub(crate) fn payload<J: Job>(job: &J) -> Result<Box<RawValue>> {
    Ok(serde_json::value::to_raw_value(job)?)
}

pub(crate) fn encode(name: &str, attempts: u32, traceparent: Option<&str>, payload: &RawValue) -> Vec<u8> {
    let outgoing = Outgoing {
        name,
        attempts,
        traceparent,
        payload,
    };
    // Strings, a number and JSON that is already text cannot fail; an empty envelope would be refused
    // by `qcheck`, not lost.
    serde_json::to_vec(&outgoing).unwrap_or_default()
}
