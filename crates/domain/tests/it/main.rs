//! The rules of a call, from outside: what every command does in every place a call can be, that no promise to a
//! caller is ever forgotten, and what the line is told.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test may stop at the first surprise"
)]

mod commands;
mod encoding;
mod graph;
mod hung_up;
mod instructions;
mod model;
mod office;
mod patience;
mod places;
mod races;
mod rescue;
mod scene;
mod show;
mod stored;
mod transitions;
