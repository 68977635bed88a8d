//! The wire log: every request that crossed the border, in both directions.

use std::collections::VecDeque;
use std::time::Duration;

use url::Url;

use crate::webhook::{Answer, Webhook};

/// Older entries make room for newer ones, so that a long demonstration does not eat the machine.
const KEPT: usize = 20_000;

pub(crate) struct WireLog {
    pub(crate) started_ms: i64,
    /// How many entries were forgotten before the first of them.
    pub(crate) first: u64,
    /// What no entry may show.
    secrets: Vec<String>,
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
    pub(crate) fn new(started_ms: i64, secrets: Vec<String>) -> Self {
        Self {
            started_ms,
            first: 0,
            secrets,
            entries: VecDeque::new(),
        }
    }

    pub(crate) fn push(&mut self, mut entry: WireEntry) {
        if self.entries.len() >= KEPT {
            self.entries.pop_front();
            self.first += 1;
        }
        // Here, once, so that whoever shows the log cannot forget it.
        entry.mask(&self.secrets);
        self.entries.push_back(entry);
    }

    /// The number that the next entry will have; the first ever had 0.
    pub(crate) fn next(&self) -> u64 {
        self.first + self.entries.len() as u64
    }

    /// The entries from this number on that are still kept, each with its number.
    pub(crate) fn since(&self, number: u64) -> impl Iterator<Item = (u64, &WireEntry)> {
        let skipped = usize::try_from(number.saturating_sub(self.first)).unwrap_or(usize::MAX);
        (self.first.max(number)..).zip(self.entries.iter().skip(skipped))
    }
}

/// What stands in the place of a secret.
const MASK: &str = "(hidden)";

impl WireEntry {
    fn mask(&mut self, secrets: &[String]) {
        if let Ok(mut url) = Url::parse(&self.url)
            && url.password().is_some()
            && url.set_password(Some("hidden")).is_ok()
        {
            self.url = url.into();
        }
        for secret in secrets.iter().filter(|secret| !secret.is_empty()) {
            let texts = [&mut self.url, &mut self.request_body]
                .into_iter()
                .chain(self.request_headers.iter_mut().map(|(_, value)| value));
            for text in texts.filter(|text| text.contains(secret)) {
                *text = text.replace(secret, MASK);
            }
            if let Ok(text) = str::from_utf8(&self.response_body)
                && text.contains(secret)
            {
                self.response_body = text.replace(secret, MASK).into_bytes();
            }
        }
    }

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
