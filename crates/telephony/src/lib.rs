//! The only crate that knows Twilio: webhook forms, signatures, `TwiML` and REST.
//!
//! - [`signature`] says whether a request came from Twilio, over the [public URL](public_url) it was sent to;
//! - [`form`] turns the parameters of a webhook into typed views, one per kind of request;
//! - [`twiml`] renders what the caller hears next;
//! - [`AccessTokens`] lets agents' browsers register at Twilio;
//! - [`rest`] moves, starts and ends calls, and reads what Twilio believes about them.
//!
//! Everything Twilio sends is treated as hostile until it is parsed: a [SID](sid) is checked against its
//! pattern, an end of a line becomes a [`Party`], a word becomes a variant or nothing.
//!
//! The crate must never decide what happens to a call, never keep a call's state, and never put a
//! phone number or a token where it could be logged.

mod access_token;
pub mod form;
mod party;
pub mod public_url;
pub mod rest;
pub mod sid;
pub mod signature;
mod status;
pub mod twiml;
mod wire;

pub use access_token::{AccessTokens, NoToken, Validity};
pub use party::Party;
pub use public_url::PublicUrl;
pub use sid::{AccountSid, CallSid, ConferenceSid, QueueSid, RecordingSid};
pub use status::{CallStatus, Direction};
