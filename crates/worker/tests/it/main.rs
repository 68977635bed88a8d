//! The workers over a real Redis, with the simulated carrier at the other end.
#![expect(clippy::unwrap_used, reason = "a test may stop at the first surprise")]

mod agents;
#[path = "../../../records/tests/it/cluster.rs"]
mod cluster;
mod deadlines;
#[path = "../../../store/tests/it/future.rs"]
mod future;
mod house;
mod letters;
mod lookup;
mod moving;
mod newer;
mod pages;
mod records;
mod settings;
mod sweep;
