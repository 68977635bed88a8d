//! What a decision asks of the outside. Each becomes one job, pushed in the commit of the decision.

use std::time::Duration;

use crate::{AgentId, CallId, ConferenceName, LegId, PhoneNumber, SourceName, Timestamp};

/// Something to be done outside. Every one may be done twice, and is done by somebody who looks at the call
/// again first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Effect {
    /// Ask a source who is calling.
    LookUpCaller {
        /// About which call.
        call: CallId,
        /// The number to ask for.
        number: PhoneNumber,
        /// Which source.
        source: SourceName,
    },
    /// Look whether the call still waits when its deadline has come.
    CheckUnanswered {
        /// Which call.
        call: CallId,
        /// Which of its times in a queue.
        entry: u32,
        /// When.
        due: Timestamp,
    },
    /// Look whether the claim came to anything when its time is over.
    ExpireClaim {
        /// Which call.
        call: CallId,
        /// Which claim.
        claim: u32,
        /// When.
        due: Timestamp,
    },
    /// Call an agent's phone.
    CallAgent {
        /// For which call.
        call: CallId,
        /// Which claim.
        claim: u32,
        /// Who.
        agent: AgentId,
    },
    /// Bring the caller to the agent, or find out why that is not happening.
    ConnectCaller {
        /// Which call.
        call: CallId,
        /// Which claim.
        claim: u32,
        /// Not before; `None` is now.
        due: Option<Timestamp>,
    },
    /// Move the caller's line to the office ring.
    RingOffice {
        /// Which call.
        call: CallId,
        /// Which round.
        round: u32,
        /// Which ring of the round.
        attempt: u32,
    },
    /// Move the caller's line back into the queue.
    ParkCaller {
        /// Which call.
        call: CallId,
        /// Which of its times in a queue.
        entry: u32,
    },
    /// Ask the carrier whether the agent is really gone.
    CheckTalking {
        /// Which call.
        call: CallId,
        /// Which claim.
        claim: u32,
        /// When.
        due: Timestamp,
    },
    /// End lines that nobody needs any more: an agent's leg, or the office phones that still ring.
    CancelLegs {
        /// Of which call.
        call: CallId,
        /// After which claim.
        claim: u32,
        /// These legs.
        legs: Vec<LegId>,
        /// And whatever the caller's own leg had dialled.
        children: bool,
    },
    /// End the caller's line.
    HangUp {
        /// Which call.
        call: CallId,
    },
    /// Look for a message whose news may be lost.
    FindRecording {
        /// Of which call.
        call: CallId,
        /// When: the carrier takes a while to store it.
        due: Timestamp,
    },
    /// Delete a message at the carrier.
    DeleteRecording {
        /// Of which call.
        call: CallId,
        /// The carrier's id of it.
        recording: String,
        /// When it has been kept long enough.
        due: Timestamp,
    },
    /// End a conference and with it every line in it.
    EndConference {
        /// Of which call.
        call: CallId,
        /// Which.
        conference: ConferenceName,
    },
}

impl Effect {
    /// How long the carrier may take for one document of ours before the next step; used where a check must
    /// not come before the carrier had a fair chance.
    pub const SETTLE: Duration = Duration::from_secs(2);
    /// How long a message is waited for before it is looked for.
    pub const STORED_AFTER: Duration = Duration::from_mins(1);
}
