//! The room in which people talk.

use std::io::Write;

use twilio_async::twiml::TwimlResult;
use xml::writer::EventWriter;

use super::{
    Method,
    element::{Element, verb},
};
use crate::wire::wire_words;

wire_words! {
    /// When those inside hear a beep.
    Beep {
        /// When somebody comes and when somebody goes; Twilio's default.
        Always = "true",
        /// Never.
        Never = "false",
        /// When somebody comes.
        OnEnter = "onEnter",
        /// When somebody goes.
        OnExit = "onExit",
    }
}

wire_words! {
    /// A kind of event of a conference that Twilio can tell us about.
    ConferenceCallback {
        /// It began.
        Start = "start",
        /// It ended.
        End = "end",
        /// Somebody came.
        Join = "join",
        /// Somebody went.
        Leave = "leave",
        /// Somebody was muted or is heard again.
        Mute = "mute",
        /// Somebody was put on hold or taken off.
        Hold = "hold",
        /// Somebody's settings changed.
        Modify = "modify",
        /// Somebody began or stopped speaking.
        Speaker = "speaker",
        /// An announcement ended or failed.
        Announcement = "announcement",
    }
}

/// Joins a conference, which begins with the first to join.
///
/// Of notices, only what the first to join asks for counts.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Conference {
    /// Its name: one conference of the account at a time. No personal data.
    pub name: String,
    /// Whether this one's coming starts it; yes if nothing. Until then those inside wait, muted.
    pub start_on_enter: Option<bool>,
    /// Whether this one's going ends it for all; no if nothing.
    pub end_on_exit: Option<bool>,
    /// When the others hear a beep.
    pub beep: Option<Beep>,
    /// A name for this leg that is unique in the conference, at most 128 characters.
    pub participant_label: Option<String>,
    /// What is heard until it starts; Twilio's music if nothing, silence if empty. Does not repeat itself.
    pub wait_url: Option<String>,
    /// How `wait_url` is requested; `POST` if nothing.
    pub wait_method: Option<Method>,
    /// How many may join; 250 if nothing.
    pub max_participants: Option<u8>,
    /// Where it is mixed, such as `ie1`; the carrier decides if nothing. Legs from several regions meet in one conference
    /// only where all of them name the same.
    pub region: Option<String>,
    /// Told what happens in it.
    pub status_callback: Option<String>,
    /// What it is told; nothing if empty.
    pub status_callback_events: Vec<ConferenceCallback>,
}

impl Conference {
    /// With Twilio's defaults.
    pub fn new(name: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            ..Self::default()
        }
    }

    fn write_element<W: Write>(&self, w: &mut EventWriter<W>) -> TwimlResult<()> {
        let Self {
            name,
            start_on_enter,
            end_on_exit,
            beep,
            participant_label,
            wait_url,
            wait_method,
            max_participants,
            region,
            status_callback,
            status_callback_events,
        } = self;
        Element::new("Conference")
            .attr("startConferenceOnEnter", *start_on_enter)
            .attr("endConferenceOnExit", *end_on_exit)
            .attr("beep", *beep)
            .attr("participantLabel", participant_label.as_ref())
            .attr("waitUrl", wait_url.as_ref())
            .attr("waitMethod", *wait_method)
            .attr("maxParticipants", *max_participants)
            .attr("region", region.as_ref())
            .attr("statusCallback", status_callback.as_ref())
            .words("statusCallbackEvent", status_callback_events)
            .with_text(w, name)
    }
}

verb!(Conference);
