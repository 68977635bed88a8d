//! What the crate promises, from outside.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test that cannot go on must stop"
)]

mod health;
mod lifecycle;
mod lines;
mod private_redis;
mod schedules;
mod settings;
mod stored;
mod telemetry;
mod web;
