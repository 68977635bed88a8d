//! The rows of each table, as the library reads and writes them.
#![expect(
    unreachable_pub,
    reason = "the library's derives need public names, in a module that is not"
)]

pub(crate) mod audit;
pub(crate) mod feeds;
pub(crate) mod overrides;
