//! The parameters that every request about a leg carries.

use chrono::DateTime;

use crate::id::LegId;
use crate::state::State;

/// The date format of webhooks and REST: RFC 2822 in UTC.
pub(crate) fn rfc2822(ms: i64) -> String {
    DateTime::from_timestamp_millis(ms)
        .unwrap_or_default()
        .format("%a, %d %b %Y %H:%M:%S +0000")
        .to_string()
}

/// A parameter as the form wants it.
pub(crate) fn pair(name: &str, value: impl Into<String>) -> (String, String) {
    (name.to_owned(), value.into())
}

impl State {
    /// The standard parameters of a leg, as of now.
    pub(crate) fn standard(&self, id: &LegId) -> Vec<(String, String)> {
        let Some(leg) = self.leg(id) else {
            return Vec::new();
        };
        let new = &leg.new;
        let mut params = vec![
            pair("CallSid", id.as_str()),
            pair("AccountSid", &self.config.account_sid),
            pair("From", &new.from),
            pair("To", &new.to),
            pair("Caller", &new.from),
            pair("Called", &new.to),
            pair("CallStatus", leg.status.as_str()),
            pair("ApiVersion", "2010-04-01"),
            pair("Direction", new.direction.as_str()),
            pair(
                "CallToken",
                format!("{{\"parentCallInfoToken\":\"{id}\",\"identityHeaderTokens\":[]}}"),
            ),
            // Twilio adds parameters without notice; an application has to live with ones it does not know.
            pair(
                "CarrierTrace",
                id.as_str().chars().rev().take(12).collect::<String>(),
            ),
        ];
        for (side, number) in [
            ("From", &new.from),
            ("Caller", &new.from),
            ("To", &new.to),
            ("Called", &new.to),
        ] {
            for field in ["City", "State", "Zip"] {
                params.push(pair(&format!("{side}{field}"), ""));
            }
            let country = if number.starts_with("+44") { "GB" } else { "" };
            params.push(pair(&format!("{side}Country"), country));
        }
        if let Some(parent) = &new.parent {
            params.push(pair("ParentCallSid", parent.as_str()));
        }
        params.extend(new.extra.iter().cloned());
        params
    }

    /// The parameters of a status callback besides the standard ones.
    pub(crate) fn progress_parameters(&self, id: &LegId, sequence: u32) -> Vec<(String, String)> {
        let Some(leg) = self.leg(id) else {
            return Vec::new();
        };
        let mut params = vec![
            pair("Timestamp", rfc2822(self.clock.now_ms())),
            pair("CallbackSource", "call-progress-events"),
            pair("SequenceNumber", sequence.to_string()),
        ];
        if leg.status.is_final() {
            let seconds = leg.duration_s();
            params.push(pair("CallDuration", seconds.to_string()));
            params.push(pair("Duration", ((seconds + 59) / 60).to_string()));
        }
        params
    }
}
