//! Parking a caller.

use std::io::Write;

use twilio_async::twiml::TwimlResult;
use xml::writer::EventWriter;

use super::{
    Method,
    element::{Element, verb},
};

/// Parks the caller in a queue of Twilio's, which is made if it does not exist. Answers the call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Enqueue {
    /// The queue's name, at most 64 characters.
    pub queue: String,
    /// Asked once the caller is no longer parked; the next verb runs if nothing.
    pub action: Option<String>,
    /// How `action` is requested; `POST` if nothing.
    pub method: Option<Method>,
    /// Asked again and again while the caller waits; Twilio's music if nothing, silence if empty.
    pub wait_url: Option<String>,
    /// How `wait_url` is requested; `POST` if nothing.
    pub wait_url_method: Option<Method>,
}

impl Enqueue {
    /// With Twilio's defaults.
    pub fn new(queue: impl Into<String>) -> Self {
        Self {
            queue: queue.into(),
            action: None,
            method: None,
            wait_url: None,
            wait_url_method: None,
        }
    }

    fn write_element<W: Write>(&self, w: &mut EventWriter<W>) -> TwimlResult<()> {
        let Self {
            queue,
            action,
            method,
            wait_url,
            wait_url_method,
        } = self;
        Element::new("Enqueue")
            .attr("action", action.as_ref())
            .attr("method", *method)
            .attr("waitUrl", wait_url.as_ref())
            .attr("waitUrlMethod", *wait_url_method)
            .with_text(w, queue)
    }
}

verb!(Enqueue);
