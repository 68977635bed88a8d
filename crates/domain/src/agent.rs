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

/// Whether a live connection stands behind what an agent says of themselves. Derived by the services that hold the
/// connections; no rule about calls looks at it: an agent whose line is bad for a minute can still answer.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Connection {
    /// Their word counts by itself: they talk on a telephone, or a program speaks for them.
    #[default]
    Untracked,
    /// Their screen is connected, or was a moment ago.
    Connected,
    /// Nobody is signed in as them: their screen has been gone for too long, or never came.
    Lost,
}

impl Connection {
    #[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands over a reference")]
    fn is_untracked(&self) -> bool {
        *self == Self::Untracked
    }
}

/// Whether somebody may act as this agent.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Access {
    /// They may.
    #[default]
    Active,
    /// Not now; they are still on the list of agents.
    Disabled,
    /// They are no agent any more.
    Removed,
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
    /// Whether a live connection stands behind their presence. Left out where nothing is known, as builds wrote that
    /// did not derive it.
    #[serde(default, skip_serializing_if = "Connection::is_untracked")]
    pub connection: Connection,
    /// Whether they may act. Kept beside the agents, so that no writer of an agent can lose it.
    #[serde(skip)]
    pub access: Access,
}

impl Agent {
    /// An agent of whom nothing else is known yet.
    pub fn new(id: AgentId, name: impl Into<String>, answers_on: AnswersOn, presence: Presence) -> Self {
        Self {
            id,
            name: name.into(),
            answers_on,
            presence,
            engaged: None,
            connection: Connection::Untracked,
            access: Access::Active,
        }
    }

    /// The presence that others see: offline when nobody is signed in, whatever was said last. Never away: who is
    /// away does not want their desk phone to ring, who is gone may be standing beside it.
    pub fn shown_presence(&self) -> Presence {
        match self.connection {
            Connection::Untracked | Connection::Connected => self.presence,
            Connection::Lost => Presence::Offline,
        }
    }

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
