//! The form's parser and the signature's text, from any bytes. The nightly command tries many more of them.

use std::collections::BTreeSet;

use proptest::prelude::*;
use secrecy::SecretString;
use switchboard_telephony::form::WebhookForm;
use switchboard_telephony::signature::{Algorithm, Request, sign};

const FORM: &str = "application/x-www-form-urlencoded";
const CALL: &str = "CA0000000000000000000000000000000a";
const PARENT: &str = "CA0000000000000000000000000000000b";
const ACCOUNT: &str = "AC00000000000000000000000000000001";

fn signature(body: &[u8]) -> String {
    let request = Request {
        method: "POST",
        url: "https://voice.example.test/twilio/voice/incoming",
        content_type: Some(FORM),
        body,
    };
    sign(&SecretString::from("token"), Algorithm::HmacSha1, request).unwrap()
}

fn written(pairs: &[(String, String)]) -> Vec<u8> {
    let mut form = form_urlencoded::Serializer::new(String::new());
    form.extend_pairs(pairs);
    form.finish().into_bytes()
}

fn pairs(form: &WebhookForm) -> Vec<(String, String)> {
    form.iter()
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect()
}

/// What is signed of a form.
fn text(pairs: &[(String, String)]) -> String {
    let sorted: BTreeSet<_> = pairs.iter().collect();
    sorted
        .into_iter()
        .flat_map(|(name, value)| [name.as_str(), value.as_str()])
        .collect()
}

/// What Twilio sends of a leg that another one dialled.
fn twilios(from: &str) -> Vec<(String, String)> {
    [
        ("AccountSid", ACCOUNT),
        ("ApiVersion", "2010-04-01"),
        ("CallSid", CALL),
        ("CallStatus", "ringing"),
        ("Called", "+442079460000"),
        ("Direction", "outbound-dial"),
        ("From", from),
        ("ParentCallSid", PARENT),
        ("To", "+442079460000"),
    ]
    .map(|(name, value)| (name.to_owned(), value.to_owned()))
    .to_vec()
}

proptest! {
    /// What is read is what was signed, whatever the bytes.
    #[test]
    fn any_bytes_are_read_as_they_are_signed(body in proptest::collection::vec(any::<u8>(), 0..300)) {
        let form = WebhookForm::parse(&body);
        let again = written(&pairs(&form));
        prop_assert_eq!(WebhookForm::parse(&again), form);
        prop_assert_eq!(signature(&body), signature(&again));
        let _ = WebhookForm::parse(&body).plausible(&ACCOUNT.parse().unwrap());
    }

    /// Cut the signed text into other fields: as long as it is signed alike, it is refused, or names the same call and
    /// account, or none.
    #[test]
    fn no_moved_border_names_another_call(
        from in "[+a-z0-9:@.]{0,20}",
        cuts in proptest::collection::btree_set(0_usize..300, 1..12),
        named in proptest::collection::vec(any::<bool>(), 16),
    ) {
        let whole = text(&twilios(&from));
        // Where ids begin and end, and anywhere.
        let mut at: BTreeSet<usize> = cuts.into_iter().filter(|cut| *cut < whole.len()).collect();
        let ids = whole.match_indices("CallSid").chain(whole.match_indices("AccountSid"));
        for ((start, name), taken) in ids.zip(named) {
            if taken {
                at.extend([start, start + name.len(), start + name.len() + 34]);
            }
        }
        at.insert(0);
        let mut ends: Vec<usize> = at.iter().copied().skip(1).filter(|cut| *cut < whole.len()).collect();
        ends.push(whole.len());
        let pieces: Vec<&str> = at.iter().zip(ends).map(|(start, end)| &whole[*start..end]).collect();
        let moved: Vec<(String, String)> = pieces
            .chunks(2)
            .map(|pair| (pair[0].to_owned(), pair.get(1).copied().unwrap_or_default().to_owned()))
            .collect();
        if text(&moved) == whole {
            let form = WebhookForm::parse(&written(&moved));
            let call = form.get("CallSid");
            let same = call.is_none_or(|call| call == CALL) && form.get("AccountSid").is_none_or(|account| account == ACCOUNT);
            let missing = call.is_none() || form.get("AccountSid").is_none();
            let refused = form.plausible(&ACCOUNT.parse().unwrap()).is_err();
            prop_assert!(same || missing || refused, "{:?}", moved);
        }
    }
}
