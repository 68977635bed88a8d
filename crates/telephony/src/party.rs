//! Who is at the end of a line.

use std::fmt;

/// The `From` or `To` of a call, sorted out once.
///
/// Its `Debug` hides all but the last digits of a number and the whole of anything else that could
/// name a person, so a view that holds one can be printed.
#[derive(Clone, PartialEq, Eq, Hash)]
pub enum Party {
    /// A number in E.164 form, with its plus.
    Number(String),
    /// A browser, by the identity in its token.
    Client(String),
    /// A SIP address, scheme included.
    Sip(String),
    /// The caller does not want to be known, or the carrier does not know.
    Withheld,
    /// Anything else, as it came: a short code, a number without country, a word we do not know.
    Other(String),
}

/// Words carriers and Twilio send in place of a number.
const WITHHELD: [&str; 7] = [
    "anonymous",
    "unknown",
    "restricted",
    "private",
    "unavailable",
    "blocked",
    "withheld",
];

impl Party {
    /// Reads a `From` or `To`; every text has a reading.
    pub fn parse(text: &str) -> Self {
        let text = text.trim();
        if is_withheld(text) {
            return Self::Withheld;
        }
        if let Some(identity) = text.strip_prefix("client:") {
            return if printable(identity) {
                Self::Client(identity.to_owned())
            } else {
                Self::other(text)
            };
        }
        if starts_with_ignoring_case(text, "sip:") || starts_with_ignoring_case(text, "sips:") {
            return if printable(text) {
                Self::Sip(text.to_owned())
            } else {
                Self::other(text)
            };
        }
        if is_e164(text) {
            Self::Number(text.to_owned())
        } else {
            Self::other(text)
        }
    }

    fn other(text: &str) -> Self {
        Self::Other(text.chars().filter(|c| !c.is_control()).collect())
    }

    /// The number in E.164 form, if it is one.
    pub fn number(&self) -> Option<&str> {
        match self {
            Self::Number(number) => Some(number),
            Self::Client(_) | Self::Sip(_) | Self::Withheld | Self::Other(_) => None,
        }
    }

    /// The browser's identity, if it is one.
    pub fn client(&self) -> Option<&str> {
        match self {
            Self::Client(identity) => Some(identity),
            Self::Number(_) | Self::Sip(_) | Self::Withheld | Self::Other(_) => None,
        }
    }
}

fn is_withheld(text: &str) -> bool {
    if text.is_empty() || WITHHELD.iter().any(|word| text.eq_ignore_ascii_case(word)) {
        return true;
    }
    if let Some(digits) = text.strip_prefix('+') {
        // Some carriers dial the word on a keypad: +266696687 spells ANONYMOUS. None of these is a
        // possible number of the country whose code it begins with.
        return WITHHELD.iter().any(|word| keypad(word) == digits);
    }
    starts_with_ignoring_case(text, "sip:anonymous@")
}

fn keypad(word: &str) -> String {
    word.chars()
        .map(|letter| match letter {
            'a'..='c' => '2',
            'd'..='f' => '3',
            'g'..='i' => '4',
            'j'..='l' => '5',
            'm'..='o' => '6',
            'p'..='s' => '7',
            't'..='v' => '8',
            _ => '9',
        })
        .collect()
}

fn is_e164(text: &str) -> bool {
    text.strip_prefix('+').is_some_and(|digits| {
        (2..=15).contains(&digits.len())
            && digits.bytes().all(|byte| byte.is_ascii_digit())
            && !digits.starts_with('0')
    })
}

fn printable(text: &str) -> bool {
    !text.is_empty() && text.len() <= 512 && !text.chars().any(char::is_control)
}

fn starts_with_ignoring_case(text: &str, prefix: &str) -> bool {
    text.get(..prefix.len())
        .is_some_and(|start| start.eq_ignore_ascii_case(prefix))
}

impl fmt::Debug for Party {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            // Three digits tell two callers in one log apart and find nobody.
            Self::Number(number) => {
                write!(
                    f,
                    "Number(+…{})",
                    number.get(number.len().saturating_sub(3)..).unwrap_or_default()
                )
            }
            Self::Client(_) => f.write_str("Client(…)"),
            Self::Sip(_) => f.write_str("Sip(…)"),
            Self::Withheld => f.write_str("Withheld"),
            Self::Other(_) => f.write_str("Other(…)"),
        }
    }
}

/// The text Twilio understands in `To` and `From` parameters; a withheld party is `anonymous`.
impl fmt::Display for Party {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Number(text) | Self::Sip(text) | Self::Other(text) => f.write_str(text),
            Self::Client(identity) => write!(f, "client:{identity}"),
            Self::Withheld => f.write_str("anonymous"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_kind_is_told_apart() {
        let number = |text: &str| Party::Number(text.to_owned());
        let other = |text: &str| Party::Other(text.to_owned());
        for (text, party) in [
            ("+442071838750", number("+442071838750")),
            (" +442071838750 ", number("+442071838750")),
            ("client:agent_7", Party::Client("agent_7".into())),
            ("client:", other("client:")),
            ("sip:a@b.test", Party::Sip("sip:a@b.test".into())),
            ("SIP:anonymous@anonymous.invalid", Party::Withheld),
            ("", Party::Withheld),
            ("Anonymous", Party::Withheld),
            ("unknown", Party::Withheld),
            ("+266696687", Party::Withheld),
            ("+7378742833", Party::Withheld),
            ("442071838750", other("442071838750")),
            ("+0441234", other("+0441234")),
            ("+1234567890123456", other("+1234567890123456")),
            ("86753", other("86753")),
            ("+44 20 7183", other("+44 20 7183")),
            ("+4420\u{0}7183", other("+44207183")),
        ] {
            assert_eq!(Party::parse(text), party, "{text:?}");
        }
    }

    #[test]
    fn debug_hides_the_party() {
        assert_eq!(format!("{:?}", Party::parse("+447700900123")), "Number(+…123)");
        assert_eq!(format!("{:?}", Party::parse("sip:ada@example.test")), "Sip(…)");
        assert_eq!(format!("{:?}", Party::parse("07700 900123")), "Other(…)");
    }
}
