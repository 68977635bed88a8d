//! What Twilio's webhooks say.
//!
//! [`WebhookForm`] keeps every parameter, also the ones nobody knows. On top of it there is one typed view
//! for each kind of request, made by its `from_form`. Only a missing or malformed `CallSid` or `AccountSid`
//! is an error: a caller must not lose the line over a field that we read for information. Any other odd
//! value becomes nothing, and the name of its field goes into the view's `odd`, to be logged (the value
//! could be a person's number, the name never is).
//!
//! Parameters added by a browser arrive among the others, under a valid signature. They are still the
//! browser's words: read them with [`WebhookForm::get`] and believe them as little as a cookie.
//!
#![doc = include_str!("fields.md")]

mod call;
mod conference;
mod dial;
mod enqueue;
mod gather;
mod plausible;
mod raw;
mod read;
mod recording;
mod status;
mod wait;

pub use call::{CallParams, VoiceRequest};
pub use conference::{ConferenceEnd, ConferenceEvent, ConferenceNotice};
pub use dial::{DialEnded, DialStatus};
pub use enqueue::{EnqueueEnded, QueueResult};
pub use gather::Gathered;
pub use plausible::Implausible;
pub use raw::WebhookForm;
pub use read::{Fault, MissingSid};
pub use recording::{RecordEnd, Recorded, RecordingNotice, RecordingStatus};
pub use status::CallProgress;
pub use wait::QueueWait;
