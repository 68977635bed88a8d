//! Answers agents: their commands over HTTP, and what happens to calls.
//!
//! Under `/api/v1` an agent answers a call, gives it back, hangs up and says whether they are there; `/live` and a
//! call's history show what is. A command is checked at the door, stepped through the same pure rules as every
//! webhook, and committed once: of two agents who answer at the same time one has the call, and the other is told
//! who. What each request takes and gives stands in `openapi.json` beside the sources.
//!
//! Every answer has a `result` that programs read. A refusal is a problem document (RFC 9457) with the same
//! member, made in one place.
//!
//! It never decides what happens to a call, never tells anybody but the winner the secret of a claim, and never
//! keeps state between two requests.

mod agents;
mod app;
mod asked;
mod body;
mod commands;
mod guard;
mod presence;
mod reads;
mod refusal;
mod server;
mod span;

pub use app::{Realtime, RealtimeError};
pub use server::run;
