//! The small verbs, and those that `twilio_async` writes.

use std::{io::Write, time::Duration};

use twilio_async::twiml::{self, Twiml, TwimlResult};
use xml::writer::EventWriter;

use super::{
    Method,
    element::{Element, clean, verb},
};
use crate::wire::wire_words;

/// Plays audio.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Play {
    /// Where the audio is. It is requested without any of the usual parameters.
    pub url: String,
    /// How often; 0 plays it until something else happens.
    pub times: u32,
}

impl Play {
    /// Once.
    pub fn new(url: impl Into<String>) -> Self {
        Self {
            url: url.into(),
            times: 1,
        }
    }

    fn write_element<W: Write>(&self, w: &mut EventWriter<W>) -> TwimlResult<()> {
        let times = usize::try_from(self.times).unwrap_or(usize::MAX);
        twiml::Play::new(&clean(&self.url)).count(times).write(w)
    }
}

verb!(Play);

/// Silence.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pause {
    /// How long; whole seconds, rounded up.
    pub length: Duration,
}

impl Pause {
    /// Of so many seconds.
    pub const fn seconds(seconds: u64) -> Self {
        Self {
            length: Duration::from_secs(seconds),
        }
    }

    fn write_element<W: Write>(&self, w: &mut EventWriter<W>) -> TwimlResult<()> {
        Element::new("Pause")
            .seconds("length", Some(self.length))
            .empty(w)
    }
}

verb!(Pause);

/// Goes on with another document; nothing after it runs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Redirect {
    /// Where that document is.
    pub url: String,
    /// How it is requested.
    pub method: Method,
}

impl Redirect {
    /// By `POST`.
    pub fn new(url: impl Into<String>) -> Self {
        Self {
            url: url.into(),
            method: Method::Post,
        }
    }

    fn write_element<W: Write>(&self, w: &mut EventWriter<W>) -> TwimlResult<()> {
        let method = match self.method {
            Method::Get => twiml::Method::Get,
            Method::Post => twiml::Method::Post,
        };
        twiml::Redirect::new(&clean(&self.url)).method(method).write(w)
    }
}

verb!(Redirect);

wire_words! {
    /// What a rejected caller hears.
    RejectReason {
        /// That the number is not in service; the call's status becomes `no-answer`.
        Rejected = "rejected",
        /// The busy tone.
        Busy = "busy",
    }
}

/// Refuses the call without answering it. Works only as the first verb of an incoming call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reject {
    /// What the caller hears.
    pub reason: RejectReason,
}

impl Reject {
    fn write_element<W: Write>(self, w: &mut EventWriter<W>) -> TwimlResult<()> {
        Element::new("Reject").attr("reason", Some(self.reason)).empty(w)
    }
}

verb!(Reject);

/// Takes the caller out of the queue, from within a wait document.
pub(super) fn write_leave<W: Write>(w: &mut EventWriter<W>) -> TwimlResult<()> {
    Element::new("Leave").empty(w)
}
