//! What Twilio says about a call's progress, in webhooks and in REST answers alike.

use crate::wire::wire_words;

wire_words! {
    /// Where a leg is in its life.
    ///
    /// Webhooks can be late, doubled or out of order: whoever keeps a state must never leave a
    /// [final](CallStatus::is_final) one.
    CallStatus {
        /// Accepted by Twilio, waiting for the account's calls-per-second allowance.
        Queued = "queued",
        /// Being dialled; REST answers do not know this word.
        Initiated = "initiated",
        /// Ringing; also the status of a caller in the first webhook.
        Ringing = "ringing",
        /// Answered.
        InProgress = "in-progress",
        /// Was answered and has ended.
        Completed = "completed",
        /// The other side was busy.
        Busy = "busy",
        /// Nobody picked up in time.
        NoAnswer = "no-answer",
        /// Could not be placed.
        Failed = "failed",
        /// Withdrawn before it was answered.
        Canceled = "canceled",
    }
}

impl CallStatus {
    /// Whether the leg has ended, one way or another.
    pub const fn is_final(self) -> bool {
        match self {
            Self::Queued | Self::Initiated | Self::Ringing | Self::InProgress => false,
            Self::Completed | Self::Busy | Self::NoAnswer | Self::Failed | Self::Canceled => true,
        }
    }
}

wire_words! {
    /// Who started a leg.
    Direction {
        /// Somebody called us: a caller, or a browser that connects.
        Inbound = "inbound",
        /// We did, by REST.
        OutboundApi = "outbound-api",
        /// A `<Dial>` did.
        OutboundDial = "outbound-dial",
    }
}
