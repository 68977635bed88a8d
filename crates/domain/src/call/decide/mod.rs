//! What follows from what happened.

mod agents;
mod caller;
mod deadlines;
mod office;
mod step;

use crate::{Agent, Call, Command, Effect, Event, Policy, Rejected, Timestamp};
use step::Step;

/// What a command comes to. Empty when it was news already known, or too late to matter.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Decision {
    /// What became true, in order.
    pub events: Vec<Event>,
    /// What is to be done outside.
    pub effects: Vec<Effect>,
}

impl Decision {
    /// The call after all events.
    pub fn call_after(&self, call: Option<Call>) -> Option<Call> {
        self.events.iter().fold(call, Call::apply)
    }

    /// Whether nothing changes.
    pub fn is_empty(&self) -> bool {
        self.events.is_empty() && self.effects.is_empty()
    }

    /// This decision followed by another one on the call after it.
    pub fn then(mut self, next: Self) -> Self {
        self.events.extend(next.events);
        self.effects.extend(next.effects);
        self
    }
}

/// Decides what follows from `command` for `call` (`None`: there is no such call yet) and for `agent`: the one
/// that the command names, else the one that holds the call.
///
/// Repeated and late commands give an empty decision. The caller of this function commits call, events and
/// effects in one step, or asks again on the newer call.
///
/// # Errors
/// When an agent or a job asks for what cannot be; see [`Rejected`].
pub fn decide(
    call: Option<&Call>,
    agent: Option<&Agent>,
    command: &Command,
    now: Timestamp,
    policy: &Policy,
) -> Result<Decision, Rejected> {
    let Some(call) = call else {
        return match command {
            Command::Incoming(incoming) => Ok(caller::receive(incoming, now)),
            Command::Adopt { incoming, found } => Ok(caller::adopt(incoming, found, now, policy)),
            Command::Choose { .. }
            | Command::Ask(_)
            | Command::LeaveMessage
            | Command::OfficeScreened { .. }
            | Command::OfficeAccepted { .. }
            | Command::AgentConnects { .. }
            | Command::AgentCalled { .. }
            | Command::AgentJoined { .. }
            | Command::AgentLeft { .. }
            | Command::AgentLost { .. }
            | Command::CallerJoined { .. }
            | Command::ConnectFailed { .. }
            | Command::CallerGone
            | Command::Recorded(_)
            | Command::Answer { .. }
            | Command::Release { .. }
            | Command::HangUp
            | Command::AgentHungUp { .. }
            | Command::CheckUnanswered { .. }
            | Command::ExpireClaim { .. }
            | Command::LookedUp { .. } => Err(Rejected::NoSuchCall),
        };
    };
    let mut step = Step::new(call, now, policy);
    match command {
        Command::Incoming(_) | Command::Adopt { .. } => {}
        Command::Choose { attempt, pick } => caller::choose(&mut step, *attempt, pick),
        Command::Ask(at) => caller::ask(&mut step, at),
        Command::LeaveMessage => caller::leave_message(&mut step),
        Command::CallerGone => step.end_by_caller(),
        Command::Recorded(recording) => caller::recorded(&mut step, recording),
        Command::LookedUp { source, outcome } => caller::looked_up(&mut step, source, outcome),
        Command::OfficeScreened { phone } => office::screened(&mut step, phone),
        Command::OfficeAccepted { phone, leg, round } => {
            office::accepted(&mut step, phone.as_ref(), leg, *round);
        }
        Command::AgentConnects {
            claim,
            agent,
            token,
            leg,
        } => {
            agents::connects(&mut step, *claim, agent, token, leg);
        }
        Command::AgentCalled {
            claim,
            leg,
            held_back,
        } => agents::called(&mut step, *claim, leg, *held_back),
        Command::AgentJoined { claim, leg } => agents::joined(&mut step, *claim, leg),
        Command::AgentLeft { claim, leg } => agents::left(&mut step, *claim, leg),
        Command::AgentLost { claim } => agents::lost(&mut step, *claim),
        Command::CallerJoined { claim } => agents::caller_joined(&mut step, *claim),
        Command::ConnectFailed { claim } => agents::connect_failed(&mut step, *claim),
        Command::Answer { token } => agents::answer(&mut step, agent, token)?,
        Command::Release { claim } => agents::release(&mut step, agent, *claim)?,
        Command::HangUp => agents::hang_up(&mut step, agent)?,
        Command::AgentHungUp { claim, leg } => agents::hung_up(&mut step, agent, *claim, leg.as_ref())?,
        Command::CheckUnanswered { entry } => deadlines::check_unanswered(&mut step, *entry)?,
        Command::ExpireClaim { claim } => deadlines::expire_claim(&mut step, *claim)?,
    }
    Ok(step.finish())
}
