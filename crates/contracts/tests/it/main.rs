//! The contract from outside: what was ever on the wire must decode for ever.
#![expect(clippy::unwrap_used, reason = "a test may stop at the first surprise")]

mod convert;
mod coverage;
mod samples;
mod urls;
