//! The queue against a real Redis, one private server a test.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test may fail where it stands"
)]
#![expect(
    clippy::disallowed_methods,
    reason = "tests own their tasks and read the real clock"
)]

mod apart;
mod clock;
mod cost;
mod counting;
mod deaf;
mod deploys;
mod failures;
mod fencing;
mod letters;
mod model;
mod operator;
mod outage;
mod pickup;
mod priority;
mod proxy;
mod pushing;
mod redis;
mod shutdown;
mod support;
mod tracing;
