//! Legs: one end of a call each, from its first moment to its final status.

mod dialled;
mod ending;
mod inbound;
mod line;
mod outbound;

use std::collections::VecDeque;
use std::fmt;

use serde::{Deserialize, Serialize};

pub(crate) use dialled::{Child, dialled};
pub(crate) use inbound::inbound;
pub(crate) use line::{Interrupt, Line, Wake};
pub(crate) use outbound::outbound;

use crate::id::LegId;
use crate::judge::{Sound, Who};
use crate::signal::{Parked, Signal};
use crate::webhook::Source;

/// The status of a call, as webhooks spell it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum CallStatus {
    /// Created by REST, waiting for its turn.
    Queued,
    /// Dialling has begun.
    Initiated,
    /// It rings.
    Ringing,
    /// Answered.
    InProgress,
    /// Was answered and has ended.
    Completed,
    /// The far end was busy.
    Busy,
    /// Nobody answered in time.
    NoAnswer,
    /// Could not be placed.
    Failed,
    /// Given up before it was answered.
    Canceled,
}

impl CallStatus {
    /// The spelling of webhooks.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::Initiated => "initiated",
            Self::Ringing => "ringing",
            Self::InProgress => "in-progress",
            Self::Completed => "completed",
            Self::Busy => "busy",
            Self::NoAnswer => "no-answer",
            Self::Failed => "failed",
            Self::Canceled => "canceled",
        }
    }

    /// The spelling of REST, which does not know `initiated`.
    pub(crate) fn rest(self) -> &'static str {
        if self == Self::Initiated {
            "ringing"
        } else {
            self.as_str()
        }
    }

    /// Whether the call is over.
    pub fn is_final(self) -> bool {
        match self {
            Self::Queued | Self::Initiated | Self::Ringing | Self::InProgress => false,
            Self::Completed | Self::Busy | Self::NoAnswer | Self::Failed | Self::Canceled => true,
        }
    }
}

impl fmt::Display for CallStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Who began a leg.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Direction {
    /// Somebody rang one of our numbers, or a browser connected to the application.
    Inbound,
    /// A REST request.
    OutboundApi,
    /// A `<Dial>` of another leg.
    OutboundDial,
}

impl Direction {
    /// The spelling of Twilio.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Inbound => "inbound",
            Self::OutboundApi => "outbound-api",
            Self::OutboundDial => "outbound-dial",
        }
    }
}

/// A moment in the life of a leg that a status callback can be asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Progress {
    Initiated,
    Ringing,
    Answered,
    Completed,
}

impl Progress {
    pub(crate) fn parse(text: &str) -> Option<Self> {
        match text {
            "initiated" => Some(Self::Initiated),
            "ringing" => Some(Self::Ringing),
            "answered" => Some(Self::Answered),
            "completed" => Some(Self::Completed),
            _ => None,
        }
    }
}

/// Where the progress of a leg is told.
#[derive(Clone, Debug)]
pub(crate) struct Callback {
    pub(crate) url: String,
    pub(crate) method: String,
    pub(crate) events: Vec<Progress>,
    pub(crate) sequence: u32,
}

/// What a leg is made of when it is created.
pub(crate) struct NewLeg {
    pub(crate) direction: Direction,
    pub(crate) from: String,
    pub(crate) to: String,
    pub(crate) who: Who,
    pub(crate) parent: Option<LegId>,
    pub(crate) of_dial: Option<u64>,
    pub(crate) fallback: Option<String>,
    pub(crate) first: Option<Source>,
    pub(crate) extra: Vec<(String, String)>,
    pub(crate) callback: Option<Callback>,
    pub(crate) timeout_ms: i64,
}

/// A leg and the mailbox of the task that lives it.
pub(crate) struct Leg {
    pub(crate) id: LegId,
    pub(crate) new: NewLeg,
    pub(crate) status: CallStatus,
    pub(crate) created_ms: i64,
    pub(crate) answered_ms: Option<i64>,
    pub(crate) ended_ms: Option<i64>,
    pub(crate) queue_time_ms: i64,
    /// The person at its far end has hung up, on purpose.
    pub(crate) hung_up: bool,
    /// The Dial this leg is running at the moment.
    pub(crate) dial: Option<u64>,
    /// Screening is over; the dialling leg decides now.
    pub(crate) awaiting_bridge: bool,
    pub(crate) queue: Option<String>,
    pub(crate) conference: Option<String>,
    pub(crate) hears: Option<Sound>,
    pub(crate) inbox: VecDeque<Signal>,
    pub(crate) parked: Option<Parked>,
}

impl Leg {
    pub(crate) fn new(id: LegId, new: NewLeg, status: CallStatus, now_ms: i64) -> Self {
        Self {
            id,
            new,
            status,
            created_ms: now_ms,
            answered_ms: None,
            ended_ms: None,
            queue_time_ms: 0,
            hung_up: false,
            dial: None,
            awaiting_bridge: false,
            queue: None,
            conference: None,
            hears: None,
            inbox: VecDeque::new(),
            parked: None,
        }
    }

    pub(crate) fn is_live(&self) -> bool {
        !self.status.is_final()
    }

    /// Whole seconds from answer to end; 0 when it was never answered.
    pub(crate) fn duration_s(&self) -> i64 {
        self.answered_ms
            .zip(self.ended_ms)
            .map_or(0, |(from, to)| (to - from + 500) / 1000)
    }

    /// Whether the leg still waits for somebody to pick up.
    pub(crate) fn is_ringing_out(&self) -> bool {
        self.new.direction != Direction::Inbound
            && matches!(self.status, CallStatus::Initiated | CallStatus::Ringing)
    }
}
