//! Who could talk with whom, and when: judged from the legs, never from what an application believes.

use serde::{Deserialize, Serialize};

use super::What;
use crate::id::LegId;
use crate::state::State;

/// Two legs that could hear each other for some time. The order of `a` and `b` means nothing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Bridge {
    /// One leg.
    pub a: LegId,
    /// The other.
    pub b: LegId,
    /// Virtual time of the beginning, Unix epoch milliseconds.
    pub from_ms: i64,
    /// Virtual time of the end; `None` while it lasts.
    pub to_ms: Option<i64>,
}

impl Bridge {
    /// Whether it is between these two, in either order.
    pub fn joins(&self, one: &LegId, other: &LegId) -> bool {
        (&self.a == one && &self.b == other) || (&self.a == other && &self.b == one)
    }

    /// Whether one of its ends is this leg.
    pub fn has(&self, leg: &LegId) -> bool {
        &self.a == leg || &self.b == leg
    }
}

impl State {
    pub(crate) fn open_bridge(&mut self, a: &LegId, b: &LegId) {
        if self
            .bridges
            .iter()
            .any(|bridge| bridge.to_ms.is_none() && bridge.joins(a, b))
        {
            return;
        }
        let from_ms = self.clock.now_ms();
        self.bridges.push(Bridge {
            a: a.clone(),
            b: b.clone(),
            from_ms,
            to_ms: None,
        });
        self.note(a, What::Bridged(b.clone()));
        self.note(b, What::Bridged(a.clone()));
        for id in [a, b] {
            if let Some(leg) = self.leg_mut(id) {
                leg.hears = None;
            }
        }
    }

    pub(crate) fn close_bridge(&mut self, a: &LegId, b: &LegId) {
        let now = self.clock.now_ms();
        let open = self
            .bridges
            .iter_mut()
            .find(|bridge| bridge.to_ms.is_none() && bridge.joins(a, b));
        if let Some(bridge) = open {
            bridge.to_ms = Some(now);
            self.note(a, What::Unbridged(b.clone()));
            self.note(b, What::Unbridged(a.clone()));
        }
    }

    /// Everybody this leg can talk with at the moment.
    pub(crate) fn bridged_with(&self, id: &LegId) -> Vec<LegId> {
        self.bridges
            .iter()
            .filter(|bridge| bridge.to_ms.is_none() && bridge.has(id))
            .map(|bridge| {
                if &bridge.a == id {
                    bridge.b.clone()
                } else {
                    bridge.a.clone()
                }
            })
            .collect()
    }
}
