//! One step of a call: load, decide, commit, and again if somebody was faster.

use std::time::Duration;

use switchboard_domain::{Agent, AgentId, Call, CallId, Decision, Rejected, Timestamp, check_call};
use tokio::time::{Instant, sleep};
use tracing::warn;

use crate::commit::Step;
use crate::record::{Answer, Loaded};
use crate::{Admission, Store, StoreError, TransactError, TurnedAway};

/// Between two tries: long enough for a restarted Redis to accept, short against any budget.
const PAUSE: Duration = Duration::from_millis(10);

/// What a step is about.
#[derive(Debug, Clone)]
pub struct Target<'a> {
    /// Which call.
    pub call: &'a CallId,
    /// The agent that the command names; without one it is the agent who holds the call.
    pub agent: Option<&'a AgentId>,
    /// Names this command among those that may be committed at the same moment: by it a commit whose answer was
    /// lost is recognised, so that it happens once. A command that comes a second time, in a step of its own, is
    /// for the rules to recognise.
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
    /// Whether this step changed anything; not when it was news already known.
    pub changed: bool,
    /// The deployment's time of it.
    pub now: Timestamp,
    /// How many calls are to be answered before this one, as of the load; `None` when it was not waiting then.
    pub ahead: Option<u64>,
    /// Why there is no call, when it was not allowed to come to be.
    pub turned_away: Option<TurnedAway>,
}

/// A commit that was sent and never answered, and what it comes to if it went through.
struct Unanswered {
    version: u64,
    outcome: Committed,
}

impl Store {
    /// Runs one step on a call. `decide` is a pure function of the call, the agent concerned and the time; it is
    /// asked again whenever somebody changed either meanwhile.
    ///
    /// # Errors
    /// What `decide` refuses; and Redis' troubles, after which the step may have happened: asking again is safe as
    /// far as the rules recognise what they have seen.
    pub async fn transact<F>(&self, target: Target<'_>, decide: F) -> Result<Committed, TransactError>
    where
        F: Fn(Option<&Call>, Option<&Agent>, Timestamp) -> Result<Decision, Rejected>,
    {
        self.transact_admitted(target, &Admission::Known, decide).await
    }

    /// The same for a call that comes to be only as `admission` says.
    ///
    /// # Errors
    /// As for [`Store::transact`].
    pub async fn transact_admitted<F>(
        &self,
        target: Target<'_>,
        admission: &Admission,
        decide: F,
    ) -> Result<Committed, TransactError>
    where
        F: Fn(Option<&Call>, Option<&Agent>, Timestamp) -> Result<Decision, Rejected>,
    {
        let deadline = self.deadline();
        let step = self.step(target, admission, decide, deadline).await?;
        if let Some(answered) = crate::answers::answered(&step) {
            // Rare, and large: it must not make every step's future larger.
            Box::pin(self.note_answer(answered, deadline)).await;
        }
        Ok(step)
    }

    async fn step<F>(
        &self,
        target: Target<'_>,
        admission: &Admission,
        decide: F,
        deadline: Instant,
    ) -> Result<Committed, TransactError>
    where
        F: Fn(Option<&Call>, Option<&Agent>, Timestamp) -> Result<Decision, Rejected>,
    {
        let mut unanswered: Option<Box<Unanswered>> = None;
        let mut loaded = match (target.fresh, self.anchor().now()) {
            (true, Some(now)) => Loaded::nothing(now),
            (true | false, _) => self.load_patiently(&target, None, deadline).await?,
        };
        loop {
            if loaded.made
                && let Some(done) = unanswered.take()
            {
                return Ok(done.outcome);
            }
            let decision = decide(loaded.call.as_ref(), loaded.agent.as_ref(), loaded.now)?;
            let after = decision.call_after(loaded.call.clone());
            let Some(call) = after.filter(|_| !decision.is_empty()) else {
                return Ok(unchanged(loaded));
            };
            let agent = loaded.agent.as_ref().map(|agent| agent.after(&call));
            debug_assert_eq!(check_call(loaded.call.as_ref(), &decision, &call), Ok(()));
            debug_assert!(
                frees_only_the_loaded(&loaded, &call),
                "step of {} on another agent's call",
                call.id
            );
            let invocation = self.encode(&Step {
                target: &target,
                loaded: &loaded,
                decision: &decision,
                call: &call,
                agent: agent.as_ref(),
                unanswered: unanswered.as_ref().map(|tried| tried.version),
                admission,
            })?;
            let version = loaded.version;
            let outcome = Committed {
                call: Some(call),
                before: loaded.call.clone(),
                agent,
                changed: true,
                now: loaded.now,
                ahead: loaded.rank,
                turned_away: None,
            };
            match self.invoke(&invocation, deadline).await {
                Ok(Answer::Committed(now)) => {
                    self.anchor().set(now);
                    return Ok(Committed { now, ..outcome });
                }
                Ok(Answer::TurnedAway(why)) => {
                    return Ok(Committed {
                        turned_away: Some(why),
                        ..unchanged(loaded)
                    });
                }
                Ok(Answer::Again(row)) => {
                    loaded = Loaded::read(target.call, row)?;
                    self.anchor().set(loaded.now);
                }
                Err(error) if error.is_passing() => {
                    if unanswered.is_none() {
                        warn!(call.id = %target.call, error = &error as &dyn std::error::Error,
                            "commit of call {} got no answer, trying again", target.call);
                    }
                    unanswered = Some(Box::new(Unanswered { version, outcome }));
                    sleep(PAUSE).await;
                    loaded = self.load_patiently(&target, Some(version), deadline).await?;
                }
                Err(error) => return Err(error.into()),
            }
        }
    }

    /// Repeats the load while there is time: a connection that broke is made anew by the first try.
    async fn load_patiently(
        &self,
        target: &Target<'_>,
        unanswered: Option<u64>,
        deadline: Instant,
    ) -> Result<Loaded, StoreError> {
        loop {
            match self.load(target, unanswered, deadline).await {
                Err(error) if error.is_passing() && Instant::now() + PAUSE < deadline => sleep(PAUSE).await,
                other => return other,
            }
        }
    }

    /// Reads a call, the agent concerned, and whether the commit of the command that was decided on the version
    /// `unanswered` went through.
    pub(crate) async fn load(
        &self,
        target: &Target<'_>,
        unanswered: Option<u64>,
        deadline: Instant,
    ) -> Result<Loaded, StoreError> {
        let mut invocation = self.scripts().load.arg(self.prefix());
        invocation
            .arg(target.call.as_str())
            .arg(target.agent.map_or("", |id| id.as_str()))
            .arg(target.command_id)
            .arg(unanswered.map(|version| version.to_string()).unwrap_or_default());
        let loaded = Loaded::read(target.call, self.invoke(&invocation, deadline).await?)?;
        self.anchor().set(loaded.now);
        Ok(loaded)
    }
}

fn unchanged(loaded: Loaded) -> Committed {
    Committed {
        before: loaded.call.clone(),
        call: loaded.call,
        agent: loaded.agent,
        changed: false,
        now: loaded.now,
        ahead: loaded.rank,
        turned_away: None,
    }
}

/// A command that names one agent must not end another one's hold: that one's record would not be written.
fn frees_only_the_loaded(loaded: &Loaded, after: &Call) -> bool {
    match loaded.call.as_ref().and_then(Call::holder) {
        Some(holder) => loaded.agent_id.as_ref() == Some(holder) || after.holder() == Some(holder),
        None => true,
    }
}
