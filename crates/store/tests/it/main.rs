//! The store against a real Redis, one private server a test.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test may fail where it stands"
)]
#![expect(
    clippy::disallowed_methods,
    reason = "tests own their tasks"
)]

//MOD agents
//MOD clock
mod crowd;
//MOD foreign
//MOD indexes
mod lost;
//MOD outage
mod proxy;
//MOD snapshots
//MOD stream
mod support;
mod webhook;
