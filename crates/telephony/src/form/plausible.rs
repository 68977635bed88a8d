//! Whether signed fields can be those that were signed.
//!
//! The signed text has no separators: names and values stand one behind the other, after the URL. Who has captured one
//! request could move a border in it and send another one under the same signature. What Twilio really sends leaves no
//! room for that, once names are names and the fields beside the ids are what they always are.

use super::WebhookForm;
use crate::{AccountSid, CallSid};

/// Why fields cannot be what Twilio signed. They are answered like a bad signature, 403.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Implausible {
    /// A name holds what no name of Twilio's does: it may be a piece of the URL.
    #[error("a field has an impossible name")]
    Name,
    /// A call or an account is named twice, differently.
    #[error("an id is there twice")]
    Twice,
    /// The account is not the one whose token signs.
    #[error("the account is not ours")]
    Account,
    /// The version of the API is no date: another field may have been moved into it.
    #[error("the API version is no date")]
    Version,
    /// A value ends with another field and its id.
    #[error("a value holds another field")]
    Swallowed,
}

impl WebhookForm {
    /// Refuses fields whose borders were moved, and other people's accounts. An account that is missing or malformed is
    /// told apart when the form is read.
    ///
    /// # Errors
    /// What cannot be.
    pub fn plausible(&self, account: &AccountSid) -> Result<(), Implausible> {
        for (name, value) in self.iter() {
            if !is_name(name) {
                return Err(Implausible::Name);
            }
            if name == "ApiVersion" && !value.is_empty() && !is_date(value) {
                return Err(Implausible::Version);
            }
            if swallows::<CallSid>(value, "CallSid") || swallows::<AccountSid>(value, "AccountSid") {
                return Err(Implausible::Swallowed);
            }
        }
        for name in ["CallSid", "AccountSid"] {
            let mut values = self.all(name);
            let first = values.next();
            if values.any(|other| Some(other) != first) {
                return Err(Implausible::Twice);
            }
        }
        let theirs = self.get("AccountSid").and_then(|text| text.parse().ok());
        if theirs.is_some_and(|theirs: AccountSid| theirs != *account) {
            return Err(Implausible::Account);
        }
        Ok(())
    }
}

/// Twilio's own names, and those of parameters that a page gives to the browser's SDK. A header of a SIP call may hold
/// whatever RFC 3261 allows in a token, none of which is a mark of a URL.
fn is_name(name: &str) -> bool {
    let usual = |byte: u8| byte.is_ascii_alphanumeric() || b"_.-".contains(&byte);
    match name.strip_prefix("SipHeader_") {
        Some(header) => header
            .bytes()
            .all(|byte| usual(byte) || b"!%*+`'~".contains(&byte)),
        None => name.bytes().all(usual),
    }
}

fn is_date(text: &str) -> bool {
    text.len() == 10
        && text.bytes().enumerate().all(|(place, byte)| match place {
            4 | 7 => byte == b'-',
            _ => byte.is_ascii_digit(),
        })
}

/// Whether `field` and an id of its kind stand in the value.
fn swallows<Sid: std::str::FromStr>(value: &str, field: &str) -> bool {
    value.match_indices(field).any(|(at, _)| {
        let id = at + field.len();
        value
            .get(id..id + 34)
            .is_some_and(|text| text.parse::<Sid>().is_ok())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const OURS: &str = "AC00000000000000000000000000000001";

    fn judge(form: &str) -> Result<(), Implausible> {
        WebhookForm::parse(form.as_bytes()).plausible(&OURS.parse().unwrap())
    }

    #[test]
    fn what_twilio_sends_passes() {
        let (call, parent) = (format!("CA{:032x}", 1), format!("CA{:032x}", 2));
        for form in [
            String::new(),
            format!(
                "AccountSid={OURS}&ApiVersion=2010-04-01&CallSid={call}&CallStatus=ringing&CallToken=%7B%22a%22%3A1%7D\
                 &Called=%2B442079460000&Direction=inbound&From=%2B447700900123&FromCity=&ParentCallSid={parent}\
                 &SipHeader_X-Trunk!%25*%2B%60%27~=1&StirVerstat=TN-Validation-Passed-A&claim={call}~1~secret\
                 &AccountSid={OURS}&CallSid={call}"
            ),
            format!("ErrorUrl=https%3A%2F%2Fh%2Fx%3FCallSid%3D{call}&msg=Gather+End"),
            "ApiVersion=".to_owned(),
        ] {
            assert_eq!(judge(&form), Ok(()), "{form}");
        }
    }

    #[test]
    fn moved_borders_and_other_accounts_are_refused() {
        let (call, parent) = (format!("CA{:032x}", 1), format!("CA{:032x}", 2));
        let theirs = format!("AC{:032x}", 2);
        for (form, why) in [
            (format!("%3Fafter=1&CallSid={call}"), Implausible::Name),
            ("a+b=1".to_owned(), Implausible::Name),
            ("SipHeader_a%3Fb=1".to_owned(), Implausible::Name),
            ("%C3%A4=1".to_owned(), Implausible::Name),
            (
                format!("ApiVersion=2010-04-01CallSid{call}&CallSid={parent}"),
                Implausible::Version,
            ),
            (
                format!("CallDuration=3CallSid{call}&CallSid={parent}"),
                Implausible::Swallowed,
            ),
            (format!("A=AccountSid{OURS}"), Implausible::Swallowed),
            (format!("CallSid={call}&CallSid={parent}"), Implausible::Twice),
            (
                format!("AccountSid={OURS}&AccountSid={theirs}"),
                Implausible::Twice,
            ),
            (format!("AccountSid={theirs}"), Implausible::Account),
        ] {
            assert_eq!(judge(&form), Err(why), "{form}");
        }
    }
}
