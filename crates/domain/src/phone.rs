//! Who is calling, as far as the line tells.

use std::fmt;

use serde::{Deserialize, Serialize};
use thiserror::Error;

/// A text that is not a phone number in international form.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("expected a phone number in international form: + and 7 to 15 digits, the first not 0")]
pub struct PhoneNumberError;

/// A phone number in E.164 form: `+`, then 7 to 15 digits.
///
/// Its `Debug` shows the last two digits only, because debug output ends up in logs.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct PhoneNumber(String);

impl PhoneNumber {
    /// Checks and keeps the number.
    ///
    /// # Errors
    /// When it is not `+` and 7 to 15 digits.
    pub fn parse(text: &str) -> Result<Self, PhoneNumberError> {
        let digits = text.strip_prefix('+').ok_or(PhoneNumberError)?;
        let plain = digits.bytes().all(|b| b.is_ascii_digit()) && !digits.starts_with('0');
        if plain && (7..=15).contains(&digits.len()) {
            Ok(Self(text.to_owned()))
        } else {
            Err(PhoneNumberError)
        }
    }

    /// The number with its `+`.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The number with all but the last two digits hidden, for logs.
    pub fn masked(&self) -> String {
        let (hidden, shown) = self.0.split_at(self.0.len() - 2);
        format!("+{}{shown}", "*".repeat(hidden.len() - 1))
    }
}

impl fmt::Debug for PhoneNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.masked())
    }
}

impl TryFrom<String> for PhoneNumber {
    type Error = PhoneNumberError;
    fn try_from(text: String) -> Result<Self, PhoneNumberError> {
        Self::parse(&text)
    }
}

impl From<PhoneNumber> for String {
    fn from(number: PhoneNumber) -> Self {
        number.0
    }
}

/// The caller's side of the line, as the carrier names it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Caller {
    /// A number that can be looked up and called back.
    Number(PhoneNumber),
    /// The caller hides their number.
    Withheld,
    /// A browser or app that is known by name at the carrier.
    Client(String),
    /// A SIP address.
    Sip(String),
    /// Something else; kept as it came, cut at 64 characters.
    Other(String),
}

/// What networks write instead of a number. `+266696687` spells ANONYMOUS on a keypad; the other numbers are
/// RESTRICTED, UNAVAILABLE, UNKNOWN, BLOCKED and PRIVATE, seen from carriers that must send digits.
const WITHHELD: [&str; 13] = [
    "",
    "anonymous",
    "unknown",
    "restricted",
    "unavailable",
    "private",
    "blocked",
    "+266696687",
    "+7378742833",
    "+86282452253",
    "+8656696",
    "+2562533",
    "+7748283",
];

impl Caller {
    /// Reads what the carrier sends as the calling party. Never fails: what it cannot read it keeps.
    pub fn parse(text: &str) -> Self {
        let text = text.trim();
        if WITHHELD.iter().any(|w| text.eq_ignore_ascii_case(w)) {
            return Self::Withheld;
        }
        if let Ok(number) = PhoneNumber::parse(text) {
            return Self::Number(number);
        }
        let short = |s: &str| s.chars().filter(|c| !c.is_control()).take(64).collect::<String>();
        if let Some(identity) = text.strip_prefix("client:") {
            Self::Client(short(identity))
        } else if text.starts_with("sip:") || text.starts_with("sips:") {
            Self::Sip(short(text))
        } else {
            Self::Other(short(text))
        }
    }

    /// The number, when there is one.
    pub fn number(&self) -> Option<&PhoneNumber> {
        match self {
            Self::Number(number) => Some(number),
            Self::Withheld | Self::Client(_) | Self::Sip(_) | Self::Other(_) => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn callers_are_told_apart() {
        let number = |s: &str| Caller::Number(PhoneNumber::parse(s).expect("number"));
        for (text, expected) in [
            ("+442079460750", number("+442079460750")),
            (" +442079460750 ", number("+442079460750")),
            ("anonymous", Caller::Withheld),
            ("Restricted", Caller::Withheld),
            ("+266696687", Caller::Withheld),
            ("", Caller::Withheld),
            ("client:anna", Caller::Client("anna".into())),
            ("sip:a@b.example", Caller::Sip("sip:a@b.example".into())),
            ("020 7946 0750", Caller::Other("020 7946 0750".into())),
            ("+44 20", Caller::Other("+44 20".into())),
            ("+0442079460750", Caller::Other("+0442079460750".into())),
        ] {
            assert_eq!(Caller::parse(text), expected, "{text:?}");
        }
    }

    #[test]
    fn debug_output_hides_the_number() {
        let shown = format!("{:?}", Caller::parse("+442079460750"));
        assert_eq!(shown, "Number(+**********50)");
    }
}
