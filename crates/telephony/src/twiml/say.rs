//! Speech.

use std::io::Write;

use twilio_async::twiml::TwimlResult;
use xml::writer::EventWriter;

use super::element::{Element, verb};

/// Reads a text aloud.
///
/// Ours, because the crate's own `Say` knows three voices and always writes one of them.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Say {
    /// What is said. "12345" is read as a number, "1 2 3 4 5" as digits.
    pub text: String,
    /// Whose voice, for example `Polly.Amy-Neural`; the account's setting if nothing.
    pub voice: Option<String>,
    /// Which language, for example `en-GB`; has to be one the voice speaks.
    pub language: Option<String>,
}

impl Say {
    /// With the account's voice and language.
    pub fn new(text: impl Into<String>) -> Self {
        Self {
            text: text.into(),
            ..Self::default()
        }
    }

    fn write_element<W: Write>(&self, w: &mut EventWriter<W>) -> TwimlResult<()> {
        let Self {
            text,
            voice,
            language,
        } = self;
        Element::new("Say")
            .attr("voice", voice.as_ref())
            .attr("language", language.as_ref())
            .with_text(w, text)
    }
}

verb!(Say);
