//! Ringing every phone in the office.

use std::collections::BTreeSet;
use std::time::Duration;

use super::step::Step;
use crate::{
    Call, Cause, ClaimOrigin, EndReason, Event, Leg, LegId, OfficeRing, Party, PhoneNumber, State, Talk,
    Timestamp, VoicemailReason, Waiting,
};

/// From the key at an office phone until the carrier has connected it and hung up at all others, with time to spare.
const MEETING: Duration = Duration::from_secs(5);

impl Call {
    /// Whether somebody who picks up an office phone now may have the caller.
    pub fn is_open_to_office(&self, now: Timestamp) -> bool {
        match &self.state {
            State::RingingOffice { .. } | State::Queued(_) | State::Claimed { .. } => true,
            State::Talking(talk) => never_met(talk, now),
            State::Greeting { .. }
            | State::Closed
            | State::Connecting { .. }
            | State::Voicemail { .. }
            | State::Ended { .. } => false,
        }
    }
}

/// Whether somebody pressed the key at an office phone, and was not connected if the others still ring now.
fn never_met(talk: &Talk, now: Timestamp) -> bool {
    matches!(talk.with, Party::Office { leg: Some(_), .. }) && now >= talk.since.plus(MEETING)
}

fn has_pressed(talk: &Talk, at: &LegId) -> bool {
    matches!(&talk.with, Party::Office { leg: Some(leg), .. } if leg == at)
}

/// A phone was picked up; perhaps by its mailbox.
pub(super) fn screened(step: &mut Step<'_>, phone: &PhoneNumber) {
    if let Some(ring) = current_ring(&step.call.state)
        && !ring.reached.contains(phone)
    {
        step.event(Event::OfficeReached { phone: phone.clone() });
    }
}

fn current_ring(state: &State) -> Option<&OfficeRing> {
    match state {
        State::RingingOffice { ring, .. } => Some(ring),
        State::Claimed { claim, .. } => match &claim.origin {
            ClaimOrigin::Office(ring) => Some(ring),
            ClaimOrigin::Queue => None,
        },
        State::Greeting { .. }
        | State::Closed
        | State::Queued(_)
        | State::Connecting { .. }
        | State::Talking(_)
        | State::Voicemail { .. }
        | State::Ended { .. } => None,
    }
}

/// Somebody pressed the key: the first one has the call.
///
/// A queued call can be taken this way too, by a ring of which we do not know: nobody numbered it, because Redis was
/// away, or Redis has forgotten it. A key of a round that is over comes too late: its line is gone.
///
/// Somebody else may have pressed before and put the phone down before the lines met. Had they met, this phone would
/// not ring any more, so a key that is pressed long after the first is as good as the first.
pub(super) fn accepted(step: &mut Step<'_>, phone: Option<&PhoneNumber>, leg: &LegId, round: u32) {
    let (waiting, ring) = match step.call.state.clone() {
        State::RingingOffice { waiting, ring } if round == 0 || round >= ring.round => (waiting, Some(ring)),
        State::Queued(waiting) if round == 0 || round > step.call.office_rounds => (waiting, None),
        State::Talking(talk)
            if never_met(&talk, step.now) && round == step.call.office_rounds && !has_pressed(&talk, leg) =>
        {
            (talk.waiting, talk.ring)
        }
        State::RingingOffice { .. }
        | State::Queued(_)
        | State::Greeting { .. }
        | State::Closed
        | State::Claimed { .. }
        | State::Connecting { .. }
        | State::Talking(_)
        | State::Voicemail { .. }
        | State::Ended { .. } => return,
    };
    let with = Party::Office {
        phone: phone.cloned(),
        leg: Some(leg.clone()),
    };
    step.move_leg(Leg::OfficeDial);
    let talk = Talk {
        with,
        since: step.now,
        waiting,
        hold: false,
        agent_left: None,
        ring,
    };
    step.enter(State::Talking(talk), Cause::OfficeAccepted);
}

/// The ring is over, or the talk through one of the phones is.
pub(super) fn ended(step: &mut Step<'_>, round: u32, attempt: u32, bridged: Option<bool>) {
    // A request that was sent again after its round was over. Rounds count from 1: 0 is a ring that we did not
    // number, because Redis was away.
    if round != 0 && round < step.call.office_rounds {
        return;
    }
    match step.call.state.clone() {
        State::Talking(Talk {
            with: Party::Office { phone, .. },
            waiting,
            ring,
            ..
        }) => {
            if bridged == Some(false) {
                // The key was pressed but the lines never met: nobody has spoken to the caller.
                let numbered = OfficeRing {
                    round,
                    attempt,
                    ..OfficeRing::default()
                };
                pressed_and_gone(step, waiting, ring, phone, &numbered);
            } else {
                step.end(EndReason::Completed, Cause::PartyHungUp);
            }
        }
        State::RingingOffice { ring, waiting } => {
            if bridged == Some(true) {
                // They talked, and the news that the key was pressed never reached us.
                step.end(EndReason::Completed, Cause::PartyHungUp);
            } else if (ring.round, ring.attempt) == (round, attempt) {
                unanswered(step, waiting, &ring);
            }
        }
        State::Claimed { .. } => {
            if bridged == Some(true) {
                step.end(EndReason::Completed, Cause::PartyHungUp);
            } else {
                step.move_leg(Leg::Menu);
            }
        }
        State::Greeting { .. }
        | State::Closed
        | State::Queued(_)
        | State::Connecting { .. }
        | State::Talking(Talk {
            with: Party::Agent(_),
            ..
        })
        | State::Voicemail { .. }
        | State::Ended { .. } => {}
    }
}

/// Whoever pressed the key was gone before the lines met. Their pick-up may have silenced all other phones, so the others
/// ring again at once. Each time one phone less: it comes to an end.
fn pressed_and_gone(
    step: &mut Step<'_>,
    waiting: Waiting,
    ring: Option<OfficeRing>,
    phone: Option<PhoneNumber>,
    numbered: &OfficeRing,
) {
    let Some((ring, phone)) = ring
        .zip(phone)
        .filter(|(ring, phone)| !ring.skipped.contains(phone))
    else {
        unanswered(step, waiting, numbered);
        return;
    };
    let mut skipped = ring.skipped;
    skipped.extend(ring.reached);
    skipped.insert(phone);
    // News of a later ring than we know of must not be taken for the end of the next one when it comes twice.
    ring_others(
        step,
        waiting,
        ring.round,
        ring.attempt.max(numbered.attempt),
        skipped,
    );
}

/// The line's own request brought us here, and its answer rings them: no job needs to move it.
fn ring_others(
    step: &mut Step<'_>,
    waiting: Waiting,
    round: u32,
    attempt: u32,
    skipped: BTreeSet<PhoneNumber>,
) {
    let ring = OfficeRing {
        round,
        attempt: attempt + 1,
        reached: BTreeSet::new(),
        skipped,
    };
    step.enter(State::RingingOffice { waiting, ring }, Cause::OnlyMailboxes);
}

/// Nobody took it: once more without the phones whose mailbox answers, then a later round, then voicemail.
fn unanswered(step: &mut Step<'_>, waiting: Waiting, ring: &OfficeRing) {
    // Not by the attempt: a claim that was given up may have begun a new one with all phones.
    let first = ring.skipped.is_empty();
    if first && !ring.reached.is_empty() {
        ring_others(step, waiting, ring.round, ring.attempt, ring.reached.clone());
    } else if ring.round < step.policy.office_rings {
        let deadline = step.now.plus(step.policy.office_retry_after);
        step.move_leg(Leg::Menu);
        step.enter(
            State::Queued(Waiting { deadline, ..waiting }),
            Cause::OfficeUnanswered,
        );
    } else {
        step.enter(
            State::Voicemail {
                why: VoicemailReason::NoAnswer,
            },
            Cause::OfficeUnanswered,
        );
    }
}

/// The line asks for a document although it should be talking through an office phone. That may be an old request
/// that comes late, or comes once more, so it proves nothing. It is told to ask again, at an address of its own: only
/// a line that ran this very document comes there, and it talks to nobody. Then it waits in front again.
pub(super) fn asks_instead_of_talking(step: &mut Step<'_>, proven: bool) {
    let State::Talking(Talk {
        with: Party::Office { .. },
        agent_left,
        ..
    }) = step.call.state
    else {
        return;
    };
    match agent_left {
        None => step.event(Event::AgentDropped { at: step.now }),
        Some(since) if proven && step.now >= since.plus(step.policy.talking_check_after) => {
            step.move_leg(Leg::Menu);
            super::agents::requeue_in_front(step);
        }
        Some(_) => {}
    }
}
