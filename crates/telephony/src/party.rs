//! Who is at the end of a line.

use std::fmt;

/// The `From` or `To` of a call, as Twilio writes it.
///
/// It tells browsers, which Twilio names itself, from everything else. Which number that is, or whether it is
/// withheld, is read in one place only, where the office's country is known: that is not here.
///
/// Its `Debug` hides all but the last digits of a number and the whole of anything else that could
/// name a person, so a view that holds one can be printed.
#[derive(Clone, PartialEq, Eq, Hash)]
pub enum Party {
    /// A browser, by the identity in its token.
    Client(String),
    /// Anything else, as it came: a number, a SIP address, a word, or nothing for a withheld number.
    Line(String),
}

/// Longer texts name nobody.
const LONGEST: usize = 512;

impl Party {
    /// Takes a `From` or `To`; every text is one.
    pub fn parse(text: &str) -> Self {
        let text = text.trim();
        if let Some(identity) = text.strip_prefix("client:") {
            let printable = !identity.is_empty() && !identity.chars().any(char::is_control);
            if printable && identity.len() <= LONGEST {
                return Self::Client(identity.to_owned());
            }
        }
        Self::Line(text.chars().filter(|c| !c.is_control()).take(LONGEST).collect())
    }

    /// What begins as a number in E.164 form does: how Twilio always writes our own numbers and those that we dial.
    pub fn number(&self) -> Option<&str> {
        match self {
            Self::Line(text) if text.starts_with('+') => Some(text),
            Self::Line(_) | Self::Client(_) => None,
        }
    }

    /// The browser's identity, if it is one.
    pub fn client(&self) -> Option<&str> {
        match self {
            Self::Client(identity) => Some(identity),
            Self::Line(_) => None,
        }
    }
}

impl fmt::Debug for Party {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Three digits tell two callers in one log apart and find nobody.
        let digits = |text: &str| text.chars().skip(1).all(|c| c.is_ascii_digit());
        match self {
            Self::Line(text) if text.starts_with('+') && digits(text) => {
                let shown = text.get(text.len().saturating_sub(3)..).unwrap_or_default();
                write!(f, "Line(+…{shown})")
            }
            Self::Client(_) => f.write_str("Client(…)"),
            Self::Line(_) => f.write_str("Line(…)"),
        }
    }
}

/// The text Twilio understands in `To` and `From` parameters.
impl fmt::Display for Party {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Line(text) => f.write_str(text),
            Self::Client(identity) => write!(f, "client:{identity}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn browsers_are_told_from_everything_else() {
        let line = |text: &str| Party::Line(text.to_owned());
        for (text, party) in [
            ("+442071838750", line("+442071838750")),
            (" +442071838750 ", line("+442071838750")),
            ("client:agent_7", Party::Client("agent_7".into())),
            ("client:", line("client:")),
            ("sip:a@b.test", line("sip:a@b.test")),
            ("", line("")),
            ("+4420\u{0}7183", line("+44207183")),
        ] {
            assert_eq!(Party::parse(text), party, "{text:?}");
        }
    }

    #[test]
    fn debug_hides_the_party() {
        assert_eq!(format!("{:?}", Party::parse("+447700900123")), "Line(+…123)");
        assert_eq!(format!("{:?}", Party::parse("sip:ada@example.test")), "Line(…)");
        assert_eq!(format!("{:?}", Party::parse("07700 900123")), "Line(…)");
    }
}
