//! What is known about a caller, and how far the asking has got.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::Timestamp;

/// What a source knows about a caller. Every field may be missing; no source fills them all.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Profile {
    /// The person's name as a person would say it.
    pub name: Option<String>,
    /// The company or household.
    pub organisation: Option<String>,
    /// The level of service, in the source's own word ("gold").
    pub tier: Option<String>,
    /// Since when they are a customer, as the source writes it.
    pub since: Option<String>,
    /// One line of context for the card.
    pub summary: Option<String>,
    /// Where an agent can open the record: an http or https address.
    pub record_url: Option<String>,
    /// Anything else that the settings map, by label.
    pub extra: BTreeMap<String, String>,
}

/// How sure a source is that the profile is the caller's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Certainty {
    /// Exactly one record has this number.
    Certain,
    /// So many records have it; the profile is the first one's.
    Several(u32),
    /// The source itself is not sure.
    Maybe,
}

/// What asking one source came to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LookupOutcome {
    /// The source knows the caller.
    Found {
        /// What it knows.
        profile: Box<Profile>,
        /// How sure it is.
        certainty: Certainty,
        /// When it said so, if it was asked for an earlier call and the answer was kept.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        said_at: Option<Timestamp>,
    },
    /// The source answered that it does not know the caller.
    NotFound,
    /// The source could not say.
    Failed {
        /// Why, in a few words for the card ("did not answer").
        reason: String,
    },
}

/// One source's line on the call's card.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Lookup {
    /// "Looking up…".
    Pending,
    /// The answer is in.
    Done(LookupOutcome),
}
