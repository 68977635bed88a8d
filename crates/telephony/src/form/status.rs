//! How a leg is getting on.

use std::time::Duration;

use chrono::{DateTime, Utc};

use super::{CallParams, MissingSid, WebhookForm, read::Fields};

/// The notice to a call's `statusCallback`. Notices overtake each other and are not repeated when lost.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CallProgress {
    /// The leg, with its status and, if it was dialled by another, its parent.
    pub call: CallParams,
    /// Counts the notices of one leg in the order of the events, from 0.
    pub sequence: Option<u32>,
    /// How long the leg lasted, in whole seconds; only at its end.
    pub duration: Option<Duration>,
    /// When it happened, by Twilio's clock.
    pub at: Option<DateTime<Utc>>,
    /// Names of the fields that made no sense.
    pub odd: Vec<&'static str>,
}

impl CallProgress {
    /// Reads the view; fails only without a call and an account.
    pub fn from_form(form: &WebhookForm) -> Result<Self, MissingSid> {
        let mut fields = Fields::of(form);
        Ok(Self {
            call: CallParams::read(&mut fields)?,
            sequence: fields.count("SequenceNumber"),
            duration: fields.seconds("CallDuration"),
            at: fields.instant("Timestamp"),
            odd: fields.into_odd(),
        })
    }
}
