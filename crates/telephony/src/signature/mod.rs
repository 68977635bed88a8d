//! Whether a request came from Twilio.
//!
//! Twilio signs each request with the account's auth token: HMAC-SHA1, in base64, over the URL it
//! requested and, for a form, over every parameter in sorted order. [`Validator`] checks that in constant
//! time; [`sign`] makes the same signature, for tools that stand in for Twilio.
//!
//! A signature says who, never when: a recorded request stays valid for ever. Repeats have to be
//! recognised by what they say.

mod text;
mod urls;
mod validator;

pub use validator::{Algorithm, Request, SignatureError, Validator, sign};

/// The header that carries the signature.
pub const SIGNATURE_HEADER: &str = "X-Twilio-Signature";

/// The header that names another key and algorithm than the auth token and SHA-1.
pub const SETTINGS_HEADER: &str = "X-Twilio-Webhooks-Signature-Settings";
