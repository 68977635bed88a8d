//! Making and checking a signature.

use std::fmt;

use base64::{Engine, engine::general_purpose::STANDARD};
use hmac::{Hmac, KeyInit, Mac};
use secrecy::{ExposeSecret, SecretString};
use sha1::Sha1;
use sha2::Sha256;
use subtle::{Choice, ConstantTimeEq};

use super::{text, urls};
use crate::public_url::without_fragment;

/// The parts of a request that are signed, as they came.
#[derive(Clone, Copy)]
pub struct Request<'a> {
    /// The request's method, in capitals.
    pub method: &'a str,
    /// The URL as Twilio requested it: see [`PublicUrl::join`](crate::PublicUrl::join).
    pub url: &'a str,
    /// The `Content-Type` header.
    pub content_type: Option<&'a str>,
    /// The body before any decoding.
    pub body: &'a [u8],
}

/// How a signature was made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Algorithm {
    /// With the account's auth token; the usual one.
    HmacSha1,
    /// With a key shared through Twilio's webhook rules.
    HmacSha256,
}

/// Why a request is not believed. Every one of them is answered 403.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SignatureError {
    /// There is no signature, or an empty one.
    #[error("the request is not signed")]
    Missing,
    /// The settings header names an algorithm that we do not check.
    #[error("the signature's algorithm is not supported")]
    UnknownAlgorithm,
    /// The settings header names a key that we do not have.
    #[error("the signature's key is not known")]
    UnknownKey,
    /// The body is no form, and its hash is not the one in the signed URL.
    #[error("the body's hash is not the signed one")]
    BodyHash,
    /// Twilio signs only `GET` without a body and `POST`.
    #[error("a request of this shape is never signed")]
    Unsignable,
    /// The signature belongs to another key or another request.
    #[error("the signature does not match")]
    Mismatch,
}

/// Checks signatures with one account's auth token.
#[derive(Clone)]
pub struct Validator {
    auth_token: SecretString,
    shared_keys: Vec<(String, SecretString)>,
}

impl Validator {
    /// For the auth token of the account that owns the numbers; webhooks of a sub-account are signed with
    /// the sub-account's.
    pub fn new(auth_token: SecretString) -> Self {
        Self {
            auth_token,
            shared_keys: Vec::new(),
        }
    }

    /// Also accepts HMAC-SHA256 signatures made with the shared key called `id`.
    pub fn with_shared_key(mut self, id: impl Into<String>, secret: SecretString) -> Self {
        self.shared_keys.push((id.into(), secret));
        self
    }

    /// Believes the request, or says why not.
    ///
    /// `signature` and `settings` are the values of [`SIGNATURE_HEADER`](super::SIGNATURE_HEADER) and
    /// [`SETTINGS_HEADER`](super::SETTINGS_HEADER). The time taken does not depend on how much of the
    /// signature is right.
    pub fn validate(
        &self,
        request: Request<'_>,
        signature: Option<&str>,
        settings: Option<&str>,
    ) -> Result<(), SignatureError> {
        let signature = signature
            .filter(|text| !text.is_empty())
            .ok_or(SignatureError::Missing)?;
        let (algorithm, key) = self.key(settings)?;
        let after = text::after_url(request.method, request.url, request.content_type, request.body)?;
        let mut matches = Choice::from(0);
        for url in urls::spellings(request.url) {
            matches |= digest(key, algorithm, &url, &after)
                .as_bytes()
                .ct_eq(signature.as_bytes());
        }
        if bool::from(matches) {
            Ok(())
        } else {
            Err(SignatureError::Mismatch)
        }
    }

    fn key(&self, settings: Option<&str>) -> Result<(Algorithm, &SecretString), SignatureError> {
        // As Twilio's own packages read it: the first value that is not empty counts, and without one it is the
        // signature that there always was.
        let setting = |name: &str| {
            settings
                .unwrap_or_default()
                .split(',')
                .filter_map(|part| part.split_once('='))
                .map(|(key, value)| (key.trim(), value.trim()))
                .find(|(key, value)| *key == name && !value.is_empty())
                .map(|(_, value)| value)
        };
        let algorithm = setting("algorithm").unwrap_or("HMAC_SHA1");
        if algorithm.eq_ignore_ascii_case("HMAC_SHA1") {
            return Ok((Algorithm::HmacSha1, &self.auth_token));
        }
        if !algorithm.eq_ignore_ascii_case("HMAC_SHA256") {
            return Err(SignatureError::UnknownAlgorithm);
        }
        let id = setting("key").ok_or(SignatureError::UnknownKey)?;
        self.shared_keys
            .iter()
            .find(|(known, _)| known == id)
            .map(|(_, secret)| (Algorithm::HmacSha256, secret))
            .ok_or(SignatureError::UnknownKey)
    }
}

impl fmt::Debug for Validator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Validator").finish_non_exhaustive()
    }
}

/// Signs a request as Twilio would. A fragment in the URL takes no part.
///
/// Fails when the request cannot be signed: see [`SignatureError::Unsignable`] and
/// [`SignatureError::BodyHash`].
pub fn sign(
    key: &SecretString,
    algorithm: Algorithm,
    request: Request<'_>,
) -> Result<String, SignatureError> {
    let url = without_fragment(request.url);
    let after = text::after_url(request.method, url, request.content_type, request.body)?;
    Ok(digest(key, algorithm, url, &after))
}

fn digest(key: &SecretString, algorithm: Algorithm, url: &str, after: &str) -> String {
    let key = key.expose_secret().as_bytes();
    match algorithm {
        Algorithm::HmacSha1 => keyed::<Hmac<Sha1>>(key, url, after),
        Algorithm::HmacSha256 => keyed::<Hmac<Sha256>>(key, url, after),
    }
}

fn keyed<M: Mac + KeyInit>(key: &[u8], url: &str, after: &str) -> String {
    // HMAC takes keys of any length. Were that to change, an empty text matches no signature, since an
    // empty one was refused before.
    M::new_from_slice(key).map_or_else(
        |_| String::new(),
        |mac| STANDARD.encode(mac.chain_update(url).chain_update(after).finalize().into_bytes()),
    )
}
