//! The people: callers, whoever answers phones, agents at their browsers.

mod browsers;
mod callers;
mod phones;

pub use phones::{Behaviour, Press};
