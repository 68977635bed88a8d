//! Who is calling, as far as the line tells.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::{Country, PhoneNumber};

/// The caller's side of the line, as the carrier names it.
///
/// Its `Debug` hides whatever could name a person, because debug output ends up in logs.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
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

/// What networks write instead of a number.
const WITHHELD: [&str; 7] = [
    "anonymous",
    "blocked",
    "private",
    "restricted",
    "unavailable",
    "unknown",
    "withheld",
];

impl Caller {
    /// Reads what the carrier sends as the calling party; the rules of `country` apply to a number without a country
    /// code. Never fails: what it cannot read it keeps.
    pub fn read(text: &str, country: Country) -> Self {
        // `"Ada" <sip:ada@example.com>`: what stands before the brackets is a name for people.
        let text = match text.trim().split_once('<') {
            Some((_, address)) => address.split('>').next().unwrap_or_default().trim(),
            None => text.trim(),
        };
        if is_withheld(text) {
            return Self::Withheld;
        }
        if let Some(identity) = after(text, "client:") {
            return Self::Client(short(identity));
        }
        let Some(address) = after(text, "sip:").or_else(|| after(text, "sips:")) else {
            let number = after(text, "tel:").map_or(text, |number| before(number, ';'));
            return PhoneNumber::read(number, country)
                .map_or_else(|_| Self::Other(short(text)), Self::Number);
        };
        // Behind a semicolon or a question mark stand parameters of the call.
        let address = before(before(address, ';'), '?');
        let (user, host) = address.rsplit_once('@').unwrap_or(("", address));
        let user = before(user, ':').replace("%2B", "+").replace("%2b", "+");
        // RFC 3323 keeps this host for those who hide themselves, 3GPP the other one for whom the network does not know.
        let hides = before(host, ':');
        let hides = ["anonymous.invalid", "unknown.invalid"]
            .iter()
            .any(|nobody| hides.eq_ignore_ascii_case(nobody));
        if hides || (!user.is_empty() && is_withheld(&user)) {
            return Self::Withheld;
        }
        PhoneNumber::read(&user, country).map_or_else(|_| Self::Sip(short(text)), Self::Number)
    }

    /// The number, when there is one.
    pub fn number(&self) -> Option<&PhoneNumber> {
        match self {
            Self::Number(number) => Some(number),
            Self::Withheld | Self::Client(_) | Self::Sip(_) | Self::Other(_) => None,
        }
    }
}

/// One of the words, in letters or as its keys: some carriers must send digits, and `+266696687` spells ANONYMOUS. None
/// of those is a number that its country could have.
fn is_withheld(text: &str) -> bool {
    let spelt = |word: &str| {
        text.strip_prefix('+')
            .is_some_and(|digits| keypad(word) == digits)
    };
    text.is_empty()
        || WITHHELD
            .iter()
            .any(|word| text.eq_ignore_ascii_case(word) || spelt(word))
}

fn keypad(word: &str) -> String {
    let key = |letter| match letter {
        'a'..='c' => '2',
        'd'..='f' => '3',
        'g'..='i' => '4',
        'j'..='l' => '5',
        'm'..='o' => '6',
        'p'..='s' => '7',
        't'..='v' => '8',
        _ => '9',
    };
    word.chars().map(key).collect()
}

/// What follows a scheme, whatever its case.
fn after<'a>(text: &'a str, scheme: &str) -> Option<&'a str> {
    let start = text.get(..scheme.len())?;
    start
        .eq_ignore_ascii_case(scheme)
        .then(|| text.get(scheme.len()..))
        .flatten()
}

fn before(text: &str, mark: char) -> &str {
    text.split(mark).next().unwrap_or_default()
}

fn short(text: &str) -> String {
    text.chars().filter(|c| !c.is_control()).take(64).collect()
}

impl fmt::Debug for Caller {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Number(number) => f.debug_tuple("Number").field(number).finish(),
            Self::Withheld => f.write_str("Withheld"),
            Self::Client(_) => f.write_str("Client(…)"),
            Self::Sip(_) => f.write_str("Sip(…)"),
            Self::Other(_) => f.write_str("Other(…)"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_documented_form_of_a_caller_is_read() {
        let number = |s: &str| Caller::Number(PhoneNumber::parse(s).expect("number"));
        let sip = |s: &str| Caller::Sip(s.to_owned());
        let other = |s: &str| Caller::Other(s.to_owned());
        for (text, expected) in [
            ("+442079460750", number("+442079460750")),
            (" +442079460750 ", number("+442079460750")),
            ("07700900123", number("+447700900123")),
            ("00447700900123", number("+447700900123")),
            ("+4407700900123", number("+447700900123")),
            ("020 7946 0750", number("+442079460750")),
            ("tel:+447700900123;phone-context=+44", number("+447700900123")),
            ("sip:+447700900123@pbx.example.com", number("+447700900123")),
            (
                "SIPS:+447700900123@pbx.example.com:5061;user=phone",
                number("+447700900123"),
            ),
            ("sip:%2B447700900123@pbx.example.com", number("+447700900123")),
            ("sip:07700900123@pbx.example.com", number("+447700900123")),
            (
                "\"Ada\" <sip:+447700900123@pbx.example.com>",
                number("+447700900123"),
            ),
            ("sip:1001@pbx.example.com", sip("sip:1001@pbx.example.com")),
            ("sip:a@b.example", sip("sip:a@b.example")),
            ("sip:pbx.example.com", sip("sip:pbx.example.com")),
            ("client:anna", Caller::Client("anna".into())),
            ("", Caller::Withheld),
            ("anonymous", Caller::Withheld),
            ("Restricted", Caller::Withheld),
            ("withheld", Caller::Withheld),
            ("+266696687", Caller::Withheld),
            ("+7378742833", Caller::Withheld),
            ("+2562533", Caller::Withheld),
            ("+8656696", Caller::Withheld),
            ("+86282452253", Caller::Withheld),
            ("+7748283", Caller::Withheld),
            ("sip:anonymous@anonymous.invalid", Caller::Withheld),
            ("SIP:Anonymous@anonymous.invalid;transport=tls", Caller::Withheld),
            ("sip:anonymous@192.0.2.1:5060", Caller::Withheld),
            ("sip:unavailable@unknown.invalid", Caller::Withheld),
            ("sip:+266696687@carrier.example", Caller::Withheld),
            (
                "\"Anonymous\" <sip:anonymous@anonymous.invalid>",
                Caller::Withheld,
            ),
            ("86753", other("86753")),
            ("+44 20", other("+44 20")),
            ("+999123456", other("+999123456")),
            ("+44\u{0}20", other("+4420")),
        ] {
            assert_eq!(Caller::read(text, Country::GB), expected, "{text:?}");
        }
    }

    #[test]
    fn what_an_older_release_stored_as_a_number_is_still_read() {
        let stored: Caller = serde_json::from_str(r#"{"number":"+4407700900123"}"#).expect("stored");
        assert_eq!(stored.number().map(PhoneNumber::as_str), Some("+4407700900123"));
    }

    #[test]
    fn debug_output_hides_who_calls() {
        let shown = |text| format!("{:?}", Caller::read(text, Country::GB));
        assert_eq!(shown("+442079460750"), "Number(+**********50)");
        assert_eq!(shown("sip:ada@example.test"), "Sip(…)");
        assert_eq!(shown("86753"), "Other(…)");
    }
}
