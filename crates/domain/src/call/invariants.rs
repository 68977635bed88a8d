//! What is true of every call and agent at every moment: used by the tests, the model and debug assertions.

use crate::{Agent, Call, Decision, Effect, State};

/// What is wrong with a step from `before` to `after` by `decision`, if anything.
pub fn check_call(before: Option<&Call>, decision: &Decision, after: &Call) -> Result<(), String> {
    let ended_before = before.is_some_and(Call::is_ended);
    if ended_before && before.map(|call| &call.state) != Some(&after.state) {
        return Err("an ended call changed its state".into());
    }
    // A message may arrive when its caller is gone; it must not be kept for ever all the same. And a phone may tell that
    // it rings for a call that is over.
    let late = |effect: &Effect| {
        matches!(
            effect,
            Effect::DeleteRecording { .. } | Effect::CancelLegs { children: false, .. }
        )
    };
    if ended_before && !decision.effects.iter().all(late) {
        return Err("an ended call has effects".into());
    }
    let entered_queue = before.is_none_or(|call| call.queue_entries != after.queue_entries);
    if let State::Queued(waiting) = &after.state
        && entered_queue
    {
        let due = waiting.deadline;
        let entry = after.queue_entries;
        let pushed = decision.effects.iter().any(|effect| {
            matches!(effect, Effect::CheckUnanswered { entry: e, due: d, .. } if *e == entry && *d == due)
        });
        if !pushed {
            return Err("a call entered the queue without a deadline".into());
        }
    }
    if let State::Claimed { claim, until, .. } = &after.state {
        if before.is_none_or(|call| call.claims != after.claims) {
            let expires = decision.effects.iter().any(|effect| {
                matches!(effect, Effect::ExpireClaim { claim: n, due, .. } if *n == claim.number && due == until)
            });
            if !expires {
                return Err("a claim without an end".into());
            }
        }
        if claim.number != after.claims {
            return Err("a claim that is not the last one".into());
        }
    }
    if let Some(before) = before
        && before.state != after.state
        && decision.events.is_empty()
    {
        return Err("a state was entered without an event".into());
    }
    Ok(())
}

/// What is wrong between an agent and the calls, if anything: an agent is engaged by exactly the call that
/// holds them.
pub fn check_agent<'a>(agent: &Agent, calls: impl IntoIterator<Item = &'a Call>) -> Result<(), String> {
    let holding: Vec<_> = calls
        .into_iter()
        .filter(|call| call.holder() == Some(&agent.id))
        .collect();
    if holding.len() > 1 {
        return Err(format!("agent {} holds {} calls", agent.id, holding.len()));
    }
    match (&agent.engaged, holding.first()) {
        (None, None) => Ok(()),
        (Some(engaged), Some(call)) if engaged == &call.id => Ok(()),
        (engaged, held) => Err(format!(
            "agent {} is engaged by {engaged:?} but held by {:?}",
            agent.id,
            held.map(|c| &c.id)
        )),
    }
}
