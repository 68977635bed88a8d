//! Callers whose calls are not taken.
//!
//! They are refused before the call is answered: that costs nothing, and nothing of it is kept.

use switchboard_domain::{Caller, Country};
use switchboard_runtime::Blocked;
use switchboard_runtime::settings::Office;
use switchboard_telephony::form::WebhookForm;
use switchboard_telephony::twiml::{Reject, RejectReason, VoiceResponse};

/// Who is not let in.
#[derive(Debug)]
pub(crate) struct Refusal {
    blocked: Vec<Blocked>,
    withheld: bool,
    country: Country,
}

impl Refusal {
    pub(crate) fn new(office: &Office) -> Self {
        let country = office.country();
        let read = |entry: &String| Blocked::parse(entry, country).ok();
        Self {
            blocked: office.blocked.iter().filter_map(read).collect(),
            withheld: office.withheld == "reject",
            country,
        }
    }

    /// Why the caller is not let in: `blocked` or `withheld`.
    pub(crate) fn of(&self, form: &WebhookForm) -> Option<&'static str> {
        let from = form.get("From").unwrap_or_default();
        let caller = Caller::read(from, self.country);
        if self.blocked.iter().any(|entry| entry.is(from, &caller)) {
            return Some("blocked");
        }
        let hidden = self.withheld && caller == Caller::Withheld;
        hidden.then_some("withheld")
    }
}

/// A nuisance hears that there is nobody here; somebody who hides their number may have a good reason, and can try
/// again.
pub(crate) fn document(why: &str) -> VoiceResponse {
    let reason = if why == "blocked" {
        RejectReason::Rejected
    } else {
        RejectReason::Busy
    };
    VoiceResponse(vec![Reject { reason }.into()])
}
