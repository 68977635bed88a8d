//! A call and what may become of it.

mod apply;
mod command;
mod decide;
mod due;
mod effect;
mod event;
mod instruction;
mod invariants;
mod ticket;

pub use command::{Adopted, At, Command, Incoming, QueueExit, Rejected};
pub use decide::{Decision, decide};
pub use effect::Effect;
pub use event::{Cause, Event};
pub use instruction::{Instruction, instruction};
pub use invariants::{check_agent, check_call};
pub use ticket::ClaimTicket;

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::{
    AgentId, CallId, Caller, ConferenceName, LegId, Lookup, PhoneNumber, QueueName, SourceName, Timestamp,
};

/// One call, from the first ring to its end.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Call {
    /// Its id, the carrier's id of the caller's leg.
    pub id: CallId,
    /// Who rings.
    pub caller: Caller,
    /// The number they dialled, as the carrier wrote it.
    pub dialled: String,
    /// When we first heard of it.
    pub arrived_at: Timestamp,
    /// What we promised.
    pub state: State,
    /// When that state began.
    pub entered_at: Timestamp,
    /// Where the caller's line is at the carrier.
    pub leg: Leg,
    /// How often it entered a queue; numbers the deadlines.
    pub queue_entries: u32,
    /// How often it was claimed; numbers claims and conferences.
    pub claims: u32,
    /// How many rounds of office rings there were.
    pub office_rounds: u32,
    /// What each source knows, or that it is still being asked.
    pub lookups: BTreeMap<SourceName, Lookup>,
    /// The message the caller left.
    pub recording: Option<Recording>,
}

/// What we promised the caller.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// The menu is being read for the `attempt`th time, counted from 0.
    Greeting {
        /// How often the menu was read before.
        attempt: u8,
    },
    /// The office is closed; the caller hears so and may leave a message.
    Closed,
    /// Waiting for an agent.
    Queued(Waiting),
    /// An agent pressed Answer and is being connected.
    Claimed {
        /// The place to go back to.
        waiting: Waiting,
        /// Whose it is.
        claim: Claim,
        /// When the claim is given up.
        until: Timestamp,
    },
    /// The agent is in the conference; the caller is being moved there.
    Connecting {
        /// The place to go back to.
        waiting: Waiting,
        /// Whose it is.
        claim: Claim,
        /// When the carrier is asked what became of it.
        check_at: Timestamp,
    },
    /// Every phone in the office rings.
    RingingOffice {
        /// The place to go back to.
        waiting: Waiting,
        /// Which ring.
        ring: OfficeRing,
    },
    /// The caller talks to somebody.
    Talking(Talk),
    /// The caller may leave a message.
    Voicemail {
        /// Why they came here.
        why: VoicemailReason,
    },
    /// Over, for good.
    Ended {
        /// How.
        reason: EndReason,
        /// When.
        at: Timestamp,
    },
}

/// A place in a queue and the promise that goes with it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Waiting {
    /// Which queue.
    pub queue: QueueName,
    /// Since when; decides the order.
    pub since: Timestamp,
    /// When every phone in the office rings.
    pub deadline: Timestamp,
    /// Before everybody else: the caller was already talking to an agent and lost them.
    pub front: bool,
}

/// An agent's hold on a call.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Claim {
    /// The call's claims are counted; late news of an earlier one is recognised by this.
    pub number: u32,
    /// Whose.
    pub agent: AgentId,
    /// Whether they answer on a phone, which must be called.
    pub phone: Option<PhoneNumber>,
    /// The secret that the agent's leg must show. Never published.
    pub token: String,
    /// The leg that showed it first; no other may.
    pub leg: Option<LegId>,
    /// Where the call was when it was claimed.
    pub origin: ClaimOrigin,
}

/// Where a call was when an agent claimed it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ClaimOrigin {
    /// In the queue.
    Queue,
    /// Ringing in the office; those phones ring on until the caller is moved away.
    Office(OfficeRing),
}

/// One ring of every phone in the office.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct OfficeRing {
    /// The round, counted from 1.
    pub round: u32,
    /// Rings within the round, counted from 0: a phone whose mailbox picked up is left out of the next.
    pub attempt: u32,
    /// Phones that were picked up without anybody pressing the key.
    pub reached: BTreeSet<PhoneNumber>,
    /// Phones left out of this ring.
    pub skipped: BTreeSet<PhoneNumber>,
}

/// A conversation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Talk {
    /// With whom.
    pub with: Party,
    /// Since when.
    pub since: Timestamp,
    /// The queue and the place the caller had, kept in case the agent is lost.
    pub waiting: Waiting,
    /// The caller hears music until the agent is back.
    pub hold: bool,
    /// When the other side seemed gone without a hang-up, and that is not certain yet.
    pub agent_left: Option<Timestamp>,
    /// The office ring that brought them together, as far as it is known: whoever pressed the key may be gone before the
    /// lines meet, and then the others ring again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ring: Option<OfficeRing>,
}

/// Who talks with the caller.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Party {
    /// An agent, in the conference of their claim.
    Agent(Claim),
    /// Somebody at an office phone, on a dialled leg.
    Office {
        /// Which phone; unknown when nobody told us (Redis was away).
        phone: Option<PhoneNumber>,
        /// The leg to it.
        leg: Option<LegId>,
    },
}

/// Where the caller's line is at the carrier. It changes after the state, because the carrier is told after we
/// decide.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Leg {
    /// Running documents of ours: menu, announcements, or on its way elsewhere.
    Menu,
    /// In the carrier's queue, with music.
    Parked {
        /// The carrier's id of that queue, when it told us.
        queue: Option<String>,
    },
    /// Hearing the office phones ring, or talking through one of them.
    OfficeDial,
    /// In a conference.
    Conference {
        /// Which.
        name: ConferenceName,
    },
    /// Leaving a message.
    Recording,
    /// Hung up.
    Gone,
}

/// Why a caller is asked to leave a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum VoicemailReason {
    /// The office is closed.
    Closed,
    /// Nobody answered.
    NoAnswer,
    /// They asked to.
    Asked,
}

/// How a call ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EndReason {
    /// The caller hung up before joining a queue.
    HungUpInMenu,
    /// The caller rang while the office was closed and left no message.
    Closed,
    /// The caller hung up while waiting.
    Abandoned,
    /// Nobody answered and the caller left no message.
    Missed,
    /// The caller left a message.
    Voicemail,
    /// Caller and agent or office phone talked.
    Completed,
    /// Nobody told us: the call was found when it was over.
    Unknown,
}

/// A message that the caller left.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Recording {
    /// The carrier's id of it.
    pub id: String,
    /// Its length in whole seconds, when known.
    pub seconds: Option<u32>,
}

impl State {
    /// The claim in this state, if an agent has one.
    pub fn claim(&self) -> Option<&Claim> {
        match self {
            Self::Claimed { claim, .. }
            | Self::Connecting { claim, .. }
            | Self::Talking(Talk {
                with: Party::Agent(claim),
                ..
            }) => Some(claim),
            Self::Greeting { .. }
            | Self::Closed
            | Self::Queued(_)
            | Self::RingingOffice { .. }
            | Self::Talking(Talk {
                with: Party::Office { .. },
                ..
            })
            | Self::Voicemail { .. }
            | Self::Ended { .. } => None,
        }
    }

    /// The phone at which somebody has the call, or is about to.
    pub fn phone(&self) -> Option<&PhoneNumber> {
        match self {
            Self::Claimed { claim, .. }
            | Self::Connecting { claim, .. }
            | Self::Talking(Talk {
                with: Party::Agent(claim),
                ..
            }) => claim.phone.as_ref(),
            Self::Talking(Talk {
                with: Party::Office { phone, .. },
                ..
            }) => phone.as_ref(),
            Self::Greeting { .. }
            | Self::Closed
            | Self::Queued(_)
            | Self::RingingOffice { .. }
            | Self::Voicemail { .. }
            | Self::Ended { .. } => None,
        }
    }

    /// The place in the queue that the caller has or keeps in this state.
    pub fn waiting(&self) -> Option<&Waiting> {
        match self {
            Self::Queued(waiting)
            | Self::Claimed { waiting, .. }
            | Self::Connecting { waiting, .. }
            | Self::RingingOffice { waiting, .. } => Some(waiting),
            Self::Talking(talk) => Some(&talk.waiting),
            Self::Greeting { .. } | Self::Closed | Self::Voicemail { .. } | Self::Ended { .. } => None,
        }
    }

    /// The state's name in diagrams, logs and metrics.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Greeting { .. } => "greeting",
            Self::Closed => "closed",
            Self::Queued(_) => "queued",
            Self::Claimed { .. } => "claimed",
            Self::Connecting { .. } => "connecting",
            Self::RingingOffice { .. } => "ringing_office",
            Self::Talking(_) => "talking",
            Self::Voicemail { .. } => "voicemail",
            Self::Ended { .. } => "ended",
        }
    }
}

impl Call {
    /// The agent that holds the call, from Answer to the end of the conversation.
    pub fn holder(&self) -> Option<&AgentId> {
        self.state.claim().map(|claim| &claim.agent)
    }

    /// Whether it is over.
    pub fn is_ended(&self) -> bool {
        matches!(self.state, State::Ended { .. })
    }

    /// Whether agents are offered the call.
    pub fn is_offered(&self) -> bool {
        matches!(self.state, State::Queued(_) | State::RingingOffice { .. })
    }
}
