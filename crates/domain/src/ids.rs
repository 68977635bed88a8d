//! Names of things, each its own type, so that one cannot stand where another is meant.

use std::fmt;

use serde::{Deserialize, Serialize};
use thiserror::Error;

/// A text that cannot be such an id.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{what}: expected 1 to {max} characters of A-Z a-z 0-9 . _ -, got {len} characters{odd}")]
pub struct IdError {
    what: &'static str,
    max: usize,
    len: usize,
    odd: &'static str,
}

fn checked(what: &'static str, max: usize, text: &str) -> Result<String, IdError> {
    let plain = text
        .bytes()
        .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'_' | b'-'));
    if plain && !text.is_empty() && text.len() <= max {
        return Ok(text.to_owned());
    }
    let odd = if plain { "" } else { ", some of them others" };
    Err(IdError {
        what,
        max,
        len: text.chars().count(),
        odd,
    })
}

macro_rules! id {
    ($(#[$doc:meta])* $name:ident, $what:literal, $max:literal) => {
        $(#[$doc])*
        ///
        /// Letters, digits, `.`, `_` and `-` only, because it becomes part of Redis keys and URLs.
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(String);

        impl $name {
            /// Checks and keeps the text.
            ///
            /// # Errors
            /// When it is empty, too long or holds other characters.
            pub fn new(text: &str) -> Result<Self, IdError> {
                checked($what, $max, text).map(Self)
            }

            /// The text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl TryFrom<String> for $name {
            type Error = IdError;
            fn try_from(text: String) -> Result<Self, IdError> {
                Self::new(&text)
            }
        }

        impl From<$name> for String {
            fn from(id: $name) -> Self {
                id.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    };
}

id!(
    /// A call, named by the carrier's id of the caller's leg: whatever arrives about the caller finds its
    /// call without a look-up, even when Redis was away at the beginning.
    CallId, "call id", 64
);
id!(
    /// One line at the carrier: the caller's, an agent's or an office phone's.
    LegId, "leg id", 64
);
id!(
    /// An agent.
    AgentId, "agent id", 64
);
id!(
    /// A queue of waiting callers, such as `sales`.
    QueueName, "queue name", 48
);
id!(
    /// A source of caller knowledge, such as `crm`.
    SourceName, "source name", 48
);
id!(
    /// The carrier's conference of one claim: call id and claim number.
    ConferenceName, "conference name", 96
);

impl QueueName {
    /// A name that the source text itself guarantees to be valid.
    pub(crate) fn named(text: &'static str) -> Self {
        Self(text.to_owned())
    }
}

impl CallId {
    /// Stands for a call that the carrier did not name; no real call has this id.
    pub fn unknown() -> Self {
        Self("unknown".to_owned())
    }
}

impl ConferenceName {
    /// The name of the conference in which the agent of that claim talks to the caller. A new claim gets a
    /// new conference, so that a late leg of an old one can never meet the caller.
    pub fn of(call: &CallId, claim: u32) -> Self {
        Self(format!("{call}-{claim}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_refuse_what_would_break_a_key_or_a_url() {
        for bad in ["", "a b", "a{b}", "a:b", "a/b", "é", &"x".repeat(65)] {
            assert!(CallId::new(bad).is_err(), "{bad:?}");
        }
        assert_eq!(CallId::new("CA0a-1_2.3").expect("plain").as_str(), "CA0a-1_2.3");
        let error = QueueName::new("two words").expect_err("space").to_string();
        assert!(
            error.starts_with("queue name: expected 1 to 48 characters"),
            "{error}"
        );
    }

    #[test]
    fn a_conference_is_named_after_call_and_claim() {
        let call = CallId::new("CA1").expect("id");
        assert_eq!(ConferenceName::of(&call, 2).as_str(), "CA1-2");
    }
}
