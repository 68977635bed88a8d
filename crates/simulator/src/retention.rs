//! What is forgotten, so that a demonstration of weeks does not eat the machine. Rehearsals never get that far.

use std::collections::HashSet;

use crate::state::State;

/// Legs, and entries of the time-line, that are kept at least.
const LEGS: usize = 5_000;
const ENTRIES: usize = 100_000;

impl State {
    /// Drops the oldest of what is over. Called for each new leg; works only at every thousandth or so.
    pub(crate) fn forget_the_oldest(&mut self) {
        if self.timeline.len() > ENTRIES + ENTRIES / 10 {
            let over = self.timeline.len() - ENTRIES;
            self.timeline.drain(..over);
            self.timeline_first += over as u64;
        }
        if self.order.len() <= LEGS + LEGS / 5 {
            return;
        }
        let mut over = self.order.len() - LEGS;
        let legs = &mut self.legs;
        self.order.retain(|id| {
            let goes = over > 0 && legs.get(id).is_none_or(|leg| !leg.is_live());
            if goes {
                over -= 1;
                legs.remove(id);
            }
            !goes
        });
        let known: HashSet<_> = self.order.iter().cloned().collect();
        self.bridges
            .retain(|bridge| known.contains(&bridge.a) || known.contains(&bridge.b));
        self.recordings.retain(|recording| known.contains(&recording.leg));
        let ended = self.conferences.len().saturating_sub(LEGS);
        let mut over = ended;
        self.conferences.retain(|conference| {
            let goes = over > 0 && conference.is_over();
            if goes {
                over -= 1;
            }
            !goes
        });
    }
}
