//! The wire log: every request that crossed the border, in both directions.

use std::collections::VecDeque;
use std::time::Duration;

use crate::webhook::{Answer, Webhook};

/// Older entries make room for newer ones, so that a long demonstration does not eat the machine.
const KEPT: usize = 20_000;

pub(crate) struct WireLog {
    pub(crate) started_ms: i64,
    pub(crate) entries: VecDeque<WireEntry>,
}

/// One request and what became of it.
pub(crate) struct WireEntry {
    /// Virtual time of the request.
    pub(crate) at_ms: i64,
    /// Real time it took.
    pub(crate) took: Duration,
    /// `webhook` or `rest`.
    pub(crate) kind: &'static str,
    pub(crate) method: String,
    pub(crate) url: String,
    pub(crate) request_headers: Vec<(String, String)>,
    pub(crate) request_body: String,
    /// 0 when there was no answer.
    pub(crate) status: u16,
    pub(crate) content_type: String,
    pub(crate) response_body: Vec<u8>,
    pub(crate) error: Option<String>,
}

impl WireLog {
    pub(crate) fn new(started_ms: i64) -> Self {
        Self {
            started_ms,
            entries: VecDeque::new(),
        }
    }

    pub(crate) fn push(&mut self, entry: WireEntry) {
        if self.entries.len() >= KEPT {
            self.entries.pop_front();
        }
        self.entries.push_back(entry);
    }
}

impl WireEntry {
    pub(crate) fn webhook(
        at_ms: i64,
        took: Duration,
        hook: &Webhook,
        url: &str,
        request_headers: Vec<(String, String)>,
        request_body: String,
        result: &Result<Answer, reqwest::Error>,
    ) -> Self {
        let (status, content_type, response_body, error) = match result {
            Ok(Answer::Got {
                status,
                content_type,
                body,
                ..
            }) => (
                *status,
                content_type.clone().unwrap_or_default(),
                body.clone(),
                None,
            ),
            Ok(Answer::Failed { code }) => (0, String::new(), Vec::new(), Some(format!("error {code}"))),
            Err(error) => (0, String::new(), Vec::new(), Some(error.to_string())),
        };
        Self {
            at_ms,
            took,
            kind: "webhook",
            method: hook.method.clone(),
            url: url.to_owned(),
            request_headers,
            request_body,
            status,
            content_type,
            response_body,
            error,
        }
    }
}
