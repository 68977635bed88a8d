//! Agents: the people who answer.

use serde::{Deserialize, Serialize};

use crate::{AgentId, Call, CallId, PhoneNumber};

/// Where an agent's voice is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AnswersOn {
    /// The browser in which they press Answer.
    Browser,
    /// A phone, which is called when they press Answer and asks them to press a key: a mailbox must not win.
    Phone(PhoneNumber),
}

/// What an agent says of themselves. Being on a call is not said but seen: [`Agent::engaged`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Presence {
    /// Ready to answer.
    Available,
    /// At work but not taking calls.
    Away,
    /// Not at work.
    Offline,
}

/// An agent as the live system knows them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Agent {
    /// Who.
    pub id: AgentId,
    /// The name that callers and colleagues read.
    pub name: String,
    /// Where they talk.
    pub answers_on: AnswersOn,
    /// What they say of themselves.
    pub presence: Presence,
    /// The one call that is claimed by, connecting to or talking with them.
    pub engaged: Option<CallId>,
}

impl Agent {
    /// The agent after a step of `call`: engaged by it while it holds them, free of it otherwise.
    pub fn after(&self, call: &Call) -> Self {
        let mut agent = self.clone();
        if call.holder() == Some(&self.id) {
            agent.engaged = Some(call.id.clone());
        } else if agent.engaged.as_ref() == Some(&call.id) {
            agent.engaged = None;
        }
        agent
    }
}
