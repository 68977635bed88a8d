//! What became true of a call.

use serde::{Deserialize, Serialize};

use crate::{Call, Leg, LegId, LookupOutcome, PhoneNumber, Recording, SourceName, State, Timestamp};

/// A fact in the history of one call. [`Call::apply`] makes the call after it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Event {
    /// The call came to be.
    Received(Box<Call>),
    /// The call entered a state, perhaps the same kind again.
    Entered {
        /// Which.
        state: Box<State>,
        /// Why.
        cause: Cause,
        /// When.
        at: Timestamp,
    },
    /// The caller's line is elsewhere now.
    LegMoved {
        /// Where.
        leg: Leg,
    },
    /// A claim's leg is known; no other can use the claim.
    ClaimBound {
        /// The leg.
        leg: LegId,
        /// The claim is held until then, when that is longer than was thought: the carrier calls the agent's phone
        /// later than it was asked to.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        until: Option<Timestamp>,
    },
    /// An office phone was picked up.
    OfficeReached {
        /// Which.
        phone: PhoneNumber,
    },
    /// The agent's browser left the conversation without a hang-up, or the caller's line asks what to do while
    /// it should be talking through an office phone.
    AgentDropped {
        /// When.
        at: Timestamp,
    },
    /// A source answered, or failed to.
    LookedUp {
        /// Which.
        source: SourceName,
        /// What.
        outcome: LookupOutcome,
    },
    /// The caller's message is stored at the carrier.
    Recorded(Recording),
}

/// Why a call entered a state.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Cause {
    /// The caller chose so in the menu.
    Chosen,
    /// The caller chose nothing.
    NothingChosen,
    /// An agent pressed Answer.
    Answered,
    /// The agent is ready for the caller.
    AgentReady,
    /// Caller and agent are together.
    Connected,
    /// The agent gave the call back.
    Released,
    /// The agent's leg did not come in time.
    ClaimExpired,
    /// The agent's leg went away before the caller came.
    AgentGone,
    /// The agent's leg went away from the conversation.
    AgentLost,
    /// Nobody answered in time.
    DeadlinePassed,
    /// The carrier's queue did not take the caller.
    QueueFailed,
    /// The phones that were picked up in vain, without a key or by somebody who was gone before the lines met, are left
    /// out, and the others ring again.
    OnlyMailboxes,
    /// Nobody at any office phone took the call.
    OfficeUnanswered,
    /// Somebody at an office phone took the call.
    OfficeAccepted,
    /// The caller hung up.
    CallerHungUp,
    /// The agent or the office phone hung up.
    PartyHungUp,
    /// A message was left.
    MessageLeft,
    /// The carrier lists the call as over, and nobody had told of it.
    FoundOver,
}
