//! How long an agent whose screen is gone still counts as there.
//!
//! Counted in beats, not in time: while this process stood still or Redis did not answer, nobody could come back, and
//! no beat was counted.

use std::collections::HashMap;
use std::time::Duration;

use switchboard_domain::AgentId;

#[derive(Debug)]
pub(crate) struct Grace {
    beats: u32,
    left: HashMap<AgentId, u32>,
}

impl Grace {
    /// Of so long, with a beat every so often.
    pub(crate) fn new(grace: Duration, every: Duration) -> Self {
        let beats = grace.as_millis().div_ceil(every.as_millis().max(1));
        Self {
            beats: u32::try_from(beats).unwrap_or(u32::MAX).max(1),
            left: HashMap::new(),
        }
    }

    /// Their screen is gone, as of now.
    pub(crate) fn begin(&mut self, agent: AgentId) {
        self.left.insert(agent, self.beats);
    }

    /// They are back, or somebody else's.
    pub(crate) fn end(&mut self, agent: &AgentId) {
        self.left.remove(agent);
    }

    /// Those whose screen is gone.
    pub(crate) fn agents(&self) -> impl Iterator<Item = &AgentId> {
        self.left.keys()
    }

    /// Nobody could come back for a while: it begins anew for all.
    pub(crate) fn begin_anew(&mut self) {
        for left in self.left.values_mut() {
            *left = self.beats;
        }
    }

    /// One beat has passed; answers whose grace is over.
    pub(crate) fn beat(&mut self) -> Vec<AgentId> {
        let mut over = Vec::new();
        self.left.retain(|agent, left| {
            *left = left.saturating_sub(1);
            if *left == 0 {
                over.push(agent.clone());
            }
            *left > 0
        });
        over
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use switchboard_domain::AgentId;

    use super::Grace;

    const SECOND: Duration = Duration::from_secs(1);

    fn amelia() -> AgentId {
        AgentId::new("amelia").unwrap()
    }

    #[test]
    fn it_is_over_after_its_beats_and_not_before() {
        let mut grace = Grace::new(3 * SECOND, SECOND);
        grace.begin(amelia());
        assert_eq!(grace.beat(), []);
        assert_eq!(grace.beat(), []);
        assert_eq!(grace.beat(), [amelia()]);
        assert_eq!(grace.beat(), []);
    }

    #[test]
    fn whoever_is_back_in_time_was_never_away() {
        let mut grace = Grace::new(2 * SECOND, SECOND);
        grace.begin(amelia());
        grace.beat();
        grace.end(&amelia());
        assert_eq!(grace.beat(), []);
    }

    #[test]
    fn it_begins_anew_when_nobody_could_come_back() {
        let mut grace = Grace::new(2 * SECOND, SECOND);
        grace.begin(amelia());
        grace.beat();
        grace.begin_anew();
        assert_eq!(grace.beat(), []);
        assert_eq!(grace.beat(), [amelia()]);
    }
}
