//! Twilio's identifiers: two letters that name the kind, then 32 hexadecimal digits.
//!
//! A value of these types went through the pattern, so it can stand in a URL path, a key or a log line
//! without escaping, and the kinds cannot be mixed up.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

/// A text that is not an identifier of the wanted kind. The text itself is left out: it came from outside.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a SID of kind {prefix}")]
pub struct InvalidSid {
    /// The two letters that were expected.
    pub prefix: &'static str,
}

fn fits(text: &str, prefix: &str) -> bool {
    text.strip_prefix(prefix)
        .is_some_and(|rest| rest.len() == 32 && rest.bytes().all(|byte| byte.is_ascii_hexdigit()))
}

macro_rules! sid {
    ($(#[$doc:meta])* $name:ident, $prefix:literal) => {
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(String);

        impl $name {
            /// The two letters every identifier of this kind begins with.
            pub const PREFIX: &'static str = $prefix;

            /// The identifier as Twilio writes it.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl FromStr for $name {
            type Err = InvalidSid;

            fn from_str(text: &str) -> Result<Self, InvalidSid> {
                if fits(text, $prefix) { Ok(Self(text.to_owned())) } else { Err(InvalidSid { prefix: $prefix }) }
            }
        }

        impl TryFrom<String> for $name {
            type Error = InvalidSid;

            fn try_from(text: String) -> Result<Self, InvalidSid> {
                if fits(&text, $prefix) { Ok(Self(text)) } else { Err(InvalidSid { prefix: $prefix }) }
            }
        }

        impl From<$name> for String {
            fn from(sid: $name) -> Self {
                sid.0
            }
        }

        impl AsRef<str> for $name {
            fn as_ref(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        // The bare identifier: it is what one greps for.
        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    };
}

sid!(
    /// One account, or sub-account, at Twilio.
    AccountSid,
    "AC"
);
sid!(
    /// One leg of a call: the caller's, a browser's or an office phone's.
    CallSid,
    "CA"
);
sid!(
    /// One queue in which Twilio parks callers.
    QueueSid,
    "QU"
);
sid!(
    /// One running, or past, conference; a name that is used again gets another one.
    ConferenceSid,
    "CF"
);
sid!(
    /// One recording.
    RecordingSid,
    "RE"
);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_exact_pattern_is_a_sid() {
        let good = "CA0123456789abcdefABCDEF0123456789";
        assert_eq!(good.parse::<CallSid>().unwrap().as_str(), good);
        for bad in [
            "",
            "CA",
            "CA1234567890ABCDE",
            "ca0123456789abcdefABCDEF0123456789",
            "QU0123456789abcdefABCDEF0123456789",
            "CA0123456789abcdefABCDEF012345678g",
            "CA0123456789abcdefABCDEF01234567890",
            "CA0123456789abcdefABCDEF0123456789\n",
            "CA../../../../Calls/0123456789abcd",
            "CAé123456789abcdefABCDEF012345678",
        ] {
            assert_eq!(
                bad.parse::<CallSid>(),
                Err(InvalidSid { prefix: "CA" }),
                "{bad:?}"
            );
        }
    }

    #[test]
    fn serde_checks_the_pattern() {
        let sid: QueueSid = serde_json::from_str("\"QU00000000000000000000000000000001\"").unwrap();
        assert_eq!(
            serde_json::to_string(&sid).unwrap(),
            "\"QU00000000000000000000000000000001\""
        );
        assert!(serde_json::from_str::<QueueSid>("\"QU1\"").is_err());
    }
}
