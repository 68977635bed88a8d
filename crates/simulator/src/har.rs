//! The wire log as HAR 1.2.

use chrono::{DateTime, SecondsFormat};
use serde_json::{Value, json};
use url::Url;

use crate::wire::{WireEntry, WireLog};

/// The whole log.
pub(crate) fn har(log: &WireLog) -> Value {
    json!({
        "log": {
            "version": "1.2",
            "creator": { "name": env!("CARGO_PKG_NAME"), "version": env!("CARGO_PKG_VERSION") },
            "pages": [{
                "startedDateTime": date(log.started_ms),
                "id": "simulator",
                "title": "Everything between the simulator and the application",
                "pageTimings": {},
            }],
            "entries": log.entries.iter().map(entry).collect::<Vec<_>>(),
        }
    })
}

fn entry(entry: &WireEntry) -> Value {
    let took_ms = u64::try_from(entry.took.as_micros()).unwrap_or(u64::MAX);
    #[expect(clippy::cast_precision_loss, reason = "a duration for people to read")]
    let took_ms = took_ms as f64 / 1000.0;
    let query: Vec<Value> = Url::parse(&entry.url)
        .map(|url| {
            url.query_pairs()
                .map(|(name, value)| pair(&name, &value))
                .collect()
        })
        .unwrap_or_default();
    let mut request = json!({
        "method": entry.method,
        "url": entry.url,
        "httpVersion": "HTTP/1.1",
        "cookies": [],
        "headers": entry.request_headers.iter().map(|(name, value)| pair(name, value)).collect::<Vec<_>>(),
        "queryString": query,
        "headersSize": -1,
        "bodySize": entry.request_body.len(),
    });
    if !entry.request_body.is_empty() {
        let params: Vec<Value> = form_urlencoded::parse(entry.request_body.as_bytes())
            .map(|(name, value)| pair(&name, &value))
            .collect();
        request["postData"] = json!({
            "mimeType": "application/x-www-form-urlencoded",
            "params": params,
            "text": entry.request_body,
        });
    }
    let size = entry.response_body.len();
    let mut content = json!({ "size": size, "mimeType": entry.content_type });
    if entry.content_type.starts_with("audio/") {
        content["comment"] = json!("sound left out");
    } else {
        content["text"] = json!(String::from_utf8_lossy(&entry.response_body));
    }
    let mut all = json!({
        "pageref": "simulator",
        "startedDateTime": date(entry.at_ms),
        "time": took_ms,
        "request": request,
        "response": {
            "status": entry.status,
            "statusText": "",
            "httpVersion": "HTTP/1.1",
            "cookies": [],
            "headers": if entry.content_type.is_empty() { json!([]) } else { json!([pair("Content-Type", &entry.content_type)]) },
            "content": content,
            "redirectURL": "",
            "headersSize": -1,
            "bodySize": size,
        },
        "cache": {},
        "timings": { "send": 0, "wait": took_ms, "receive": 0 },
        "comment": entry.kind,
    });
    if let Some(error) = &entry.error {
        all["_error"] = json!(error);
    }
    all
}

fn pair(name: &str, value: &str) -> Value {
    json!({ "name": name, "value": value })
}

fn date(ms: i64) -> String {
    DateTime::from_timestamp_millis(ms)
        .unwrap_or_default()
        .to_rfc3339_opts(SecondsFormat::Millis, true)
}
