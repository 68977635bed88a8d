//! When a call that waits moves on by itself.

use crate::{Call, Claim, Policy, State, Timestamp, Waiting};

impl Call {
    /// When a call in the carrier's queue moves on although nobody does anything: its line, which asks again and again,
    /// decides it then if no job has. `None` when only somebody's doing changes it.
    pub fn moves_on_at(&self, policy: &Policy) -> Option<Timestamp> {
        match &self.state {
            State::Queued(waiting) => Some(waiting.deadline),
            State::Claimed {
                waiting,
                claim,
                until,
            } => Some(self.claim_ends(waiting, claim, *until, policy)),
            State::Greeting { .. }
            | State::Closed
            | State::Connecting { .. }
            | State::RingingOffice { .. }
            | State::Talking(_)
            | State::Voicemail { .. }
            | State::Ended { .. } => None,
        }
    }

    /// A claim has until its end. But a phone that nobody has rung by the time in which a browser must come is not going
    /// to be picked up: the workers are dead, or the carrier takes no calls. A caller whose time is over does not wait
    /// for the rest of it. Before that time nothing is gained by taking the call away from the agent.
    fn claim_ends(&self, waiting: &Waiting, claim: &Claim, until: Timestamp, policy: &Policy) -> Timestamp {
        if claim.phone.is_none() || claim.leg.is_some() {
            return until;
        }
        let rung_by = self.entered_at.plus(policy.claim_browser);
        until.min(rung_by.max(waiting.deadline))
    }
}
