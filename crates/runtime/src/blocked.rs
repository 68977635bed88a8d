//! Callers whose calls are not taken.

use crate::settings::E164;

/// One entry of `office.blocked`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Blocked {
    /// This number.
    Number(E164),
    /// Every number that begins so: a plus and at least three digits.
    Beginning(String),
    /// This address, `sip:` or `client:` included.
    Address(String),
}

/// One digit more than the longest country code: nobody blocks a country by mistake.
const LEAST_DIGITS: usize = 3;

impl Blocked {
    /// Reads an entry.
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        let address = |scheme: &str| text.len() > scheme.len() && starts_with(text, scheme);
        if ["sip:", "sips:", "client:"].into_iter().any(address) {
            return Some(Self::Address(text.to_owned()));
        }
        let Some(beginning) = text.strip_suffix('*') else {
            return E164::parse(text).map(Self::Number);
        };
        let plain: String = beginning
            .chars()
            .filter(|c| !matches!(c, ' ' | '-' | '.' | '(' | ')'))
            .collect();
        let digits = plain.strip_prefix('+')?;
        let right = (LEAST_DIGITS..=15).contains(&digits.len()) && digits.bytes().all(|b| b.is_ascii_digit());
        right.then_some(Self::Beginning(plain))
    }

    /// Whether that is who calls, as the carrier writes it.
    pub fn is(&self, from: &str) -> bool {
        let from = from.trim();
        match self {
            Self::Number(number) => number.as_str() == from,
            Self::Beginning(beginning) => from.starts_with(beginning.as_str()),
            Self::Address(address) => {
                // What stands behind a semicolon are parameters of the call, and nobody's name.
                let who = from.split(';').next().unwrap_or_default();
                address.eq_ignore_ascii_case(who)
            }
        }
    }
}

fn starts_with(text: &str, scheme: &str) -> bool {
    text.get(..scheme.len())
        .is_some_and(|start| start.eq_ignore_ascii_case(scheme))
}

#[cfg(test)]
mod tests {
    use super::Blocked;

    #[test]
    fn who_is_blocked_is_told_from_who_is_not() {
        for (entry, from, blocked) in [
            ("+44 7700 900123", "+447700900123", true),
            ("+447700900123", "+4477009001234", false),
            ("+4470*", "+447012345678", true),
            ("+44 70 *", "+447012345678", true),
            ("+4470*", "+447112345678", false),
            ("+4470*", "4470", false),
            (
                "sip:nuisance@example.com",
                "SIP:nuisance@example.com;transport=tls",
                true,
            ),
            (
                "sip:nuisance@example.com",
                "sip:nuisance@example.community",
                false,
            ),
            ("client:robot", "client:robot", true),
            ("client:robot", "client:robots", false),
        ] {
            let entry = Blocked::parse(entry).expect(entry);
            assert_eq!(entry.is(from), blocked, "{entry:?} {from}");
        }
    }

    #[test]
    fn what_would_block_too_much_is_refused() {
        for entry in [
            "",
            "*",
            "+*",
            "+4*",
            "+44*",
            "44*",
            "07700 900123",
            "sip:",
            "anonymous",
            "+44x*",
        ] {
            assert_eq!(Blocked::parse(entry), None, "{entry:?}");
        }
    }
}
