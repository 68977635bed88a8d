//! Taking a message.

use std::{io::Write, time::Duration};

use twilio_async::twiml::TwimlResult;
use xml::writer::EventWriter;

use super::{
    Method,
    element::{Element, verb},
};
use crate::wire::wire_words;

wire_words! {
    /// An event of a recording that Twilio can tell us about.
    RecordCallback {
        /// It began.
        InProgress = "in-progress",
        /// Its audio can be fetched; the only one told by default.
        Completed = "completed",
        /// There is nothing to keep.
        Absent = "absent",
    }
}

/// Records the caller; nothing after it runs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Record {
    /// Asked when it is over, also when the caller hung up. Required here: by default Twilio asks for the
    /// same document again, for ever.
    pub action: String,
    /// How `action` is requested; `POST` if nothing.
    pub method: Option<Method>,
    /// Ends after so much silence; 5 s if nothing.
    pub timeout: Option<Duration>,
    /// The keys that end it; any key if nothing.
    pub finish_on_key: Option<String>,
    /// Ends after so long; an hour if nothing.
    pub max_length: Option<Duration>,
    /// Whether a beep comes first; yes if nothing.
    pub play_beep: Option<bool>,
    /// Whether silence at both ends is cut off; yes if nothing.
    pub trim_silence: Option<bool>,
    /// Told about the recording.
    pub recording_status_callback: Option<String>,
    /// How `recording_status_callback` is requested; `POST` if nothing.
    pub recording_status_callback_method: Option<Method>,
    /// What it is told; only `completed` if empty.
    pub recording_status_callback_events: Vec<RecordCallback>,
}

impl Record {
    /// With Twilio's defaults.
    pub fn new(action: impl Into<String>) -> Self {
        Self {
            action: action.into(),
            method: None,
            timeout: None,
            finish_on_key: None,
            max_length: None,
            play_beep: None,
            trim_silence: None,
            recording_status_callback: None,
            recording_status_callback_method: None,
            recording_status_callback_events: Vec::new(),
        }
    }

    fn write_element<W: Write>(&self, w: &mut EventWriter<W>) -> TwimlResult<()> {
        let Self {
            action,
            method,
            timeout,
            finish_on_key,
            max_length,
            play_beep,
            trim_silence,
            recording_status_callback,
            recording_status_callback_method,
            recording_status_callback_events,
        } = self;
        let trim = trim_silence.map(|trim| if trim { "trim-silence" } else { "do-not-trim" });
        Element::new("Record")
            .attr("action", Some(action))
            .attr("method", *method)
            .seconds("timeout", *timeout)
            .attr("finishOnKey", finish_on_key.as_ref())
            .seconds("maxLength", *max_length)
            .attr("playBeep", *play_beep)
            .attr("trim", trim)
            .attr("recordingStatusCallback", recording_status_callback.as_ref())
            .attr("recordingStatusCallbackMethod", *recording_status_callback_method)
            .words("recordingStatusCallbackEvent", recording_status_callback_events)
            .empty(w)
    }
}

verb!(Record);
