//! What the promises are made of.

use super::what::Line;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Ring {
    pub(crate) round: u32,
    pub(crate) reached: bool,
    pub(crate) again: bool,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Phase {
    Unknown,
    Menu {
        reading: u8,
    },
    Closed,
    Waiting {
        deadline: u64,
    },
    Held {
        agent: usize,
        line: Option<Line>,
        until: u64,
        ready: bool,
        from: Option<Ring>,
        deadline: u64,
    },
    Office {
        ring: Ring,
        deadline: u64,
    },
    Agent {
        agent: usize,
        line: Option<Line>,
        left: Option<u64>,
        deadline: u64,
    },
    Phone {
        asked: Option<u64>,
        deadline: u64,
        /// Which ring it was, if anybody knows.
        ring: Option<Ring>,
    },
    Message,
    Over,
}

/// What both sides must agree on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Seen {
    pub(crate) state: &'static str,
    pub(crate) agent: Option<usize>,
    pub(crate) deadline: Option<u64>,
    pub(crate) entries: u32,
    pub(crate) claims: u32,
    pub(crate) rounds: u32,
}
