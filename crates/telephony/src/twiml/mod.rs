//! What the caller hears next.
//!
//! A [`VoiceResponse`] is a list of verbs that run from top to bottom. Every verb implements
//! `twilio_async`'s `Twiml` trait over one XML writer; `<Play>`, `<Redirect>` and `<Hangup>` are written by
//! that crate's own types, the others are ours.
//!
//! Attributes that are `None` are left out, and Twilio's default applies; the field says what that is.
//! URLs may be relative to the document. Texts are cleaned of what XML cannot carry and escaped, so no
//! name of a queue or a caller can break a document.

mod conference;
mod dial;
mod element;
mod enqueue;
mod gather;
mod noun;
mod record;
mod response;
mod say;
mod simple;

pub use conference::{Beep, Conference, ConferenceCallback};
pub use dial::{Dial, Target};
pub use enqueue::Enqueue;
pub use gather::{Gather, Prompt};
pub use noun::{Client, LegCallback, Noun, Number};
pub use record::{Record, RecordCallback};
pub use response::{CONTENT_TYPE, MAX_BYTES, RenderError, Verb, VoiceResponse};
pub use say::Say;
pub use simple::{Pause, Play, Redirect, Reject, RejectReason};

use crate::wire::wire_words;

wire_words! {
    /// How Twilio requests a URL of ours.
    Method {
        /// With the parameters in the query; for audio, so that Twilio can keep it.
        Get = "GET",
        /// With the parameters in a form; Twilio's default.
        Post = "POST",
    }
}
