//! Tests of the crate from outside, as one binary.
#![expect(
    clippy::unwrap_used,
    reason = "a helper that cannot set a test up has failed it"
)]

mod borders;
mod fake;
mod form;
mod recordings;
mod rest;
mod rest_failures;
mod signature;
mod twiml;
