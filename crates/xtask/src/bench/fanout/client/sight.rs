//! What screens see of calls, and when: for those who know when it began.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::time::now_ns;

/// An event that puts a card on the screen, or the profile on a card.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Sight {
    /// As it came.
    pub(crate) event: String,
    /// When each client read it.
    pub(crate) at_ns: Vec<u64>,
}

const CARD: &str = r#""queued":{"#;
const PROFILE: &str = r#""lookedUp":{"#;

impl Sight {
    /// The profile, not the card.
    pub(crate) fn is_profile(&self) -> bool {
        self.event.contains(PROFILE)
    }
}

/// All of them by their numbers, once somebody has asked.
#[derive(Debug, Default)]
pub(super) struct Sights {
    wanted: bool,
    seen: BTreeMap<u64, Sight>,
}

impl Sights {
    pub(super) fn note(&mut self, offset: u64, event: &str) {
        if !self.wanted || !(event.contains(CARD) || event.contains(PROFILE)) {
            return;
        }
        let sight = self.seen.entry(offset).or_insert_with(|| Sight {
            event: event.to_owned(),
            at_ns: Vec::new(),
        });
        sight.at_ns.push(now_ns());
    }

    pub(super) fn take(&mut self) -> Vec<Sight> {
        self.wanted = true;
        std::mem::take(&mut self.seen).into_values().collect()
    }
}
