//! What a caller left, and whether it can be fetched yet.

use std::time::Duration;

use super::{CallParams, MissingSid, WebhookForm, gather::is_key, read::Fields};
use crate::{AccountSid, CallSid, ConferenceSid, RecordingSid, wire::wire_words};

/// How a recording was brought to its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RecordEnd {
    /// The caller hung up.
    Hangup,
    /// The caller pressed a key.
    Key(char),
}

/// The request to a `<Record>`'s action; made also when the caller hung up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recorded {
    /// The leg.
    pub call: CallParams,
    /// The recording. Its audio need not exist yet: [`RecordingNotice`] tells.
    pub recording: Option<RecordingSid>,
    /// Length in whole seconds.
    pub duration: Option<Duration>,
    /// How it ended; nothing means silence or the longest allowed length.
    pub end: Option<RecordEnd>,
    /// Names of the fields that made no sense.
    pub odd: Vec<&'static str>,
}

impl Recorded {
    /// Reads the view; fails only without a call and an account.
    pub fn from_form(form: &WebhookForm) -> Result<Self, MissingSid> {
        let mut fields = Fields::of(form);
        Ok(Self {
            call: CallParams::read(&mut fields)?,
            recording: recording(&mut fields),
            duration: fields.seconds("RecordingDuration"),
            end: fields.with("Digits", end),
            odd: fields.into_odd(),
        })
    }
}

wire_words! {
    /// Whether a recording can be fetched.
    RecordingStatus {
        /// Still recording.
        InProgress = "in-progress",
        /// The audio is there.
        Completed = "completed",
        /// Nothing was said, or nothing was kept.
        Absent = "absent",
        /// Twilio could not make it.
        Failed = "failed",
    }
}

/// The notice to a `recordingStatusCallback`. It says nothing about who called.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecordingNotice {
    /// The leg that was recorded; of a `<Dial>`, the one that dialled.
    pub call: CallSid,
    /// The account.
    pub account: AccountSid,
    /// The recording.
    pub recording: Option<RecordingSid>,
    /// Whether it can be fetched.
    pub status: Option<RecordingStatus>,
    /// Length in whole seconds.
    pub duration: Option<Duration>,
    /// The conference, when it is one's recording.
    pub conference: Option<ConferenceSid>,
    /// Names of the fields that made no sense.
    pub odd: Vec<&'static str>,
}

impl RecordingNotice {
    /// Reads the view; fails only without a call and an account.
    pub fn from_form(form: &WebhookForm) -> Result<Self, MissingSid> {
        let mut fields = Fields::of(form);
        Ok(Self {
            call: fields.required("CallSid")?,
            account: fields.required("AccountSid")?,
            recording: recording(&mut fields),
            status: fields.word("RecordingStatus"),
            duration: fields.seconds("RecordingDuration"),
            conference: fields.parsed("ConferenceSid"),
            odd: fields.into_odd(),
        })
    }
}

/// The recording's SID, from its URL if need be.
///
/// The URL itself is not kept: media is fetched with our credentials, so its address is always built from
/// the SID and our own configuration, never taken from a request.
fn recording(fields: &mut Fields<'_>) -> Option<RecordingSid> {
    let named = fields.parsed("RecordingSid");
    let in_url = fields.with("RecordingUrl", |url| {
        let path = url.split(['?', '#']).next()?;
        let last = path.rsplit('/').next()?;
        last.split('.').next()?.parse::<RecordingSid>().ok()
    });
    named.or(in_url)
}

fn end(value: &str) -> Option<RecordEnd> {
    if value == "hangup" {
        return Some(RecordEnd::Hangup);
    }
    let mut keys = value.chars();
    match (keys.next(), keys.next()) {
        (Some(key), None) if is_key(key) => Some(RecordEnd::Key(key)),
        _ => None,
    }
}
