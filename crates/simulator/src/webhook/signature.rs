//! `X-Twilio-Signature`: HMAC-SHA1 over the URL and the sorted form.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha1::Sha1;

/// The signature of a request to `url` (as requested, without fragment) with these form parameters.
///
/// Parameters of a GET are in the URL already: none are given then. Repeated names count once for
/// each distinct value, names and values in ascending order.
pub fn sign(auth_token: &str, url: &str, form: &[(String, String)]) -> String {
    let mut text = url.split('#').next().unwrap_or(url).to_owned();
    let mut pairs: Vec<&(String, String)> = form.iter().collect();
    pairs.sort();
    pairs.dedup();
    for (name, value) in pairs {
        text.push_str(name);
        text.push_str(value);
    }
    // A key of any length is accepted; the other arm cannot be reached.
    Hmac::<Sha1>::new_from_slice(auth_token.as_bytes()).map_or_else(
        |_| String::new(),
        |mut mac| {
            mac.update(text.as_bytes());
            STANDARD.encode(mac.finalize().into_bytes())
        },
    )
}
