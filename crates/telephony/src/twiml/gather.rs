//! Waiting for keys.

use std::{io::Write, time::Duration};

use twilio_async::twiml::{Twiml, TwimlResult};
use xml::writer::EventWriter;

use super::{
    Method, Pause, Play, Say,
    element::{Element, verb},
};

/// What may be heard while keys are awaited; a key stops it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Prompt {
    /// Speech.
    Say(Say),
    /// Audio.
    Play(Play),
    /// Silence.
    Pause(Pause),
}

impl Prompt {
    fn write<W: Write>(&self, w: &mut EventWriter<W>) -> TwimlResult<()> {
        match self {
            Self::Say(say) => say.write(w),
            Self::Play(play) => play.write(w),
            Self::Pause(pause) => pause.write(w),
        }
    }
}

/// Collects keys and sends them to `action`. Without any, the next verb runs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Gather {
    /// Where the keys are sent. Required here: by default Twilio asks for the same document again, for ever.
    pub action: String,
    /// How `action` is requested; `POST` if nothing.
    pub method: Option<Method>,
    /// How long to wait for a key after the prompts; 5 s if nothing.
    pub timeout: Option<Duration>,
    /// Ends at once after so many keys; no limit if nothing.
    pub num_digits: Option<u8>,
    /// The key that ends the entry; `#` if nothing, no key at all if empty.
    pub finish_on_key: Option<String>,
    /// Whether `action` is also asked when no key was pressed; no if nothing.
    pub action_on_empty_result: Option<bool>,
    /// What is heard meanwhile.
    pub prompts: Vec<Prompt>,
}

impl Gather {
    /// With Twilio's defaults and silence.
    pub fn new(action: impl Into<String>) -> Self {
        Self {
            action: action.into(),
            method: None,
            timeout: None,
            num_digits: None,
            finish_on_key: None,
            action_on_empty_result: None,
            prompts: Vec::new(),
        }
    }

    fn write_element<W: Write>(&self, w: &mut EventWriter<W>) -> TwimlResult<()> {
        let Self {
            action,
            method,
            timeout,
            num_digits,
            finish_on_key,
            action_on_empty_result,
            prompts,
        } = self;
        Element::new("Gather")
            .attr("input", Some("dtmf"))
            .attr("action", Some(action))
            .attr("method", *method)
            .seconds("timeout", *timeout)
            .attr("numDigits", *num_digits)
            .attr("finishOnKey", finish_on_key.as_ref())
            .attr("actionOnEmptyResult", *action_on_empty_result)
            .with(w, |w| prompts.iter().try_for_each(|prompt| prompt.write(w)))
    }
}

verb!(Gather);
