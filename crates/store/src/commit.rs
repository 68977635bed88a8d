//! A decided step as the arguments of the commit script.

use std::time::Duration;

use redis::ScriptInvocation;
use switchboard_contracts::convert::{agent_event, call_event};
use switchboard_domain::{Agent, Call, Decision, State};
use switchboard_queue::Push;

use crate::record::{Loaded, rewrite, write};
use crate::{Admission, Kept, Store, StoreError, Target};

/// By how much the time that a step was decided with may differ from Redis' clock at the commit.
const CLOCK_TOLERANCE: Duration = Duration::from_secs(1);

/// Callers who lost their agent stand before everybody else: their order is the time of arrival less this, in
/// milliseconds (a hundred years).
const FRONT: i64 = 3_155_760_000_000;

/// A step decided on `loaded`, ready to be committed.
pub(crate) struct Step<'a> {
    pub(crate) target: &'a Target<'a>,
    pub(crate) loaded: &'a Loaded,
    pub(crate) decision: &'a Decision,
    /// The call after it.
    pub(crate) call: &'a Call,
    /// The agent concerned, after it.
    pub(crate) agent: Option<&'a Agent>,
    /// The version that an earlier try was decided on whose answer never came.
    pub(crate) unanswered: Option<u64>,
    /// On which conditions the call may come to be.
    pub(crate) admission: &'a Admission,
}

impl Store {
    pub(crate) fn encode(&self, step: &Step<'_>) -> Result<ScriptInvocation<'_>, StoreError> {
        let Step {
            target,
            loaded,
            decision,
            call,
            agent,
            unanswered,
            admission,
        } = step;
        let agent = agent.filter(|agent| Some(*agent) != loaded.agent.as_ref());
        let events = events(loaded, decision, agent)?;
        let own = events.iter().filter(|(kind, _)| *kind == "c").count();
        let mut jobs = Vec::with_capacity(decision.effects.len() * Push::ARGS);
        for effect in &decision.effects {
            let push = switchboard_queue::jobs::push(effect).map_err(StoreError::Job)?;
            push.write_args(&mut jobs);
        }
        let config = self.config();
        let mut script = self.scripts().commit.arg(self.prefix());
        script
            .arg(target.call.as_str())
            .arg(loaded.version)
            .arg(target.command_id)
            .arg(unanswered.map(|version| version.to_string()).unwrap_or_default())
            .arg(loaded.now.as_millis())
            .arg(millis(CLOCK_TOLERANCE))
            .arg(rewrite(
                Kept::Call,
                &loaded.call_text,
                loaded.call.as_ref(),
                call,
            )?)
            .arg(call.holder().map_or("", |id| id.as_str()))
            .arg(u64::from(loaded.events) + own as u64)
            .arg(among_live(loaded.call.as_ref(), call))
            .arg(call.arrived_at.as_millis())
            .arg(among_waiting(loaded.call.as_ref(), call))
            .arg(millis(config.ended_ttl))
            .arg(loaded.agent_id.as_ref().map_or("", |id| id.as_str()))
            .arg(loaded.agent_version)
            .arg(
                agent
                    .map(|agent| rewrite(Kept::Agent, &loaded.agent_text, loaded.agent.as_ref(), agent))
                    .transpose()?
                    .unwrap_or_default(),
            )
            .arg(target.agent.map_or("", |id| id.as_str()))
            .arg(config.stream_cap)
            .arg(admission.argument())
            .arg(events.len())
            .arg(decision.effects.len())
            .arg(Push::ARGS)
            .arg(phone(loaded.call.as_ref()))
            .arg(phone(Some(call)));
        for (kind, event) in &events {
            script.arg(*kind).arg(event);
        }
        for arg in &jobs {
            script.arg(arg);
        }
        Ok(script)
    }
}

/// The entries for the stream: the call's (`c`), then the agent's (`a`).
fn events(
    loaded: &Loaded,
    decision: &Decision,
    agent: Option<&Agent>,
) -> Result<Vec<(&'static str, String)>, StoreError> {
    let mut entries = Vec::with_capacity(decision.events.len() + 1);
    let mut sequence = loaded.events;
    let mut before = loaded.call.clone();
    for event in &decision.events {
        let after = Call::apply(before, event);
        if let Some(call) = &after {
            sequence += 1;
            let event = call_event(&call.id, sequence, event, loaded.now);
            entries.push(("c", write("an event", &event)?));
        }
        before = after;
    }
    if let Some(agent) = agent {
        entries.push(("a", write("an event", &agent_event(agent, loaded.now))?));
    }
    Ok(entries)
}

/// What becomes of the call's place among the live ones. An ended call that changes once more (a late recording)
/// is kept as long again.
fn among_live(before: Option<&Call>, after: &Call) -> &'static str {
    match before {
        _ if after.is_ended() => "-",
        None => "+",
        Some(_) => "=",
    }
}

/// The phone at which a call is.
fn phone(call: Option<&Call>) -> &str {
    let phone = call.and_then(|call| call.state.phone());
    phone.map_or("", |number| number.as_str())
}

/// What becomes of its place among the waiting ones.
fn among_waiting(before: Option<&Call>, after: &Call) -> String {
    match (before.and_then(order), order(after)) {
        (before, after) if before == after => "=".to_owned(),
        (_, Some(order)) => order.to_string(),
        (_, None) => "-".to_owned(),
    }
}

/// Where a call stands in the order of answering. A claimed one keeps its place: a claim may come to nothing.
fn order(call: &Call) -> Option<i64> {
    let waiting = call.state.waiting()?;
    let stands = matches!(
        call.state,
        State::Queued(_) | State::RingingOffice { .. } | State::Claimed { .. }
    );
    let since = waiting.since.as_millis();
    stands.then_some(if waiting.front { since - FRONT } else { since })
}

fn millis(d: Duration) -> u64 {
    u64::try_from(d.as_millis()).unwrap_or(u64::MAX)
}
