//! One step of a call: load, decide, commit, and again if somebody was faster.

use std::time::Duration;

use switchboard_contracts::convert::{agent_event, call_event};
use switchboard_domain::{Agent, AgentId, Call, CallId, Decision, Rejected, State, Timestamp, check_call};
use switchboard_queue::Push;
use tracing::warn;

use crate::record::{Answer, Loaded};
use crate::{Store, StoreError, TransactError};

/// By how much the time that a step was decided with may differ from Redis' clock at the commit.
const CLOCK_TOLERANCE: Duration = Duration::from_secs(1);

/// Callers who lost their agent stand before everybody else: their order is the time of arrival less this, in
/// milliseconds (a hundred years).
const FRONT: i64 = 3_155_760_000_000;

/// What a step is about.
#[derive(Debug, Clone)]
pub struct Target<'a> {
    /// Which call.
    pub call: &'a CallId,
    /// The agent that the command names; without one it is the agent who holds the call.
    pub agent: Option<&'a AgentId>,
    /// Names this command: tried again under the same id, it happens once.
    pub command_id: &'a str,
    /// The call is expected not to exist yet: saves the round trip that would load it.
    pub fresh: bool,
}

/// A step that was committed, or that changed nothing.
#[derive(Debug, Clone)]
pub struct Committed {
    /// The call after it; `None` when there is none.
    pub call: Option<Call>,
    /// The call before it.
    pub before: Option<Call>,
    /// The agent concerned, after it.
    pub agent: Option<Agent>,
    /// Whether this step changed anything; not when it was news already known, nor when an earlier try had
    /// committed it.
    pub changed: bool,
    /// The deployment's time of it.
    pub now: Timestamp,
    /// How many calls are to be answered before this one, as of the load; `None` when it was not waiting then.
    pub ahead: Option<u64>,
}

impl Store {
    /// Runs one step on a call. `decide` is a pure function of the call, the agent concerned and the time; it is
    /// asked again whenever somebody changed either meanwhile.
    ///
    /// # Errors
    /// What `decide` refuses; and Redis' troubles, after which the step may have happened: ask again with the
    /// same command id.
    pub async fn transact<F>(&self, target: Target<'_>, decide: F) -> Result<Committed, TransactError>
    where
        F: Fn(Option<&Call>, Option<&Agent>, Timestamp) -> Result<Decision, Rejected>,
    {
        let budget = self.config().budget;
        let deadline = tokio::time::Instant::now() + budget;
        let work = self.steps(&target, decide, deadline);
        match tokio::time::timeout_at(deadline, work).await {
            Ok(result) => result,
            Err(_) => Err(self.unavailable(None).into()),
        }
    }

    async fn steps<F>(
        &self,
        target: &Target<'_>,
        decide: F,
        deadline: tokio::time::Instant,
    ) -> Result<Committed, TransactError>
    where
        F: Fn(Option<&Call>, Option<&Agent>, Timestamp) -> Result<Decision, Rejected>,
    {
        let mut lost_answer = false;
        let mut loaded = match (target.fresh, self.anchor().now()) {
            (true, Some(now)) => Loaded::nothing(now),
            (true | false, _) => {
                self.patiently(deadline, || self.load(target.call, target.agent))
                    .await?
            }
        };
        loop {
            let decision = decide(loaded.call.as_ref(), loaded.agent.as_ref(), loaded.now)?;
            if decision.is_empty() && !lost_answer {
                return Ok(committed(loaded.call.clone(), loaded, false));
            }
            let Some(call) = decision.call_after(loaded.call.clone()) else {
                return Ok(committed(None, loaded, false));
            };
            debug_assert_eq!(check_call(loaded.call.as_ref(), &decision, &call), Ok(()));
            let agent = loaded.agent.as_ref().map(|agent| agent.after(&call));
            match self
                .commit(target, &loaded, &decision, &call, agent.as_ref(), lost_answer)
                .await
            {
                Ok(Answer::Committed { now }) => {
                    self.anchor().set(now);
                    loaded.now = now;
                    let before = loaded.call.take();
                    let mut done = committed(before, loaded, true);
                    done.call = Some(call);
                    done.agent = agent;
                    return Ok(done);
                }
                Ok(Answer::Again(row)) => {
                    loaded = Loaded::read(row)?;
                    self.anchor().set(loaded.now);
                }
                Ok(Answer::Repeated(row)) => {
                    loaded = Loaded::read(row)?;
                    return Ok(committed(loaded.call.clone(), loaded, false));
                }
                Ok(Answer::Foreign(what)) => return Err(StoreError::Foreign { what }.into()),
                Err(error) if error.is_unavailable() && tokio::time::Instant::now() < deadline => {
                    lost_answer = true;
                    warn!(call.id = %target.call, %error, "commit of call {} got no answer, trying again", target.call);
                    tokio::time::sleep(PAUSE).await;
                    loaded = self
                        .patiently(deadline, || self.load(target.call, target.agent))
                        .await?;
                }
                Err(error) => return Err(error.into()),
            }
        }
    }

    /// Repeats a read while there is time: a connection that broke is made anew by the first try.
    async fn patiently<T, Fut>(
        &self,
        deadline: tokio::time::Instant,
        read: impl Fn() -> Fut,
    ) -> Result<T, StoreError>
    where
        Fut: Future<Output = Result<T, StoreError>>,
    {
        loop {
            match read().await {
                Err(error) if error.is_unavailable() && tokio::time::Instant::now() < deadline => {
                    tokio::time::sleep(PAUSE).await;
                }
                other => return other,
            }
        }
    }

    async fn commit(
        &self,
        target: &Target<'_>,
        loaded: &Loaded,
        decision: &Decision,
        call: &Call,
        agent: Option<&Agent>,
        repeat: bool,
    ) -> Result<Answer, StoreError> {
        let changed_agent = agent.filter(|agent| Some(*agent) != loaded.agent.as_ref());
        let (events, count) = events(loaded, decision, changed_agent)?;
        let pushes: Vec<Push> = decision
            .effects
            .iter()
            .map(|effect| switchboard_queue::jobs::push(effect).map_err(StoreError::Job))
            .collect::<Result<_, _>>()?;
        let config = self.config();
        let mut invocation = self.scripts().commit.arg(self.prefix());
        invocation
            .arg(target.call.as_str())
            .arg(loaded.version)
            .arg(target.command_id)
            .arg(i32::from(repeat))
            .arg(loaded.now.as_millis())
            .arg(millis(CLOCK_TOLERANCE))
            .arg(json("a call", call)?)
            .arg(call.holder().map_or("", |id| id.as_str()))
            .arg(loaded.events + count)
            .arg(call.arrived_at.as_millis())
            .arg(order(call).map(|order| order.to_string()).unwrap_or_default())
            .arg(i32::from(!call.is_ended()))
            .arg(millis(config.ended_ttl))
            .arg(loaded.agent_id.as_ref().map_or("", |id| id.as_str()))
            .arg(loaded.agent_version)
            .arg(
                changed_agent
                    .map(|agent| json("an agent", agent))
                    .transpose()?
                    .unwrap_or_default(),
            )
            .arg(config.stream_cap)
            .arg(events.len())
            .arg(pushes.len())
            .arg(Push::ARGS);
        for (kind, event) in &events {
            invocation.arg(*kind).arg(event);
        }
        let mut args = Vec::with_capacity(pushes.len() * Push::ARGS);
        for push in &pushes {
            push.write_args(&mut args);
        }
        for arg in &args {
            invocation.arg(arg);
        }
        self.invoke(&invocation).await
    }
}

/// Between two tries: long enough for a restarted Redis to accept, short against any budget.
const PAUSE: Duration = Duration::from_millis(10);

fn committed(call: Option<Call>, loaded: Loaded, changed: bool) -> Committed {
    let before = call.clone();
    Committed {
        call,
        before,
        agent: loaded.agent,
        changed,
        now: loaded.now,
        ahead: loaded.rank,
    }
}

/// The entries for the stream, and how many of them are the call's.
fn events(
    loaded: &Loaded,
    decision: &Decision,
    agent: Option<&Agent>,
) -> Result<(Vec<(&'static str, String)>, u32), StoreError> {
    let mut entries = Vec::with_capacity(decision.events.len() + 1);
    let mut sequence = loaded.events;
    let mut before = loaded.call.clone();
    for event in &decision.events {
        sequence += 1;
        let after = Call::apply(before, event);
        if let Some(call) = &after {
            entries.push((
                "c",
                json("an event", &call_event(&call.id, sequence, event, loaded.now))?,
            ));
        }
        before = after;
    }
    if let Some(agent) = agent {
        entries.push(("a", json("an event", &agent_event(agent, loaded.now))?));
    }
    Ok((entries, sequence - loaded.events))
}

/// Where a call stands in the order of answering, when it is offered.
fn order(call: &Call) -> Option<i64> {
    let waiting = call.state.waiting()?;
    let offered = matches!(
        call.state,
        State::Queued(_) | State::RingingOffice { .. } | State::Claimed { .. }
    );
    let since = waiting.since.as_millis();
    offered.then_some(if waiting.front { since - FRONT } else { since })
}

fn json<T: serde::Serialize>(what: &str, value: &T) -> Result<String, StoreError> {
    serde_json::to_string(value).map_err(|source| corrupt(what, source))
}

fn corrupt(what: &str, source: serde_json::Error) -> StoreError {
    StoreError::Corrupt {
        what: what.to_owned(),
        source,
    }
}

fn millis(d: Duration) -> u64 {
    u64::try_from(d.as_millis()).unwrap_or(u64::MAX)
}
