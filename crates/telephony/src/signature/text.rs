//! The text that is signed.

use std::{borrow::Cow, collections::BTreeSet};

use sha2::{Digest, Sha256};

use super::SignatureError;

/// What follows the URL in the signed text: nothing for a `GET` or a body that is hashed into the URL,
/// else all form parameters, sorted by name and then by value, each distinct pair once.
///
/// Sorting is by code point, which for UTF-8 is the order of bytes.
pub(super) fn after_url(
    method: &str,
    url: &str,
    content_type: Option<&str>,
    body: &[u8],
) -> Result<String, SignatureError> {
    match method {
        // The parameters are in the URL already. Anything in a body would be unsigned, so it must not be
        // there for a handler to find.
        "GET" if body.is_empty() => Ok(String::new()),
        "POST" if is_form(content_type, body) => {
            let pairs: BTreeSet<(Cow<'_, str>, Cow<'_, str>)> = form_urlencoded::parse(body).collect();
            Ok(pairs
                .iter()
                .flat_map(|(name, value)| [name.as_ref(), value.as_ref()])
                .collect())
        }
        "POST" => {
            if body_hash_in(url).as_deref() == Some(&hex_sha256(body)) {
                Ok(String::new())
            } else {
                Err(SignatureError::BodyHash)
            }
        }
        _ => Err(SignatureError::Unsignable),
    }
}

/// A request without any body has no parameters and needs no hash, whatever it calls itself.
fn is_form(content_type: Option<&str>, body: &[u8]) -> bool {
    let essence = content_type
        .unwrap_or_default()
        .split(';')
        .next()
        .unwrap_or_default()
        .trim();
    body.is_empty() || essence.eq_ignore_ascii_case("application/x-www-form-urlencoded")
}

fn body_hash_in(url: &str) -> Option<String> {
    let (_, query) = url.split_once('?')?;
    form_urlencoded::parse(query.as_bytes())
        .find(|(name, _)| name == "bodySHA256")
        .map(|(_, value)| value.into_owned())
}

pub(super) fn hex_sha256(body: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    Sha256::digest(body)
        .iter()
        .flat_map(|byte| [byte >> 4, byte & 15])
        .map(|nibble| char::from(DIGITS[usize::from(nibble)]))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const FORM: Option<&str> = Some("application/x-www-form-urlencoded; charset=UTF-8");

    #[test]
    fn parameters_are_sorted_decoded_and_said_once() {
        let body = b"b=2&B=1&a=%2B+x&b=1&b=2&empty=&&To=1&ToCity=";
        assert_eq!(
            after_url("POST", "", FORM, body).unwrap(),
            "B1To1ToCitya+ xb1b2empty"
        );
    }

    #[test]
    fn what_cannot_be_signed_is_refused() {
        assert_eq!(
            after_url("GET", "", None, b"a=1"),
            Err(SignatureError::Unsignable)
        );
        assert_eq!(after_url("PUT", "", FORM, b""), Err(SignatureError::Unsignable));
        assert_eq!(
            after_url("POST", "https://h/?a=1", Some("text/plain"), b"x"),
            Err(SignatureError::BodyHash)
        );
        assert_eq!(
            after_url("POST", "https://h/", None, b"x"),
            Err(SignatureError::BodyHash)
        );
        assert_eq!(after_url("POST", "https://h/", None, b"").unwrap(), "");
    }
}
