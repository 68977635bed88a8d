//! Callers whose calls are not taken.

use switchboard_domain::{Caller, Country, PhoneNumber, Undialable};

/// One entry of `office.blocked`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Blocked {
    /// This number.
    Number(PhoneNumber),
    /// Every number that begins so: a plus and at least three digits.
    Beginning(String),
    /// This address, `sip:` or `client:` included.
    Address(String),
}

/// One digit more than the longest country code: nobody blocks a country by mistake.
const LEAST_DIGITS: usize = 3;

impl Blocked {
    /// Reads an entry.
    ///
    /// # Errors
    /// When nobody could ever call from it.
    pub fn parse(text: &str, country: Country) -> Result<Self, Undialable> {
        let text = text.trim();
        let address = |scheme: &str| text.len() > scheme.len() && starts_with(text, scheme);
        if ["sip:", "sips:", "client:"].into_iter().any(address) {
            return Ok(Self::Address(text.to_owned()));
        }
        let Some(beginning) = text.strip_suffix('*') else {
            return PhoneNumber::read(text, country).map(Self::Number);
        };
        let plain: String = beginning
            .chars()
            .filter(|c| !matches!(c, ' ' | '-' | '.' | '(' | ')'))
            .collect();
        let digits = plain.strip_prefix('+').ok_or(Undialable::NoNumber)?;
        if !digits.bytes().all(|b| b.is_ascii_digit()) {
            return Err(Undialable::NoNumber);
        }
        if digits.len() < LEAST_DIGITS {
            return Err(Undialable::TooShort);
        }
        let begins_a_number = |digit: &str| {
            (plain.len()..=16).any(|length| {
                let whole = plain.clone() + &digit.repeat(length - plain.len());
                PhoneNumber::read(&whole, country).is_ok_and(|number| number.as_str().starts_with(&plain))
            })
        };
        // With "+44 (0)70*" no number would ever match, and nothing would say so.
        let possible = ["1", "0"].into_iter().any(begins_a_number);
        possible
            .then_some(Self::Beginning(plain))
            .ok_or(Undialable::WrongLength)
    }

    /// Whether that is who calls: `from` is how the carrier writes it, `caller` what was read of it.
    pub fn is(&self, from: &str, caller: &Caller) -> bool {
        match self {
            Self::Number(number) => caller.number() == Some(number),
            Self::Beginning(beginning) => {
                let number = caller.number();
                number.is_some_and(|number| number.as_str().starts_with(beginning.as_str()))
            }
            Self::Address(address) => {
                // What stands behind a semicolon are parameters of the call, and nobody's name.
                let who = from.trim().split(';').next().unwrap_or_default();
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
    use switchboard_domain::{Caller, Country};

    use super::Blocked;

    #[test]
    fn who_is_blocked_is_told_from_who_is_not() {
        for (entry, from, blocked) in [
            ("+44 7700 900123", "+447700900123", true),
            ("+447700900123", "+4477009001234", false),
            ("(020) 7946 0999", "sip:+442079460999@pbx.example.com", true),
            ("+442079460999", "sip:+442079460999@pbx.example.com", true),
            ("+44207946*", "02079460999", true),
            ("+44 20 7946 0999", "+4402079460999", true),
            ("+39 06*", "+39066982", true),
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
            let entry = Blocked::parse(entry, Country::GB).expect(entry);
            let caller = Caller::read(from, Country::GB);
            assert_eq!(entry.is(from, &caller), blocked, "{entry:?} {from}");
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
            "+44 (0)70*",
            "+999*",
            "86753",
            "sip:",
            "anonymous",
            "+44x*",
        ] {
            assert!(Blocked::parse(entry, Country::GB).is_err(), "{entry:?}");
        }
    }
}
