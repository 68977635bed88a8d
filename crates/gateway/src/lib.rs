//! Answers Twilio: authenticates a webhook, steps the call, returns TwiML.
//!
//! One address, one round trip to Redis, one document. A request is believed only when its signature fits the
//! public address it was sent to; then it is parsed into a [`Command`](switchboard_domain::Command), the call is
//! stepped, and what the caller's line is to do is read off the call after it. When Redis does not answer within
//! its budget, the same addresses answer from the settings alone: in opening hours the office rings, else the
//! caller may leave a message.
//!
//! A signed request is never answered with an error, except 400 when it names no call: odd values are kept out,
//! logged by the name of their field, and the call takes its safe way.
//!
//! It never calls anything outside but Redis, never decides anything itself, and never keeps state between two
//! requests.

mod app;
mod busy;
mod documents;
mod handlers;
mod hold;
mod limits;
mod music;
mod refusal;
mod script;
mod server;

pub use app::{Gateway, GatewayError, open_store};
pub use server::run;
