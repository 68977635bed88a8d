//! Dead letters.

use serde::{Deserialize, Serialize};

use crate::envelope::Envelope;
use crate::trace;

/// A dead letter.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct DeadJob {
    /// The job's id.
    pub id: String,
    /// The job's name, if its envelope could be read.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Why it was given up.
    pub reason: String,
    /// The attempts that counted.
    pub attempts: u32,
    /// When it was given up, virtual ms.
    pub died_at_ms: i64,
    /// The trace that it belonged to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub trace_id: Option<String>,
    /// The envelope as it lay in Redis.
    pub envelope: String,
}

#[derive(Deserialize)]
struct Letter {
    reason: String,
    attempts: u32,
    died_at_ms: i64,
    job: String,
}

impl DeadJob {
    /// Reads a letter written by `qbury`; one that cannot be read still shows up.
    pub(crate) fn parse(id: String, letter: &[u8]) -> Self {
        let text = String::from_utf8_lossy(letter);
        match serde_json::from_str::<Letter>(&text) {
            Ok(Letter {
                reason,
                attempts,
                died_at_ms,
                job,
            }) => {
                let envelope = serde_json::from_str::<Envelope>(&job).ok();
                let traceparent = envelope
                    .as_ref()
                    .and_then(|envelope| envelope.traceparent.as_deref());
                let trace_id = traceparent.and_then(trace::id).map(str::to_owned);
                Self {
                    id,
                    name: envelope.map(|envelope| envelope.name),
                    reason,
                    attempts,
                    died_at_ms,
                    trace_id,
                    envelope: job,
                }
            }
            Err(error) => Self {
                id,
                name: None,
                reason: format!("unreadable dead letter: {error}"),
                attempts: 0,
                died_at_ms: 0,
                trace_id: None,
                envelope: text.into_owned(),
            },
        }
    }
}
