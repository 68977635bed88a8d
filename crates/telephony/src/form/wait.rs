//! What a waiting caller's line asks for, again and again.

use std::time::Duration;

use super::{CallParams, MissingSid, WebhookForm, read::Fields};
use crate::QueueSid;

/// The request to an `<Enqueue>`'s wait URL.
///
/// The position is Twilio's; the order in which people are served is ours.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QueueWait {
    /// The leg.
    pub call: CallParams,
    /// Where the caller is parked.
    pub queue: Option<QueueSid>,
    /// Place in Twilio's queue; 1 is next.
    pub position: Option<u32>,
    /// How long the caller has been parked, in whole seconds.
    pub waited: Option<Duration>,
    /// How long those who wait now have waited on average.
    pub average_wait: Option<Duration>,
    /// How many wait in Twilio's queue.
    pub size: Option<u32>,
    /// How many Twilio lets wait.
    pub max_size: Option<u32>,
    /// Names of the fields that made no sense.
    pub odd: Vec<&'static str>,
}

impl QueueWait {
    /// Reads the view; fails only without a call and an account.
    pub fn from_form(form: &WebhookForm) -> Result<Self, MissingSid> {
        let mut fields = Fields::of(form);
        Ok(Self {
            call: CallParams::read(&mut fields)?,
            queue: fields.parsed("QueueSid"),
            position: fields.count("QueuePosition"),
            waited: fields.seconds("QueueTime"),
            average_wait: fields.seconds("AvgQueueTime"),
            size: fields.count("CurrentQueueSize"),
            max_size: fields.count("MaxQueueSize"),
            odd: fields.into_odd(),
        })
    }
}
