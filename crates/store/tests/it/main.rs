//! The store against a real Redis, one private server a test.

#![expect(clippy::unwrap_used, reason = "a test may fail where it stands")]
#![expect(clippy::disallowed_methods, reason = "tests own their tasks")]

mod admission;
mod agents;
mod clock;
mod crowd;
mod following;
mod foreign;
mod future;
mod indexes;
mod lost;
mod newer;
mod once;
mod outage;
mod overrides;
mod proxy;
mod snapshots;
mod stream;
mod support;
mod survive;
mod webhook;
