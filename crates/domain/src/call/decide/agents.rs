//! What agents ask for, and what their lines do.

use std::time::Duration;

use super::step::Step;
use crate::{
    Agent, AgentId, AnswersOn, Cause, Claim, ClaimOrigin, ConferenceName, Effect, EndReason, Event, Leg,
    LegId, Party, Presence, Rejected, State, Talk, Waiting,
};

/// Answer: one winner. The winner may press again; the others are told who it is.
pub(super) fn answer(step: &mut Step<'_>, agent: Option<&Agent>, token: &str) -> Result<(), Rejected> {
    let agent = agent.ok_or(Rejected::NoSuchAgent)?;
    if step.call.holder() == Some(&agent.id) {
        return Ok(());
    }
    let (waiting, origin) = match &step.call.state {
        State::Queued(waiting) => (waiting.clone(), ClaimOrigin::Queue),
        State::RingingOffice { waiting, ring } => (waiting.clone(), ClaimOrigin::Office(ring.clone())),
        State::Claimed { claim, .. } | State::Connecting { claim, .. } => {
            return Err(Rejected::Taken {
                by: Box::new(Party::Agent(claim.clone())),
            });
        }
        State::Talking(talk) => {
            return Err(Rejected::Taken {
                by: Box::new(talk.with.clone()),
            });
        }
        State::Ended { .. } => return Err(Rejected::Ended),
        State::Greeting { .. } | State::Closed | State::Voicemail { .. } => return Err(Rejected::NotWaiting),
    };
    if let Some(call) = &agent.engaged {
        return Err(Rejected::Engaged { call: call.clone() });
    }
    if agent.presence != Presence::Available {
        return Err(Rejected::Unavailable);
    }
    let (phone, patience) = match &agent.answers_on {
        AnswersOn::Browser => (None, step.policy.claim_browser),
        AnswersOn::Phone(number) => (Some(number.clone()), step.policy.claim_phone),
    };
    let claim = Claim {
        number: step.call.claims + 1,
        agent: agent.id.clone(),
        phone,
        token: token.to_owned(),
        leg: None,
        origin,
    };
    let until = step.now.plus(patience);
    step.enter(
        State::Claimed {
            waiting,
            claim,
            until,
        },
        Cause::Answered,
    );
    Ok(())
}

/// The agent gives the call back before it is connected. Giving back what one does not hold (any more) is no
/// error: the caller waits or is with somebody else, as the agent wished.
pub(super) fn release(
    step: &mut Step<'_>,
    agent: Option<&Agent>,
    claim: Option<u32>,
) -> Result<(), Rejected> {
    let agent = agent.ok_or(Rejected::NoSuchAgent)?;
    let (State::Claimed { claim: held, .. } | State::Connecting { claim: held, .. }) = &step.call.state
    else {
        return Ok(());
    };
    if claim.is_some_and(|number| number != held.number) {
        return Ok(());
    }
    if held.agent != agent.id {
        return Err(Rejected::NotYours);
    }
    step.give_up_claim(Cause::Released);
    Ok(())
}

/// The agent hangs up. A caller who has not been spoken to goes back to waiting instead of being cut off.
pub(super) fn hang_up(step: &mut Step<'_>, agent: Option<&Agent>) -> Result<(), Rejected> {
    let agent = agent.ok_or(Rejected::NoSuchAgent)?;
    if step.call.is_ended() {
        return Ok(());
    }
    if step.call.holder() != Some(&agent.id) {
        return Err(Rejected::NotYours);
    }
    if let State::Talking(_) = step.call.state {
        hang_up_talk(step);
    } else {
        step.give_up_claim(Cause::Released);
    }
    Ok(())
}

/// The agent's softphone tells that its agent has hung up on it. That ends the conversation, as putting down a telephone
/// does, whether the carrier has told of the line's end already or not: until the check that follows a line which
/// vanished, it is the answer to the question why. Told later, the caller waits again and has been promised an agent.
pub(super) fn hung_up(
    step: &mut Step<'_>,
    agent: Option<&Agent>,
    number: u32,
    leg: Option<&LegId>,
) -> Result<(), Rejected> {
    let agent = agent.ok_or(Rejected::NoSuchAgent)?;
    let Some(claim) = step.call.state.claim() else {
        return Ok(());
    };
    let another_line = leg.is_some_and(|leg| claim.leg.as_ref().is_some_and(|bound| bound != leg));
    if claim.number != number || claim.agent != agent.id || another_line {
        return Ok(());
    }
    if let State::Talking(_) = step.call.state {
        hang_up_talk(step);
    } else {
        step.give_up_claim(Cause::Released);
    }
    Ok(())
}

fn hang_up_talk(step: &mut Step<'_>) {
    let call = step.call.id.clone();
    step.effect(Effect::HangUp { call });
    step.end(EndReason::Completed, Cause::PartyHungUp);
}

/// A leg shows the token of a claim. The first one has it; the same one may ask again.
pub(super) fn connects(step: &mut Step<'_>, number: u32, agent: &AgentId, token: &str, leg: &LegId) {
    let State::Claimed { claim, .. } = &step.call.state else {
        return;
    };
    let fits = claim.number == number && &claim.agent == agent && claim.token == token;
    if !fits || claim.leg.is_some() && (claim.leg.as_ref() != Some(leg)) {
        return;
    }
    if claim.leg.is_none() {
        bind(step, number, leg);
    }
}

/// The agent's phone is being called: its leg is the claim's. A phone that the carrier lets wait must have as long to
/// be picked up as any other; but a caller must not wait for it much longer than for two.
pub(super) fn called(step: &mut Step<'_>, number: u32, leg: &LegId, held_back: Duration) {
    let State::Claimed { claim, until, .. } = &step.call.state else {
        return;
    };
    if claim.number == number && claim.leg.is_none() {
        let held_back = held_back.min(step.policy.claim_phone);
        let until = (!held_back.is_zero()).then(|| until.plus(held_back));
        let leg = leg.clone();
        step.event(Event::ClaimBound { leg, until });
    }
}

fn bind(step: &mut Step<'_>, number: u32, leg: &LegId) {
    step.event(Event::ClaimBound {
        leg: leg.clone(),
        until: None,
    });
    // The news that the leg is in the conference is sent once and may be lost; ask for it.
    let due = Some(step.now.plus(Effect::SETTLE));
    let call = step.call.id.clone();
    step.effect(Effect::ConnectCaller {
        call,
        claim: number,
        due,
    });
}

/// The agent is in the conference. Committed before the caller is moved, so that the caller's line, whenever it
/// asks, is sent there.
pub(super) fn joined(step: &mut Step<'_>, number: u32, leg: &LegId) {
    let State::Claimed { waiting, claim, .. } = step.call.state.clone() else {
        return;
    };
    if claim.number != number || claim.leg.as_ref().is_some_and(|bound| bound != leg) {
        return;
    }
    let claim = Claim {
        leg: Some(leg.clone()),
        ..claim
    };
    let check_at = step.now.plus(step.policy.connect_within);
    step.enter(
        State::Connecting {
            waiting,
            claim,
            check_at,
        },
        Cause::AgentReady,
    );
}

/// The caller is in the conference too.
pub(super) fn caller_joined(step: &mut Step<'_>, number: u32) {
    let State::Connecting { waiting, claim, .. } = step.call.state.clone() else {
        return;
    };
    if claim.number != number {
        return;
    }
    step.move_leg(Leg::Conference {
        name: ConferenceName::of(&step.call.id, number),
    });
    let talk = Talk {
        with: Party::Agent(claim),
        since: step.now,
        waiting,
        hold: false,
        agent_left: None,
        ring: None,
    };
    step.enter(State::Talking(talk), Cause::Connected);
}

/// The agent's leg is out of the conference, or over.
pub(super) fn left(step: &mut Step<'_>, number: u32, leg: &LegId) {
    let Some(claim) = step.call.state.claim().cloned() else {
        return;
    };
    if claim.number != number || claim.leg.as_ref().is_some_and(|bound| bound != leg) {
        return;
    }
    match &step.call.state {
        State::Claimed { .. } | State::Connecting { .. } => step.give_up_claim(Cause::AgentGone),
        State::Talking(talk) => {
            if claim.phone.is_some() {
                // Putting down a telephone is a hang-up.
                hang_up_talk(step);
            } else if talk.agent_left.is_none() {
                step.event(Event::AgentDropped { at: step.now });
                let due = step.now.plus(step.policy.talking_check_after);
                let call = step.call.id.clone();
                step.effect(Effect::CheckTalking {
                    call,
                    claim: number,
                    due,
                });
            }
        }
        State::Greeting { .. }
        | State::Closed
        | State::Queued(_)
        | State::RingingOffice { .. }
        | State::Voicemail { .. }
        | State::Ended { .. } => {}
    }
}

/// The caller is alone in the conference: back to the front of the queue.
pub(super) fn lost(step: &mut Step<'_>, number: u32) {
    let dropped = matches!(&step.call.state, State::Talking(Talk { with: Party::Agent(claim), agent_left: Some(_), .. })
        if claim.number == number);
    if dropped {
        requeue_in_front(step);
    }
}

/// Back to the front of the queue, with a deadline as short as after an unanswered office ring. The time that the
/// caller was alone before anybody noticed counts, but for as long as an agent needs to come.
pub(super) fn requeue_in_front(step: &mut Step<'_>) {
    let State::Talking(talk) = step.call.state.clone() else {
        return;
    };
    let alone_since = talk.agent_left.unwrap_or(step.now);
    let offered_until = step.now.plus(step.policy.claim_browser);
    let deadline = alone_since
        .plus(step.policy.office_retry_after)
        .max(offered_until);
    step.enter(
        State::Queued(Waiting {
            deadline,
            front: true,
            ..talk.waiting
        }),
        Cause::AgentLost,
    );
}

/// The agent is not there to meet the caller.
pub(super) fn connect_failed(step: &mut Step<'_>, number: u32) {
    let ours = matches!(&step.call.state, State::Connecting { claim, .. } | State::Claimed { claim, .. }
        if claim.number == number);
    if ours {
        step.give_up_claim(Cause::AgentGone);
    }
}
