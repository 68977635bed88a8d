//! Who came and went in a conference.

use chrono::{DateTime, Utc};

use super::{MissingSid, WebhookForm, read::Fields};
use crate::{AccountSid, CallSid, ConferenceSid, wire::wire_words};

wire_words! {
    /// What happened.
    ConferenceEvent {
        /// The conference began.
        Start = "conference-start",
        /// The conference is over.
        End = "conference-end",
        /// A leg came in.
        Join = "participant-join",
        /// A leg went out.
        Leave = "participant-leave",
        /// A leg was muted.
        Mute = "participant-mute",
        /// A leg is heard again.
        Unmute = "participant-unmute",
        /// A leg was put on hold.
        Hold = "participant-hold",
        /// A leg was taken off hold.
        Unhold = "participant-unhold",
        /// A leg's settings changed.
        Modify = "participant-modify",
        /// A leg began to speak.
        SpeechStart = "participant-speech-start",
        /// A leg stopped speaking.
        SpeechStop = "participant-speech-stop",
        /// An announcement was played.
        AnnouncementEnd = "announcement-end",
        /// An announcement could not be played.
        AnnouncementFail = "announcement-fail",
    }
}

wire_words! {
    /// Why a conference ended.
    ConferenceEnd {
        /// By REST.
        Api = "conference-ended-via-api",
        /// The last one in it was removed.
        LastKicked = "last-participant-kicked",
        /// The last one in it left.
        LastLeft = "last-participant-left",
        /// The one it depended on was removed.
        OwnerKicked = "participant-with-end-conference-on-exit-kicked",
        /// The one it depended on left.
        OwnerLeft = "participant-with-end-conference-on-exit-left",
    }
}

/// The notice to a conference's `statusCallback`. It says nothing about who called.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConferenceNotice {
    /// The account.
    pub account: AccountSid,
    /// What happened.
    pub event: Option<ConferenceEvent>,
    /// The conference's SID.
    pub conference: Option<ConferenceSid>,
    /// The name we gave it.
    pub name: Option<String>,
    /// Counts the notices of one conference in the order of the events.
    pub sequence: Option<u32>,
    /// When it happened, by Twilio's clock.
    pub at: Option<DateTime<Utc>>,
    /// The leg, in events about one.
    pub call: Option<CallSid>,
    /// The label we gave the leg, in events about one.
    pub label: Option<String>,
    /// Why it ended, in its last event.
    pub ended: Option<ConferenceEnd>,
    /// Whose leaving ended it.
    pub ended_by: Option<CallSid>,
    /// Names of the fields that made no sense.
    pub odd: Vec<&'static str>,
}

impl ConferenceNotice {
    /// Reads the view; fails without an account, or when the leg it is about is not a SID.
    pub fn from_form(form: &WebhookForm) -> Result<Self, MissingSid> {
        let mut fields = Fields::of(form);
        let call = match fields.raw("CallSid") {
            Some(_) => Some(fields.required("CallSid")?),
            None => None,
        };
        Ok(Self {
            account: fields.required("AccountSid")?,
            event: fields.word("StatusCallbackEvent"),
            conference: fields.parsed("ConferenceSid"),
            name: fields.text("FriendlyName"),
            sequence: fields.count("SequenceNumber"),
            at: fields.instant("Timestamp"),
            call,
            label: fields.text("ParticipantLabel"),
            ended: fields.word("ReasonConferenceEnded"),
            ended_by: fields.parsed("CallSidEndingConference"),
            odd: fields.into_odd(),
        })
    }
}
