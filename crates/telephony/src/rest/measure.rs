//! Every request to Twilio, by endpoint and outcome.

use std::time::Duration;

use super::RestError;

/// How a request ended, in a word.
pub(super) fn outcome(error: Option<&RestError>) -> &'static str {
    match error {
        None => "ok",
        Some(RestError::Connect { .. }) => "no_connection",
        Some(RestError::NoAnswer(_)) => "no_answer",
        Some(RestError::Server { .. }) => "server_error",
        Some(RestError::RateLimited { .. }) => "rate_limited",
        Some(RestError::BreakerOpen { .. }) => "breaker_open",
        Some(RestError::NotThere { .. }) => "not_there",
        Some(RestError::Refused { .. }) => "refused",
        Some(
            RestError::TooLong { .. }
            | RestError::Unreadable { .. }
            | RestError::ForeignPage
            | RestError::Build(_),
        ) => "unusable",
    }
}

/// The path without what names one call, caller or page: there are a dozen of these, and not one for each call.
pub(super) fn endpoint(path: &str) -> String {
    let path = path.split('?').next().unwrap_or_default();
    let (path, _) = path.rsplit_once('.').unwrap_or((path, ""));
    let mut parts = path
        .split('/')
        .enumerate()
        .map(|(index, part)| if index % 2 == 0 { part } else { "*" });
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |path, part| path + "/" + part)
}

pub(super) fn note(method: &str, path: &str, took: Duration, error: Option<&RestError>) {
    metrics::histogram!(
        "twilio_request_seconds",
        "endpoint" => format!("{method} {}", endpoint(path)),
        "outcome" => outcome(error)
    )
    .record(took.as_secs_f64());
}

/// Elements of a list that say not even which one they are.
pub(super) fn unreadable(resource: &str, count: usize) {
    metrics::counter!("twilio_list_items_unreadable_total", "endpoint" => endpoint(resource))
        .increment(count as u64);
}

/// A list that went on after the last page that is read.
pub(super) fn too_long(resource: &str) {
    metrics::counter!("twilio_lists_too_long_total", "endpoint" => endpoint(resource)).increment(1);
}

#[cfg(test)]
mod tests {
    use super::endpoint;

    #[test]
    fn endpoints_name_no_call() {
        for (path, expected) in [
            ("Calls.json", "Calls"),
            ("Calls.json?Status=ringing&PageSize=200", "Calls"),
            ("Calls/CA0000000000000000000000000000000a.json", "Calls/*"),
            ("Queues/QU1/Members/CA2.json", "Queues/*/Members/*"),
            (
                "Conferences/CF1/Participants.json?PageSize=200",
                "Conferences/*/Participants",
            ),
            ("Recordings/RE1.wav", "Recordings/*"),
            ("", ""),
        ] {
            assert_eq!(endpoint(path), expected, "{path}");
        }
    }
}
