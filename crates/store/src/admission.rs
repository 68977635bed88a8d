//! Whether a call that nobody knows may come to be.
//!
//! Asked by the commit script when a call is made, so that it costs no round trip. Two memories say no, both bounded, the
//! oldest forgotten first, and without anything about the caller:
//!
//! - **Calls that ended** in the last month: a request about one is somebody's recording of an old request, sent again.
//!   Its signature is as good as on the first day, and without this it would be a caller in the queue whom nobody hears.
//! - **Calls that were refused** because their number had too many: nothing else is kept of them, so that no flood is on
//!   anybody's screen. They may leave a message, which makes a call of them; nothing else does.

/// What the caller's number may have at most. 0 is no limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct CallerLimit {
    /// Calls that have not ended.
    pub live: u32,
    /// Calls within an hour, counted from the first.
    pub hourly: u32,
}

/// On which conditions an unknown call may come to be.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Admission {
    /// Unless it ended before, or was refused.
    #[default]
    Known,
    /// The caller leaves a message: unless it ended before.
    Message,
    /// The call begins: and unless there are too many from `who`.
    Counted {
        /// On whose account it is counted; kept as a hash.
        who: String,
        /// How many they may have.
        limit: CallerLimit,
    },
}

impl Admission {
    /// As the script reads it.
    pub(crate) fn argument(&self) -> String {
        match self {
            Self::Known => String::new(),
            Self::Message => "message".to_owned(),
            Self::Counted { who, limit } => format!("{} {} {who}", limit.live, limit.hourly),
        }
    }
}

/// Why an unknown call was not made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TurnedAway {
    /// It ended before, or was refused before.
    Over,
    /// There are too many from its number.
    TooMany,
}
