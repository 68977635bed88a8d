//! The agents' API over real HTTP and a real Redis.

#![expect(clippy::unwrap_used, clippy::expect_used, reason = "tests fail by panicking")]

mod answering;
mod bodies;
mod cadence;
mod carrier;
mod client;
mod cut;
mod door;
mod ending;
#[path = "../../../store/tests/it/future.rs"]
mod future;
mod handshake;
mod hours;
mod house;
mod jobs;
mod newer;
mod openapi;
mod outage;
mod pages;
mod presence;
mod reducer;
mod repeating;
mod samples;
mod slow;
mod sockets;
mod spec;
mod storms;
mod turns;
