//! What a source answers.

use switchboard_domain::{Certainty, Profile};

/// A source's answer about one number.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    /// The source knows the number.
    Found {
        /// What it knows; the first match when there are several.
        profile: Profile,
        /// How sure it is that this is the caller.
        certainty: Certainty,
    },
    /// The source answered, and does not know the number.
    NotFound,
}
