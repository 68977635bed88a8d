//! What can happen to a call, and why it may be refused.

use std::time::Duration;

use thiserror::Error;

use crate::{
    AgentId, CallId, Caller, LegId, LookupOutcome, MenuPick, Party, PhoneNumber, QueueName, Recording,
    SourceName, Timestamp,
};

/// A new call, as its first webhook tells it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Incoming {
    /// The carrier's id of the caller's leg.
    pub id: CallId,
    /// Who rings.
    pub caller: Caller,
    /// The number they dialled.
    pub dialled: String,
    /// Whether the office is open now.
    pub open: bool,
    /// Which sources to ask about the caller.
    pub sources: Vec<SourceName>,
}

/// Where we find a caller of whom we know nothing, because Redis was away or lost it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Adopted {
    /// Running our documents.
    Menu,
    /// In the carrier's queue since then.
    Waiting {
        /// Which queue, if the request says.
        queue: QueueName,
        /// When they joined it, by the carrier's own count.
        since: Timestamp,
    },
    /// Hearing the office phones ring.
    Office,
    /// Talking through an office phone.
    Talking,
    /// Leaving a message.
    Voicemail,
    /// Gone: the call was served while we knew nothing, and is over.
    Over {
        /// When it began, by the carrier's count.
        began: Timestamp,
        /// When it ended.
        ended: Timestamp,
    },
}

/// How a caller left the carrier's queue.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum QueueExit {
    /// We told them to, in a wait document.
    Leave,
    /// We moved them by request.
    Redirected,
    /// They hung up.
    HungUp,
    /// They never got in: full, or trouble at the carrier.
    Failed,
    /// Anything else.
    Other,
}

/// At which address the caller's line asks what to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum At {
    /// The first request of the call.
    Incoming,
    /// After the menu.
    Menu,
    /// In the queue, when the last wait document ran out.
    Wait {
        /// The carrier's id of the queue.
        queue: Option<String>,
    },
    /// Out of the queue.
    LeftQueue(QueueExit),
    /// Moved by us, for whatever the state says.
    Resume,
    /// As it was told a moment ago, when it asked although it should be talking through an office phone.
    Astray,
    /// The conference ended and the caller's line is still up.
    AfterConference,
    /// Moved by us, to ring the office.
    OfficeRing,
    /// The office phones stopped ringing, or the talk through one of them ended.
    OfficeEnded {
        /// Which round it was.
        round: u32,
        /// Which ring of the round.
        attempt: u32,
        /// Whether the two lines were ever connected, if the carrier says.
        bridged: Option<bool>,
    },
    /// Sent to leave a message.
    Voicemail,
    /// The message is over.
    Recorded,
}

/// Something that happened, or that somebody asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Command {
    /// A caller rings.
    Incoming(Incoming),
    /// A caller turns up of whom we know nothing.
    Adopt {
        /// Who, and where they rang.
        incoming: Incoming,
        /// Where their line is.
        found: Adopted,
    },
    /// The caller answered the menu, or did not.
    Choose {
        /// Which reading of the menu it was.
        attempt: u8,
        /// What they chose.
        pick: MenuPick,
    },
    /// The caller's line asks what to do next.
    Ask(At),
    /// The caller, who waits, asks to leave a message instead.
    LeaveMessage,
    /// An office phone was picked up and is being asked to press the key.
    OfficeScreened {
        /// Which.
        phone: PhoneNumber,
    },
    /// Somebody at an office phone pressed the key.
    OfficeAccepted {
        /// Which phone.
        phone: Option<PhoneNumber>,
        /// Its leg.
        leg: LegId,
        /// In which round it rang; 0 when nobody numbered the ring.
        round: u32,
    },
    /// An agent's leg shows a claim's token.
    AgentConnects {
        /// Which claim.
        claim: u32,
        /// Whose leg it says it is.
        agent: AgentId,
        /// The secret.
        token: String,
        /// The leg.
        leg: LegId,
    },
    /// The phone of an agent is being called.
    AgentCalled {
        /// For which claim.
        claim: u32,
        /// The leg.
        leg: LegId,
        /// How long the carrier holds the call back before it rings.
        held_back: Duration,
    },
    /// An agent's leg is in the conference.
    AgentJoined {
        /// Of which claim.
        claim: u32,
        /// The leg.
        leg: LegId,
    },
    /// An agent's leg left the conference, or is over.
    AgentLeft {
        /// Of which claim.
        claim: u32,
        /// The leg.
        leg: LegId,
    },
    /// The carrier was asked, and the caller is alone in the conference.
    AgentLost {
        /// Of which claim.
        claim: u32,
    },
    /// The caller's leg is in the conference.
    CallerJoined {
        /// Of which claim.
        claim: u32,
    },
    /// The carrier was asked: the agent is not in the conference any more, so the caller cannot be moved there.
    ConnectFailed {
        /// Of which claim.
        claim: u32,
    },
    /// The caller's line is over.
    CallerGone,
    /// A message was recorded.
    Recorded(Recording),
    /// An agent pressed Answer.
    Answer {
        /// A fresh secret for the agent's leg.
        token: String,
    },
    /// An agent gives the call back before it is connected.
    Release {
        /// Which claim; any when the agent does not say.
        claim: Option<u32>,
    },
    /// An agent hangs up.
    HangUp,
    /// An agent's softphone tells that its agent has hung up on it: their line did not get lost.
    AgentHungUp {
        /// The line of which claim.
        claim: u32,
        /// The leg, if the softphone knows it.
        leg: Option<LegId>,
    },
    /// The deadline of the call's `entry`th time in a queue may have passed.
    CheckUnanswered {
        /// Which entry.
        entry: u32,
    },
    /// The time of a claim may have passed.
    ExpireClaim {
        /// Which.
        claim: u32,
    },
    /// A source answered, or failed to.
    LookedUp {
        /// Which.
        source: SourceName,
        /// What.
        outcome: LookupOutcome,
    },
}

/// Why a command was refused. Late and repeated news is not refused: it changes nothing.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum Rejected {
    /// There is no such call.
    #[error("there is no such call")]
    NoSuchCall,
    /// There is no such agent.
    #[error("there is no such agent")]
    NoSuchAgent,
    /// Somebody was faster.
    #[error("somebody else has taken the call")]
    Taken {
        /// Who.
        by: Box<Party>,
    },
    /// The call is over.
    #[error("the call has ended")]
    Ended,
    /// The caller is not waiting for anybody.
    #[error("the caller is not waiting for an agent")]
    NotWaiting,
    /// The agent has another call.
    #[error("the agent has another call")]
    Engaged {
        /// Which.
        call: CallId,
    },
    /// The agent is not available.
    #[error("the agent is not available")]
    Unavailable,
    /// The call is not this agent's.
    #[error("the call is not this agent's")]
    NotYours,
    /// It is not time yet; ask again then.
    #[error("not due yet")]
    Early {
        /// When.
        until: Timestamp,
    },
}
