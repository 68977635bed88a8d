//! The chores, run as commands over small workspaces of their own.
#![expect(
    clippy::unwrap_used,
    reason = "a test that cannot set up its workspace should say so and stop"
)]

mod arrows;
mod fixture;
mod generated;
mod tidy;
