//! Why a connection ends.

/// Why this side ends a connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Close {
    /// The client said goodbye; the answer to it.
    Goodbye,
    /// It broke the websocket's protocol.
    Protocol,
    /// It sent text where binary was agreed upon, or the reverse.
    Unsupported,
    /// It sent text that is none.
    NoText,
    /// It said something that it may not say there.
    Policy,
    /// It said nothing in time.
    Late,
    /// It sent too large a message.
    TooLarge,
    /// This process stops.
    Restart,
    /// Redis does not answer, so nothing can be told.
    Away,
    /// It read too slowly.
    TooSlow,
    /// It gave no sign of life.
    Silent,
    /// Its agent may not act any more, or not now.
    Excluded,
}

impl Close {
    pub(crate) fn code(self) -> u16 {
        match self {
            Self::Goodbye => 1000,
            Self::Protocol => 1002,
            Self::Unsupported => 1003,
            Self::NoText => 1007,
            Self::Policy | Self::Late => 1008,
            Self::TooLarge => 1009,
            Self::Restart => 1012,
            Self::Away => 1013,
            Self::TooSlow => 4001,
            Self::Silent => 4002,
            Self::Excluded => 4003,
        }
    }

    /// For people who look at a log; at most 123 bytes fit.
    pub(crate) fn reason(self) -> &'static str {
        match self {
            Self::Goodbye => "",
            Self::Protocol => "not as RFC 6455 says",
            Self::Unsupported => "text for switchboard.v1.json, binary for switchboard.v1.proto",
            Self::NoText => "text must be UTF-8",
            Self::Policy => "expected one frame `open`, first of all",
            Self::Late => "no frame `open` in time",
            Self::TooLarge => "too large",
            Self::Restart => "restarting, resume elsewhere",
            Self::Away => "nothing can be told now, try again later",
            Self::TooSlow => "too slow, resume",
            Self::Silent => "no sign of life, resume",
            Self::Excluded => "the agent is disabled or removed",
        }
    }

    /// For metrics and logs.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Goodbye => "goodbye",
            Self::Protocol => "protocol",
            Self::Unsupported => "unsupported",
            Self::NoText => "no_text",
            Self::Policy => "policy",
            Self::Late => "late",
            Self::TooLarge => "too_large",
            Self::Restart => "restart",
            Self::Away => "away",
            Self::TooSlow => "too_slow",
            Self::Silent => "silent",
            Self::Excluded => "excluded",
        }
    }
}
