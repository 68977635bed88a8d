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

mod clock;
mod failures;
mod fencing;
mod letters;
mod outage;
mod pickup;
mod proxy;
mod pushing;
mod redis;
mod shutdown;
mod support;
