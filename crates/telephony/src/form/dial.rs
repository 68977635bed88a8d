//! How a `<Dial>` ended.

use std::time::Duration;

use super::{CallParams, MissingSid, WebhookForm, read::Fields};
use crate::{CallSid, wire::wire_words};

wire_words! {
    /// What became of the dialled legs.
    DialStatus {
        /// Somebody answered, and the conversation is over.
        Completed = "completed",
        /// The leg was in a conference.
        Answered = "answered",
        /// Busy.
        Busy = "busy",
        /// Nobody picked up, or nobody got through the screening.
        NoAnswer = "no-answer",
        /// Could not be placed.
        Failed = "failed",
        /// Was withdrawn before it was answered.
        Canceled = "canceled",
    }
}

/// The request to a `<Dial>`'s action, made while the leg that dialled is still up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DialEnded {
    /// The leg that dialled.
    pub call: CallParams,
    /// What became of the others.
    pub status: Option<DialStatus>,
    /// The dialled leg that counted; absent for a conference.
    pub dialled: Option<CallSid>,
    /// Whether the two were ever connected. A screened leg can be answered and yet never be.
    pub bridged: Option<bool>,
    /// How long they talked, in whole seconds; absent for a conference.
    pub duration: Option<Duration>,
    /// Names of the fields that made no sense.
    pub odd: Vec<&'static str>,
}

impl DialEnded {
    /// Reads the view; fails only without a call and an account.
    pub fn from_form(form: &WebhookForm) -> Result<Self, MissingSid> {
        let mut fields = Fields::of(form);
        Ok(Self {
            call: CallParams::read(&mut fields)?,
            status: fields.word("DialCallStatus"),
            dialled: fields.parsed("DialCallSid"),
            bridged: fields.flag("DialBridged"),
            duration: fields.seconds("DialCallDuration"),
            odd: fields.into_odd(),
        })
    }
}
