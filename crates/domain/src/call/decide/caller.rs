//! What the caller does, and where their line turns up.

use std::collections::BTreeMap;

use super::Decision;
use super::office;
use super::step::{Step, without_message};
use crate::{
    Adopted, At, Call, Cause, ConferenceName, Effect, EndReason, Event, Incoming, Leg, Lookup, LookupOutcome,
    MenuChoice, MenuPick, Party, Policy, QueueExit, QueueName, Recording, SourceName, State, Talk, Timestamp,
    VoicemailReason, Waiting,
};

/// The first webhook: the call comes to be, and every source is asked about its caller.
pub(super) fn receive(incoming: &Incoming, now: Timestamp) -> Decision {
    let state = if incoming.open {
        State::Greeting { attempt: 0 }
    } else {
        State::Closed
    };
    let number = incoming.caller.number();
    let lookups = match number {
        Some(_) => incoming
            .sources
            .iter()
            .map(|source| (source.clone(), Lookup::Pending))
            .collect(),
        None => BTreeMap::new(),
    };
    let effects = number.map_or_else(Vec::new, |number| {
        let ask = |source: &SourceName| Effect::LookUpCaller {
            call: incoming.id.clone(),
            number: number.clone(),
            source: source.clone(),
        };
        incoming.sources.iter().map(ask).collect()
    });
    let call = Call {
        id: incoming.id.clone(),
        caller: incoming.caller.clone(),
        dialled: incoming.dialled.clone(),
        arrived_at: now,
        state,
        entered_at: now,
        leg: Leg::Menu,
        queue_entries: 0,
        claims: 0,
        office_rounds: 0,
        lookups,
        recording: None,
    };
    Decision {
        events: vec![Event::Received(Box::new(call))],
        effects,
    }
}

/// A caller turns up of whom nothing is known: the call comes to be where the line is.
pub(super) fn adopt(incoming: &Incoming, found: &Adopted, now: Timestamp, policy: &Policy) -> Decision {
    if let Adopted::Over { began, ended } = found {
        return find_over(incoming, *began, *ended, now, policy);
    }
    // A line that waits or talks was let in, whatever the hour is now.
    let open = incoming.open || !matches!(found, Adopted::Menu | Adopted::Voicemail);
    let received = receive(
        &Incoming {
            open,
            ..incoming.clone()
        },
        now,
    );
    let Some(call) = received.call_after(None) else {
        return received;
    };
    let mut step = Step::new(&call, now, policy);
    let waiting = |queue: &QueueName, since: Timestamp| Waiting {
        queue: queue.clone(),
        since,
        deadline: since.plus(policy.unanswered_after),
        front: false,
    };
    let here = || waiting(policy.default_queue_of(&call.dialled), now);
    match found {
        Adopted::Menu | Adopted::Over { .. } => {}
        Adopted::Waiting { queue, since } => {
            step.move_leg(Leg::Parked { queue: None });
            step.enter(State::Queued(waiting(queue, *since)), Cause::Chosen);
        }
        Adopted::Office => {
            step.move_leg(Leg::OfficeDial);
            step.ring_office(here(), Cause::DeadlinePassed);
        }
        Adopted::Talking => {
            step.move_leg(Leg::OfficeDial);
            let with = Party::Office {
                phone: None,
                leg: None,
            };
            let talk = Talk {
                with,
                since: now,
                waiting: here(),
                hold: false,
                agent_left: None,
                ring: None,
            };
            step.enter(State::Talking(talk), Cause::OfficeAccepted);
        }
        Adopted::Voicemail => {
            step.move_leg(Leg::Recording);
            if open {
                step.enter(
                    State::Voicemail {
                        why: VoicemailReason::NoAnswer,
                    },
                    Cause::OfficeUnanswered,
                );
            }
        }
    }
    received.then(step.finish())
}

/// A call of which nothing is known but that it was. Nobody is asked who it was: that helps when the phone rings. But a
/// message may have been left.
fn find_over(
    incoming: &Incoming,
    began: Timestamp,
    ended: Timestamp,
    now: Timestamp,
    policy: &Policy,
) -> Decision {
    let unasked = Incoming {
        sources: Vec::new(),
        ..incoming.clone()
    };
    let received = receive(&unasked, began);
    let Some(call) = received.call_after(None) else {
        return received;
    };
    let mut step = Step::new(&call, now, policy);
    step.find_over(ended);
    received.then(step.finish())
}

/// The caller answered the menu, or did not.
pub(super) fn choose(step: &mut Step<'_>, attempt: u8, pick: &MenuPick) {
    let State::Greeting { attempt: current } = step.call.state else {
        return;
    };
    if attempt != current {
        return; // A request that was sent again: its answer is already given.
    }
    match pick {
        MenuPick::Choice(MenuChoice::Queue(queue)) => join(step, queue.clone(), Cause::Chosen),
        MenuPick::Choice(MenuChoice::Voicemail) => {
            step.enter(
                State::Voicemail {
                    why: VoicemailReason::Asked,
                },
                Cause::Chosen,
            );
        }
        MenuPick::Closed => {
            step.enter(
                State::Voicemail {
                    why: VoicemailReason::Closed,
                },
                Cause::Chosen,
            );
        }
        MenuPick::Nothing if current.saturating_add(1) < step.policy.menu_attempts_of(&step.call.dialled) => {
            step.enter(State::Greeting { attempt: current + 1 }, Cause::NothingChosen);
        }
        MenuPick::Nothing => {
            let queue = step.policy.default_queue_of(&step.call.dialled).clone();
            join(step, queue, Cause::NothingChosen);
        }
    }
}

fn join(step: &mut Step<'_>, queue: QueueName, cause: Cause) {
    let deadline = step.now.plus(step.policy.unanswered_after);
    let waiting = Waiting {
        queue,
        since: step.now,
        deadline,
        front: false,
    };
    step.enter(State::Queued(waiting), cause);
}

/// The caller has waited enough and would rather leave a message. Whoever is about to reach a person, an agent who
/// pressed Answer or the phones of the office, is not taken away from them.
pub(super) fn leave_message(step: &mut Step<'_>) {
    // In the carrier's queue, which the line is told to leave by the answer to this very request.
    if let (State::Queued(_), Leg::Parked { .. }) = (&step.call.state, &step.call.leg) {
        step.enter(
            State::Voicemail {
                why: VoicemailReason::Asked,
            },
            Cause::Chosen,
        );
    }
}

/// The caller's line asks what to do: the rescue beside jobs and REST, and the source of what we know of the
/// line.
pub(super) fn ask(step: &mut Step<'_>, at: &At) {
    match at {
        At::Incoming | At::Menu | At::LeftQueue(QueueExit::Redirected) => {}
        At::Wait { queue } => wait(step, queue.as_ref()),
        At::LeftQueue(QueueExit::HungUp) => step.end_by_caller(),
        At::LeftQueue(QueueExit::Failed) => {
            if let State::Queued(waiting) = step.call.state.clone() {
                // The answer to this very request rings the office; no job needs to move the line.
                step.move_leg(Leg::OfficeDial);
                step.ring_office(waiting, Cause::QueueFailed);
            }
            settle(step);
        }
        At::LeftQueue(QueueExit::Leave | QueueExit::Other) | At::Resume | At::Astray | At::OfficeRing => {
            office::asks_instead_of_talking(step, *at == At::Astray);
            settle(step);
        }
        At::AfterConference => {
            office::asks_instead_of_talking(step, false);
            if let State::Talking(Talk {
                with: Party::Agent(_),
                ..
            }) = step.call.state
            {
                step.move_leg(Leg::Menu);
                super::agents::requeue_in_front(step);
            }
            settle(step);
        }
        At::OfficeEnded {
            round,
            attempt,
            bridged,
        } => {
            office::ended(step, *round, *attempt, *bridged);
            settle(step);
        }
        At::Voicemail => {
            if let State::Greeting { .. } | State::Queued(_) = step.call.state {
                step.enter(
                    State::Voicemail {
                        why: VoicemailReason::Asked,
                    },
                    Cause::Chosen,
                );
            }
            settle(step);
        }
        At::Recorded => {
            let why = match step.call.state {
                State::Voicemail { why } => why,
                State::Closed => VoicemailReason::Closed,
                State::Greeting { .. }
                | State::Queued(_)
                | State::Claimed { .. }
                | State::Connecting { .. }
                | State::RingingOffice { .. }
                | State::Talking(_)
                | State::Ended { .. } => return,
            };
            let reason = without_message(why, step.call.recording.is_some());
            step.end(reason, Cause::MessageLeft);
        }
    }
}

/// The line is in the carrier's queue. Asking is the second rescue of the deadline and of a claim's end, beside
/// their jobs.
fn wait(step: &mut Step<'_>, queue: Option<&String>) {
    if matches!(
        step.call.state,
        State::Talking(_) | State::Ended { .. } | State::Voicemail { .. }
    ) {
        return; // A late request; the line has moved on.
    }
    let known =
        matches!(&step.call.leg, Leg::Parked { queue: known } if queue.is_none() || known.as_ref() == queue);
    if !known {
        step.move_leg(Leg::Parked {
            queue: queue.cloned(),
        });
    }
    if step
        .call
        .moves_on_at(step.policy)
        .is_none_or(|due| step.now < due)
    {
        return;
    }
    match step.call.state.clone() {
        State::Queued(waiting) => step.ring_office(waiting, Cause::DeadlinePassed),
        // With every worker dead nobody else would give it up.
        State::Claimed { .. } => step.give_up_claim(Cause::ClaimExpired),
        State::Greeting { .. }
        | State::Closed
        | State::Connecting { .. }
        | State::RingingOffice { .. }
        | State::Talking(_)
        | State::Voicemail { .. }
        | State::Ended { .. } => {}
    }
}

/// The line gets a document for the state it is in; this is where it is afterwards.
fn settle(step: &mut Step<'_>) {
    let leg = match &step.call.state {
        State::Greeting { .. } | State::Queued(_) | State::Claimed { .. } => Leg::Menu,
        State::Closed | State::Voicemail { .. } => Leg::Recording,
        State::Connecting { claim, .. }
        | State::Talking(Talk {
            with: Party::Agent(claim),
            ..
        }) => Leg::Conference {
            name: ConferenceName::of(&step.call.id, claim.number),
        },
        State::RingingOffice { .. }
        | State::Talking(Talk {
            with: Party::Office { .. },
            ..
        }) => Leg::OfficeDial,
        State::Ended { .. } => return,
    };
    step.move_leg(leg);
}

/// A message is stored. It may arrive after the end of the call: the call stays ended, but the message is kept.
pub(super) fn recorded(step: &mut Step<'_>, recording: &Recording) {
    if recording.seconds == Some(0) {
        return;
    }
    let better = step
        .call
        .recording
        .as_ref()
        .is_none_or(|r| r.seconds.is_none() && recording.seconds.is_some());
    if better {
        step.keep(recording);
    }
    if let State::Voicemail { .. } | State::Closed = step.call.state {
        step.end(EndReason::Voicemail, Cause::MessageLeft);
    }
}

/// A source answered. Only a question still open takes an answer, so that a job run twice changes nothing.
pub(super) fn looked_up(step: &mut Step<'_>, source: &SourceName, outcome: &LookupOutcome) {
    let open = step.call.lookups.get(source) == Some(&Lookup::Pending);
    if open && !step.call.is_ended() {
        step.event(Event::LookedUp {
            source: source.clone(),
            outcome: outcome.clone(),
        });
    }
}
