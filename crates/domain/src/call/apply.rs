//! The call after an event.

use crate::{Call, ClaimOrigin, Event, Lookup, State};

impl Call {
    /// The call after `event`; `None` stands for a call that does not exist yet.
    ///
    /// Total: an event that does not fit changes nothing, so that an old history can always be replayed.
    pub fn apply(call: Option<Self>, event: &Event) -> Option<Self> {
        let Some(mut call) = call else {
            return match event {
                Event::Received(call) => Some((**call).clone()),
                Event::Entered { .. }
                | Event::LegMoved { .. }
                | Event::ClaimBound { .. }
                | Event::OfficeReached { .. }
                | Event::AgentDropped { .. }
                | Event::LookedUp { .. }
                | Event::Recorded(_) => None,
            };
        };
        match event {
            Event::Received(_) => {}
            Event::Entered { state, at, .. } => call.enter((**state).clone(), *at),
            Event::LegMoved { leg } => call.leg = leg.clone(),
            Event::ClaimBound { leg, until: longer } => {
                if let State::Claimed { claim, until, .. } = &mut call.state {
                    claim.leg = Some(leg.clone());
                    *until = longer.unwrap_or(*until);
                }
            }
            Event::OfficeReached { phone } => match &mut call.state {
                State::RingingOffice { ring, .. } => {
                    ring.reached.insert(phone.clone());
                }
                State::Claimed { claim, .. } => {
                    if let ClaimOrigin::Office(ring) = &mut claim.origin {
                        ring.reached.insert(phone.clone());
                    }
                }
                State::Greeting { .. }
                | State::Closed
                | State::Queued(_)
                | State::Connecting { .. }
                | State::Talking(_)
                | State::Voicemail { .. }
                | State::Ended { .. } => {}
            },
            Event::AgentDropped { at } => {
                if let State::Talking(talk) = &mut call.state {
                    talk.agent_left = Some(*at);
                }
            }
            Event::LookedUp { source, outcome } => {
                call.lookups.insert(source.clone(), Lookup::Done(outcome.clone()));
            }
            Event::Recorded(recording) => call.recording = Some(recording.clone()),
        }
        Some(call)
    }

    fn enter(&mut self, state: State, at: crate::Timestamp) {
        match &state {
            State::Queued(_) => self.queue_entries += 1,
            State::Claimed { claim, .. } => self.claims = self.claims.max(claim.number),
            State::RingingOffice { ring, .. } => self.office_rounds = self.office_rounds.max(ring.round),
            State::Greeting { .. }
            | State::Closed
            | State::Connecting { .. }
            | State::Talking(_)
            | State::Voicemail { .. }
            | State::Ended { .. } => {}
        }
        self.state = state;
        self.entered_at = at;
    }
}
