//! Names of the keys. The legend is in the crate's documentation.

use std::fmt;
use std::sync::Arc;

use crate::error::{Error, Result};

/// What all keys of a deployment begin with: it contains exactly one hash tag, so that all of them
/// live in one slot and one script may touch any of them.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Prefix(Arc<str>);

impl Prefix {
    /// Checks and takes a prefix such as `{sb}` or `test-7{sb}`.
    ///
    /// # Errors
    ///
    /// [`Error::Prefix`] unless it holds exactly one non-empty `{..}`, and neither spaces nor control
    /// characters.
    pub fn new(prefix: impl AsRef<str>) -> Result<Self> {
        let prefix = prefix.as_ref();
        let count = |wanted| prefix.chars().filter(|&c| c == wanted).count();
        let tag = prefix.find('{').zip(prefix.find('}'));
        let good = count('{') == 1
            && count('}') == 1
            && tag.is_some_and(|(open, close)| open + 1 < close)
            && !prefix.chars().any(|c| c.is_whitespace() || c.is_control());
        if good {
            Ok(Self(prefix.into()))
        } else {
            Err(Error::Prefix(prefix.to_owned()))
        }
    }

    /// The prefix as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The channel on which workers are woken.
    pub fn wake_channel(&self) -> String {
        format!("{self}:q:wake")
    }

    /// The key that holds what virtual time is ahead of real time, in ms.
    pub fn clock_offset(&self) -> String {
        format!("{self}:clock-offset")
    }

    /// The key of an idempotency key.
    pub fn idempotency(&self, key: &str) -> String {
        format!("{self}:q:idem:{key}")
    }

    pub(crate) fn workers(&self) -> String {
        format!("{self}:q:workers")
    }
}

impl fmt::Display for Prefix {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The keys of one queue.
#[derive(Clone, Debug)]
pub struct Keys {
    /// List of ids that may run.
    pub ready: String,
    /// List of ids that may run before those.
    pub high: String,
    /// Sorted set of ids by due time.
    pub due: String,
    /// Sorted set of ids by lease expiry.
    pub lease: String,
    /// Hash of envelopes.
    pub job: String,
    /// Hash of delivery counts.
    pub att: String,
    /// Hash of hand-back counts.
    pub rel: String,
    /// Hash of why the last attempt failed.
    pub fail: String,
    /// Sorted set of dead ids by time of death.
    pub dead: String,
    /// Hash of dead letters.
    pub grave: String,
    /// List of jobs that ended well of late.
    pub recent: String,
    /// Hash of what became of jobs, and how often.
    pub count: String,
}

impl Keys {
    /// The keys of the queue `queue`.
    ///
    /// # Errors
    ///
    /// [`Error::QueueName`] for a name that the scripts would refuse.
    pub fn new(prefix: &Prefix, queue: &str) -> Result<Self> {
        check_queue(queue)?;
        let key = |kind| format!("{prefix}:q:{queue}:{kind}");
        Ok(Self {
            ready: key("ready"),
            high: key("high"),
            due: key("due"),
            lease: key("lease"),
            job: key("job"),
            att: key("att"),
            rel: key("rel"),
            fail: key("fail"),
            dead: key("dead"),
            grave: key("grave"),
            recent: key("recent"),
            count: key("count"),
        })
    }
}

/// The same rule as in `push.lua`.
pub(crate) fn check_queue(queue: &str) -> Result<()> {
    let good = queue.starts_with(|c: char| c.is_ascii_lowercase())
        && queue
            .bytes()
            .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
        && queue.len() <= 64
        && queue != "idem";
    if good {
        Ok(())
    } else {
        Err(Error::QueueName(queue.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_prefix_has_exactly_one_hash_tag() {
        for good in ["{sb}", "x{sb}y", "{a:b}"] {
            assert_eq!(Prefix::new(good).unwrap().as_str(), good);
        }
        for bad in ["", "sb", "{}", "{a}{b}", "}a{", "{a", "{a b}", "{{a}}"] {
            assert!(Prefix::new(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn queue_names_cannot_collide_with_other_keys() {
        for good in ["lookup", "carrier-2"] {
            assert!(check_queue(good).is_ok());
        }
        for bad in ["", "idem", "Lookup", "a:b", "2a", "a b", &"x".repeat(65)] {
            assert!(check_queue(bad).is_err(), "{bad}");
        }
    }
}
