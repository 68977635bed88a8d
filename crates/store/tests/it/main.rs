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
//MOD crowd
//MOD foreign
//MOD indexes
//MOD lost
//MOD outage
//MOD proxy
//MOD snapshots
//MOD stream
mod support;
mod webhook;
