//! Why a caller is no longer parked.

use std::time::Duration;

use super::{CallParams, MissingSid, WebhookForm, read::Fields};
use crate::{QueueSid, wire::wire_words};

wire_words! {
    /// How an `<Enqueue>` ended.
    QueueResult {
        /// Was taken out by a `<Dial><Queue>` and has talked.
        Bridged = "bridged",
        /// Is just being taken out by a `<Dial><Queue>`.
        BridgingInProcess = "bridging-in-process",
        /// Was moved by REST; the call already runs the other document.
        Redirected = "redirected",
        /// Was moved by REST out of a conversation that a `<Dial><Queue>` had begun.
        RedirectedFromBridged = "redirected-from-bridged",
        /// Our wait document said `<Leave/>`.
        Leave = "leave",
        /// The caller hung up.
        Hangup = "hangup",
        /// Twilio's queue is at its limit; the caller was never parked.
        QueueFull = "queue-full",
        /// Twilio could not use the `<Enqueue>` or a wait document.
        Error = "error",
        /// Twilio's own trouble, or the caller hung up before being parked.
        SystemError = "system-error",
    }
}

/// The request to an `<Enqueue>`'s action.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EnqueueEnded {
    /// The leg.
    pub call: CallParams,
    /// How it ended.
    pub result: Option<QueueResult>,
    /// Where the caller was parked, if that came about.
    pub queue: Option<QueueSid>,
    /// How long the caller was parked, in whole seconds.
    pub waited: Option<Duration>,
    /// Names of the fields that made no sense.
    pub odd: Vec<&'static str>,
}

impl EnqueueEnded {
    /// Reads the view; fails only without a call and an account.
    pub fn from_form(form: &WebhookForm) -> Result<Self, MissingSid> {
        let mut fields = Fields::of(form);
        Ok(Self {
            call: CallParams::read(&mut fields)?,
            result: fields.word("QueueResult"),
            queue: fields.parsed("QueueSid"),
            waited: fields.seconds("QueueTime"),
            odd: fields.into_odd(),
        })
    }
}
