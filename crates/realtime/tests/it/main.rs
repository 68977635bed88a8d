//! The agents' API over real HTTP and a real Redis.

#![expect(clippy::unwrap_used, clippy::expect_used, reason = "tests fail by panicking")]

mod answering;
mod bodies;
mod door;
mod ending;
mod house;
mod openapi;
mod outage;
mod presence;
mod repeating;
mod spec;
