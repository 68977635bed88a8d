//! Who is dialled.

use std::io::Write;

use twilio_async::twiml::{Twiml, TwimlResult};
use xml::writer::EventWriter;

use super::{
    Method,
    element::{Element, verb},
};
use crate::wire::wire_words;

wire_words! {
    /// An event of a leg that Twilio can tell us about.
    LegCallback {
        /// Dialling began.
        Initiated = "initiated",
        /// It rings.
        Ringing = "ringing",
        /// It was picked up.
        Answered = "answered",
        /// It ended, in any way; the only one told by default.
        Completed = "completed",
    }
}

/// A phone.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Number {
    /// Its number, in E.164 form.
    pub number: String,
    /// The document that the one who picks up hears first. It has to end with `<Hangup/>`: a document that
    /// simply ends connects the caller, even to a mailbox.
    pub url: Option<String>,
    /// How `url` is requested; `POST` if nothing.
    pub method: Option<Method>,
    /// Told about the leg.
    pub status_callback: Option<String>,
    /// What it is told; only `completed` if empty.
    pub status_callback_events: Vec<LegCallback>,
}

impl Number {
    /// Without screening and notices.
    pub fn new(number: impl Into<String>) -> Self {
        Self {
            number: number.into(),
            ..Self::default()
        }
    }

    fn write_element<W: Write>(&self, w: &mut EventWriter<W>) -> TwimlResult<()> {
        let Self {
            number,
            url,
            method,
            status_callback,
            status_callback_events,
        } = self;
        Element::new("Number")
            .attr("url", url.as_ref())
            .attr("method", *method)
            .attr("statusCallback", status_callback.as_ref())
            .words("statusCallbackEvent", status_callback_events)
            .with_text(w, number)
    }
}

verb!(Number);

/// A browser.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Client {
    /// The identity in its token.
    pub identity: String,
    /// Names and values the browser gets with the ringing. Keep them short, some 800 bytes in all. A
    /// browser cannot see the caller's SID unless it is told here.
    pub parameters: Vec<(String, String)>,
    /// The document that the agent hears first.
    pub url: Option<String>,
    /// How `url` is requested; `POST` if nothing.
    pub method: Option<Method>,
    /// Told about the leg.
    pub status_callback: Option<String>,
    /// What it is told; only `completed` if empty.
    pub status_callback_events: Vec<LegCallback>,
}

impl Client {
    /// Without parameters and notices.
    pub fn new(identity: impl Into<String>) -> Self {
        Self {
            identity: identity.into(),
            ..Self::default()
        }
    }

    fn write_element<W: Write>(&self, w: &mut EventWriter<W>) -> TwimlResult<()> {
        let Self {
            identity,
            parameters,
            url,
            method,
            status_callback,
            status_callback_events,
        } = self;
        let client = Element::new("Client")
            .attr("url", url.as_ref())
            .attr("method", *method)
            .attr("statusCallback", status_callback.as_ref())
            .words("statusCallbackEvent", status_callback_events);
        if parameters.is_empty() {
            return client.with_text(w, identity);
        }
        client.with(w, |w| {
            Element::new("Identity").with_text(w, identity)?;
            parameters.iter().try_for_each(|(name, value)| {
                Element::new("Parameter")
                    .attr("name", Some(name))
                    .attr("value", Some(value))
                    .empty(w)
            })
        })
    }
}

verb!(Client);

/// One of those who ring at the same time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Noun {
    /// A phone.
    Number(Number),
    /// A browser.
    Client(Client),
}

impl Noun {
    pub(super) fn write<W: Write>(&self, w: &mut EventWriter<W>) -> TwimlResult<()> {
        match self {
            Self::Number(number) => number.write(w),
            Self::Client(client) => client.write(w),
        }
    }
}
