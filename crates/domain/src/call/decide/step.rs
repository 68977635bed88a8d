//! One decision in the making: the call as it is becoming, with the events and effects so far.
//!
//! Effects of entering a state are made here and nowhere else, so that no path into a queue can forget its
//! deadline.

use super::Decision;
use crate::{
    Call, Cause, Claim, ClaimOrigin, ConferenceName, Effect, EndReason, Event, Leg, LegId, OfficeRing, Party,
    Policy, Recording, State, Talk, Timestamp, VoicemailReason, Waiting,
};

pub(super) struct Step<'a> {
    pub(super) call: Call,
    pub(super) now: Timestamp,
    pub(super) policy: &'a Policy,
    decision: Decision,
}

impl<'a> Step<'a> {
    pub(super) fn new(call: &Call, now: Timestamp, policy: &'a Policy) -> Self {
        Self {
            call: call.clone(),
            now,
            policy,
            decision: Decision::default(),
        }
    }

    pub(super) fn finish(self) -> Decision {
        self.decision
    }

    pub(super) fn event(&mut self, event: Event) {
        if let Some(call) = Call::apply(Some(self.call.clone()), &event) {
            self.call = call;
        }
        self.decision.events.push(event);
    }

    pub(super) fn effect(&mut self, effect: Effect) {
        self.decision.effects.push(effect);
    }

    pub(super) fn move_leg(&mut self, leg: Leg) {
        if self.call.leg != leg {
            self.event(Event::LegMoved { leg });
        }
    }

    pub(super) fn enter(&mut self, state: State, cause: Cause) {
        self.event(Event::Entered {
            state: Box::new(state),
            cause,
            at: self.now,
        });
        self.effects_of_entering();
    }

    /// What a state asks for as soon as it is entered.
    fn effects_of_entering(&mut self) {
        let id = self.call.id.clone();
        match self.call.state.clone() {
            State::Queued(waiting) => {
                let entry = self.call.queue_entries;
                self.effect(Effect::CheckUnanswered {
                    call: id.clone(),
                    entry,
                    due: waiting.deadline,
                });
                if matches!(self.call.leg, Leg::Conference { .. } | Leg::OfficeDial) {
                    self.effect(Effect::ParkCaller { call: id, entry });
                }
            }
            State::Claimed { claim, until, .. } => {
                if claim.phone.is_some() {
                    self.effect(Effect::CallAgent {
                        call: id.clone(),
                        claim: claim.number,
                        agent: claim.agent.clone(),
                    });
                }
                self.effect(Effect::ExpireClaim {
                    call: id,
                    claim: claim.number,
                    due: until,
                });
            }
            State::Connecting { claim, check_at, .. } => {
                for due in [None, Some(check_at)] {
                    self.effect(Effect::ConnectCaller {
                        call: id.clone(),
                        claim: claim.number,
                        due,
                    });
                }
            }
            State::RingingOffice { ring, .. } => {
                if self.call.leg != Leg::OfficeDial {
                    self.effect(Effect::RingOffice {
                        call: id,
                        round: ring.round,
                        attempt: ring.attempt,
                    });
                }
            }
            State::Greeting { .. }
            | State::Closed
            | State::Talking(_)
            | State::Voicemail { .. }
            | State::Ended { .. } => {}
        }
    }

    /// Rings the office because nobody answered in time; without phones there is only the voicemail left.
    pub(super) fn ring_office(&mut self, waiting: Waiting, cause: Cause) {
        if !self.policy.office_has_phones {
            if matches!(self.call.leg, Leg::Conference { .. }) {
                // Alone in a conference they would hear nothing of it. The queue asks what to do, and is told
                // then; until the line is there, this is repeated.
                let deadline = self.now.plus(Effect::SETTLE);
                self.enter(State::Queued(Waiting { deadline, ..waiting }), cause);
                return;
            }
            self.enter(
                State::Voicemail {
                    why: VoicemailReason::NoAnswer,
                },
                cause,
            );
            return;
        }
        let ring = OfficeRing {
            round: self.call.office_rounds + 1,
            ..OfficeRing::default()
        };
        self.enter(State::RingingOffice { waiting, ring }, cause);
    }

    /// Gives up a claim: back to where the call came from, or on to the office if its deadline has passed
    /// meanwhile.
    pub(super) fn give_up_claim(&mut self, cause: Cause) {
        let (waiting, claim) = match self.call.state.clone() {
            State::Claimed { waiting, claim, .. } | State::Connecting { waiting, claim, .. } => {
                (waiting, claim)
            }
            State::Greeting { .. }
            | State::Closed
            | State::Queued(_)
            | State::RingingOffice { .. }
            | State::Talking(_)
            | State::Voicemail { .. }
            | State::Ended { .. } => return,
        };
        self.drop_agent(&claim);
        match claim.origin {
            ClaimOrigin::Office(ring) if self.call.leg == Leg::OfficeDial => {
                self.enter(State::RingingOffice { waiting, ring }, cause);
            }
            // Its phones have stopped by now; whoever can still be reached is rung again.
            ClaimOrigin::Office(ring) => {
                let ring = OfficeRing {
                    attempt: ring.attempt + 1,
                    ..ring
                };
                self.enter(State::RingingOffice { waiting, ring }, cause);
            }
            ClaimOrigin::Queue if self.now >= waiting.deadline => self.ring_office(waiting, cause),
            ClaimOrigin::Queue => self.enter(State::Queued(waiting), cause),
        }
    }

    /// Asks for the end of an agent's line that leads nowhere now.
    fn drop_agent(&mut self, claim: &Claim) {
        let call = self.call.id.clone();
        match &self.call.state {
            State::Connecting { .. } => {
                let conference = ConferenceName::of(&call, claim.number);
                // The caller may be in it already: their line must not end with the agent's.
                if matches!(self.call.leg, Leg::Conference { .. }) {
                    self.cancel_agent_leg(claim);
                } else {
                    self.effect(Effect::EndConference { call, conference });
                }
            }
            State::Claimed { .. } => self.cancel_agent_leg(claim),
            State::Greeting { .. }
            | State::Closed
            | State::Queued(_)
            | State::RingingOffice { .. }
            | State::Talking(_)
            | State::Voicemail { .. }
            | State::Ended { .. } => {}
        }
    }

    fn cancel_agent_leg(&mut self, claim: &Claim) {
        // A phone may be ringing already without us knowing its leg: it tells of itself, and is ended then.
        if claim.leg.is_some() {
            self.cancel_legs(claim, false);
        }
    }

    /// A phone that rings for nobody.
    pub(super) fn cancel_stray(&mut self, claim: u32, leg: &LegId) {
        self.effect(Effect::CancelLegs {
            call: self.call.id.clone(),
            claim,
            legs: vec![leg.clone()],
            children: false,
        });
    }

    fn cancel_legs(&mut self, claim: &Claim, children: bool) {
        self.effect(Effect::CancelLegs {
            call: self.call.id.clone(),
            claim: claim.number,
            legs: claim.leg.iter().cloned().collect(),
            children,
        });
    }

    /// The same, and the office phones if they still ring: one effect, because one job is one claim's.
    fn cancel_agent_leg_and_office(&mut self, claim: &Claim) {
        if self.call.leg == Leg::OfficeDial {
            self.cancel_legs(claim, true);
        } else {
            self.cancel_agent_leg(claim);
        }
    }

    /// The caller's line is over.
    pub(super) fn end_by_caller(&mut self) {
        let reason = match &self.call.state {
            State::Ended { .. } => return,
            State::Greeting { .. } => EndReason::HungUpInMenu,
            State::Closed => EndReason::Closed,
            State::Queued(_)
            | State::Claimed { .. }
            | State::Connecting { .. }
            | State::RingingOffice { .. } => EndReason::Abandoned,
            State::Talking(_) => EndReason::Completed,
            State::Voicemail { why } => without_message(*why, self.call.recording.is_some()),
        };
        self.end(reason, Cause::CallerHungUp);
        self.move_leg(Leg::Gone);
    }

    /// Keeps a message, for as long as messages are kept.
    pub(super) fn keep(&mut self, recording: &Recording) {
        let known = self
            .call
            .recording
            .as_ref()
            .is_some_and(|known| known.id == recording.id);
        self.event(Event::Recorded(recording.clone()));
        if let Some(kept) = self.policy.recordings_kept
            && !known
        {
            self.effect(Effect::DeleteRecording {
                call: self.call.id.clone(),
                recording: recording.id.clone(),
                due: self.now.plus(kept),
            });
        }
    }

    /// The caller may have spoken after the tone, and the news of it may be lost: nobody sends it twice.
    fn look_for_recording(&mut self) {
        let asked = matches!(self.call.state, State::Voicemail { .. } | State::Closed);
        // The first documents of a call take messages, too, and the line is where it was.
        let heard = matches!(self.call.leg, Leg::Menu | Leg::Recording);
        if asked && heard && self.call.recording.is_none() {
            self.effect(Effect::FindRecording {
                call: self.call.id.clone(),
                due: self.now.plus(Effect::STORED_AFTER),
            });
        }
    }

    /// Ends the call, and asks for the end of every line that it still holds.
    pub(super) fn end(&mut self, reason: EndReason, cause: Cause) {
        let id = self.call.id.clone();
        self.look_for_recording();
        match self.call.state.clone() {
            State::Claimed { claim, .. } => {
                self.cancel_agent_leg_and_office(&claim);
            }
            State::Connecting { claim, .. } => {
                let conference = ConferenceName::of(&id, claim.number);
                self.effect(Effect::EndConference { call: id, conference });
                self.cancel_agent_leg_and_office(&claim);
            }
            // A caller who leaves a conference ends it.
            State::Talking(Talk {
                with: Party::Agent(_),
                ..
            }) if cause == Cause::CallerHungUp => {}
            State::Talking(Talk {
                with: Party::Agent(claim),
                ..
            }) => {
                let conference = ConferenceName::of(&id, claim.number);
                self.effect(Effect::EndConference { call: id, conference });
            }
            State::RingingOffice { .. } => self.cancel_children(self.call.claims),
            State::Greeting { .. }
            | State::Closed
            | State::Queued(_)
            | State::Talking(Talk {
                with: Party::Office { .. },
                ..
            })
            | State::Voicemail { .. }
            | State::Ended { .. } => {}
        }
        self.enter(State::Ended { reason, at: self.now }, cause);
    }

    /// Ends a call of which nothing is known but that it is over.
    pub(super) fn find_over(&mut self, at: Timestamp) {
        self.effect(Effect::FindRecording {
            call: self.call.id.clone(),
            due: at.plus(Effect::STORED_AFTER),
        });
        let reason = EndReason::Unknown;
        self.enter(State::Ended { reason, at }, Cause::FoundOver);
        self.move_leg(Leg::Gone);
    }

    fn cancel_children(&mut self, claim: u32) {
        let call = self.call.id.clone();
        self.effect(Effect::CancelLegs {
            call,
            claim,
            legs: Vec::new(),
            children: true,
        });
    }
}

/// How a call ends whose caller was asked to leave a message.
pub(super) fn without_message(why: VoicemailReason, left_one: bool) -> EndReason {
    match why {
        _ if left_one => EndReason::Voicemail,
        VoicemailReason::Closed => EndReason::Closed,
        VoicemailReason::NoAnswer | VoicemailReason::Asked => EndReason::Missed,
    }
}
