//! The workers over a real Redis, with the simulated carrier at the other end.
#![expect(clippy::unwrap_used, reason = "a test may stop at the first surprise")]

mod agents;
#[path = "../../../records/tests/it/cluster.rs"]
mod cluster;
mod deadlines;
mod house;
mod letters;
mod lookup;
mod moving;
mod pages;
mod records;
mod settings;
mod sweep;
mod sweep_lists;
