//! Names of the keys that Rust code touches; the scripts build theirs from the same prefix.

use switchboard_domain::{AgentId, CallId};

pub(crate) fn call_events(prefix: &str, call: &CallId) -> String {
    format!("{prefix}:call:{call}:events")
}

pub(crate) fn call(prefix: &str, call: &CallId) -> String {
    format!("{prefix}:call:{call}")
}

pub(crate) fn epoch(prefix: &str) -> String {
    format!("{prefix}:epoch")
}

pub(crate) fn stream(prefix: &str) -> String {
    format!("{prefix}:stream")
}

pub(crate) fn agent(prefix: &str, agent: &AgentId) -> String {
    format!("{prefix}:agent:{agent}")
}

pub(crate) fn events(prefix: &str) -> String {
    format!("{prefix}:events")
}

pub(crate) fn answers(prefix: &str) -> String {
    format!("{prefix}:answers")
}

pub(crate) fn overrides(prefix: &str) -> String {
    format!("{prefix}:overrides")
}

pub(crate) fn overrides_withdrawn(prefix: &str) -> String {
    format!("{prefix}:overrides-withdrawn")
}

pub(crate) fn feeds(prefix: &str) -> String {
    format!("{prefix}:feeds")
}

pub(crate) fn feed_marks(prefix: &str) -> String {
    format!("{prefix}:feed-marks")
}

/// Which call is at which phone.
pub(crate) fn phones(prefix: &str) -> String {
    format!("{prefix}:phones")
}

pub(crate) fn available(prefix: &str) -> String {
    format!("{prefix}:available")
}

pub(crate) fn indexed(prefix: &str) -> String {
    format!("{prefix}:indexed")
}

pub(crate) fn ticket(prefix: &str, ticket: &str) -> String {
    format!("{prefix}:ticket:{ticket}")
}
