//! The whole document.

use std::io::Write;

use twilio_async::twiml::{self, Twiml, TwimlErr, TwimlResult};
use xml::writer::EventWriter;

use super::{
    Dial, Enqueue, Gather, Pause, Play, Record, Redirect, Reject, Say,
    element::{Element, write_to_string},
    simple::write_leave,
};

/// What a document is sent as.
pub const CONTENT_TYPE: &str = "text/xml; charset=utf-8";

/// Longest document Twilio takes. It says "64 kB"; this is the smaller reading of that.
pub const MAX_BYTES: usize = 64_000;

/// One step of a document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verb {
    /// Reads a text aloud.
    Say(Say),
    /// Plays audio.
    Play(Play),
    /// Waits.
    Pause(Pause),
    /// Waits for keys.
    Gather(Gather),
    /// Parks the caller.
    Enqueue(Enqueue),
    /// Connects the leg with others.
    Dial(Dial),
    /// Records the caller.
    Record(Record),
    /// Goes on with another document.
    Redirect(Redirect),
    /// Takes the caller out of the queue.
    Leave,
    /// Refuses an incoming call.
    Reject(Reject),
    /// Ends the leg.
    Hangup,
}

/// A document. An empty one ends an ordinary leg, and lets a screened one through.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct VoiceResponse(pub Vec<Verb>);

/// Why a document was not rendered. Each is a fault of the one who composed it.
#[derive(Debug, thiserror::Error)]
pub enum RenderError {
    /// More than [`MAX_BYTES`].
    #[error("the document has {bytes} bytes, Twilio takes {MAX_BYTES}")]
    TooLarge {
        /// Its size.
        bytes: usize,
    },
    /// A `<Dial>` to nobody, or to more than [`Dial::MAX_NOUNS`].
    #[error("a dial to {count} parties, Twilio takes 1 to {}", Dial::MAX_NOUNS)]
    Nouns {
        /// How many it has.
        count: usize,
    },
    /// The XML writer failed.
    #[error("the document could not be written")]
    Write(#[source] TwimlErr),
}

impl Verb {
    fn write<W: Write>(&self, w: &mut EventWriter<W>) -> TwimlResult<()> {
        match self {
            Self::Say(verb) => verb.write(w),
            Self::Play(verb) => verb.write(w),
            Self::Pause(verb) => verb.write(w),
            Self::Gather(verb) => verb.write(w),
            Self::Enqueue(verb) => verb.write(w),
            Self::Dial(verb) => verb.write(w),
            Self::Record(verb) => verb.write(w),
            Self::Redirect(verb) => verb.write(w),
            Self::Leave => write_leave(w),
            Self::Reject(verb) => verb.write(w),
            Self::Hangup => twiml::Hangup::new().write(w),
        }
    }
}

impl VoiceResponse {
    /// The document as sent: declaration first, UTF-8, at most [`MAX_BYTES`].
    pub fn render(&self) -> Result<String, RenderError> {
        for verb in &self.0 {
            if let Verb::Dial(dial) = verb
                && !(1..=Dial::MAX_NOUNS).contains(&dial.nouns())
            {
                return Err(RenderError::Nouns { count: dial.nouns() });
            }
        }
        let document = self.build().map_err(RenderError::Write)?;
        if document.len() > MAX_BYTES {
            return Err(RenderError::TooLarge {
                bytes: document.len(),
            });
        }
        Ok(document)
    }
}

impl FromIterator<Verb> for VoiceResponse {
    fn from_iter<I: IntoIterator<Item = Verb>>(verbs: I) -> Self {
        Self(verbs.into_iter().collect())
    }
}

impl Twiml for VoiceResponse {
    fn write<W: Write>(&self, w: &mut EventWriter<W>) -> TwimlResult<()> {
        Element::new("Response").with(w, |w| self.0.iter().try_for_each(|verb| verb.write(w)))
    }

    fn build(&self) -> TwimlResult<String> {
        write_to_string(self, true)
    }
}

macro_rules! into_verb {
    ($($name:ident),+) => {
        $(impl From<$name> for Verb {
            fn from(verb: $name) -> Self {
                Self::$name(verb)
            }
        })+
    };
}

into_verb!(Say, Play, Pause, Gather, Enqueue, Dial, Record, Redirect, Reject);
