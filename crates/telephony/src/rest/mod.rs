//! Telling Twilio what to do, and asking what it believes.
//!
//! [`RestClient`] has one method for each request the system makes. Requests are built by `twilio_async`
//! (path, credentials, form) and sent by `reqwest` to the host of the configuration, with time-outs.
//!
//! A request that may have been executed is never sent twice. What is repeated, a few times and at random
//! moments that spread out, is what surely was not executed: a connection that never came about, and 429.
//! When Twilio keeps failing, a [circuit breaker](BreakerPolicy) refuses at once, so that the jobs behind
//! it wait in their queue instead of on a socket.
//!
//! Every failure knows its [`Fate`]: whether the call is simply elsewhere, whether to come again later,
//! whether to look before doing anything, or to give up.

mod calls;
mod client;
mod conferences;
mod config;
mod error;
mod json;
mod measure;
mod pages;
mod queues;
mod recordings;
mod retry;
mod send;

pub use calls::{Call, CallFilter, CreateCall};
pub use client::RestClient;
pub use conferences::{Conference, ConferenceStatus, Participant, ParticipantStatus};
pub use config::{InvalidConfig, RestConfig, RetryPolicy};
pub use error::{Fate, RestError};
pub use pages::Listing;
pub use queues::Member;
pub use recordings::{Media, Recording, RecordingState};
pub use switchboard_outbound::BreakerPolicy;
