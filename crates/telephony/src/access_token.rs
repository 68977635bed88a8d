//! Access tokens with which agents' browsers register at Twilio and call through our application.
//!
//! A token is a JWT that we sign ourselves, with the secret of an API key; Twilio is not asked.

use std::{fmt, time::Duration};

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use hmac::{Hmac, KeyInit as _, Mac as _};
use secrecy::{ExposeSecret as _, SecretString};
use serde::Serialize;
use sha2::Sha256;
use thiserror::Error;

use crate::AccountSid;

/// Twilio refuses tokens that last longer, and only when they are used.
const LONGEST: Duration = Duration::from_hours(24);
/// The browser's library takes no longer identity.
const LONGEST_IDENTITY: usize = 121;

/// Makes tokens for one account.
#[derive(Clone)]
pub struct AccessTokens {
    account: AccountSid,
    key_sid: String,
    key_secret: SecretString,
    application_sid: String,
}

/// For how long a token is good, in seconds since 1970.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Validity {
    /// When it is made.
    pub issued_at: u64,
    /// From when on: a little earlier, because Twilio's clock may be behind ours.
    pub not_before: u64,
    /// Until when.
    pub expires_at: u64,
}

/// Why there is no token.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum NoToken {
    /// A browser that registers under it can neither be called nor call, and is not told.
    #[error("an identity is 1 to {LONGEST_IDENTITY} letters, digits and _")]
    Identity,
    /// Longer than Twilio takes, or over before it begins.
    #[error("a token is good for at most 24 hours")]
    Validity,
}

#[derive(Serialize)]
struct Header {
    alg: &'static str,
    cty: &'static str,
    typ: &'static str,
}

#[derive(Serialize)]
struct Payload<'a> {
    jti: String,
    grants: Grants<'a>,
    iss: &'a str,
    exp: u64,
    nbf: u64,
    sub: &'a str,
}

#[derive(Serialize)]
struct Grants<'a> {
    voice: Voice<'a>,
    identity: &'a str,
}

#[derive(Serialize)]
struct Voice<'a> {
    incoming: Incoming,
    outgoing: Outgoing<'a>,
}

#[derive(Serialize)]
struct Incoming {
    allow: bool,
}

#[derive(Serialize)]
struct Outgoing<'a> {
    application_sid: &'a str,
}

impl AccessTokens {
    /// For browsers that call through this application; the key belongs to the account and its region.
    pub fn new(
        account: AccountSid,
        key_sid: impl Into<String>,
        key_secret: SecretString,
        application_sid: impl Into<String>,
    ) -> Self {
        Self {
            account,
            key_sid: key_sid.into(),
            key_secret,
            application_sid: application_sid.into(),
        }
    }

    /// A token for the browser of whoever has this identity.
    ///
    /// # Errors
    /// When Twilio would not take it.
    pub fn voice(&self, identity: &str, validity: Validity) -> Result<SecretString, NoToken> {
        let letters = identity.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_');
        if !letters || !(1..=LONGEST_IDENTITY).contains(&identity.len()) {
            return Err(NoToken::Identity);
        }
        let Validity {
            issued_at,
            not_before,
            expires_at,
        } = validity;
        if not_before > issued_at || expires_at <= issued_at || expires_at - issued_at > LONGEST.as_secs() {
            return Err(NoToken::Validity);
        }
        let header = Header {
            alg: "HS256",
            cty: "twilio-fpa;v=1",
            typ: "JWT",
        };
        let payload = Payload {
            jti: format!("{}-{issued_at}", self.key_sid),
            grants: Grants {
                voice: Voice {
                    incoming: Incoming { allow: true },
                    outgoing: Outgoing {
                        application_sid: &self.application_sid,
                    },
                },
                identity,
            },
            iss: &self.key_sid,
            exp: expires_at,
            nbf: not_before,
            sub: self.account.as_str(),
        };
        let signed = format!("{}.{}", part(&header), part(&payload));
        let signature = self.sign(signed.as_bytes());
        Ok(SecretString::from(format!(
            "{signed}.{}",
            URL_SAFE_NO_PAD.encode(signature)
        )))
    }

    fn sign(&self, signed: &[u8]) -> Vec<u8> {
        // A key of any length will do: this cannot fail.
        let Ok(mac) = Hmac::<Sha256>::new_from_slice(self.key_secret.expose_secret().as_bytes()) else {
            return Vec::new();
        };
        mac.chain_update(signed).finalize().into_bytes().to_vec()
    }
}

/// Texts and numbers only: there is nothing that could not be written.
fn part(value: &impl Serialize) -> String {
    URL_SAFE_NO_PAD.encode(serde_json::to_vec(value).unwrap_or_default())
}

impl fmt::Debug for AccessTokens {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AccessTokens")
            .field("account", &self.account)
            .field("key_sid", &self.key_sid)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Made by the official package for Python, from the same values.
    const OFFICIAL: &str = "eyJhbGciOiJIUzI1NiIsImN0eSI6InR3aWxpby1mcGE7dj0xIiwidHlwIjoiSldUIn0.eyJqdGkiOiJTSzAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAyLTE3NjcyMjU2MDAiLCJncmFudHMiOnsidm9pY2UiOnsiaW5jb21pbmciOnsiYWxsb3ciOnRydWV9LCJvdXRnb2luZyI6eyJhcHBsaWNhdGlvbl9zaWQiOiJBUDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAzIn19LCJpZGVudGl0eSI6ImFnZW50XzcifSwiaXNzIjoiU0swMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMiIsImV4cCI6MTc2NzIyOTIwMCwibmJmIjoxNzY3MjI1NjAwLCJzdWIiOiJBQzAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAxIn0.PcLUYsFcfRMp6bupIMkTo7CYw0XdfTm4j-JLNqYDNdU";
    const HOUR: Validity = Validity {
        issued_at: 1_767_225_600,
        not_before: 1_767_225_600,
        expires_at: 1_767_229_200,
    };

    fn tokens() -> AccessTokens {
        AccessTokens::new(
            "AC00000000000000000000000000000001".parse().unwrap(),
            "SK00000000000000000000000000000002",
            SecretString::from("sample-api-key-secret"),
            "AP00000000000000000000000000000003",
        )
    }

    #[test]
    fn a_token_is_what_the_official_package_makes() {
        let token = tokens().voice("agent_7", HOUR).unwrap();
        assert_eq!(token.expose_secret(), OFFICIAL);
    }

    #[test]
    fn what_twilio_would_refuse_is_not_made() {
        let long = "a".repeat(122);
        for identity in ["", "ada@example.com", "agent 7", "agent-7", "Zoë", &long] {
            assert_eq!(
                tokens().voice(identity, HOUR).unwrap_err(),
                NoToken::Identity,
                "{identity:?}"
            );
        }
        assert!(tokens().voice(&long[..121], HOUR).is_ok());
        let until = |expires_at| Validity { expires_at, ..HOUR };
        for validity in [
            until(HOUR.issued_at),
            until(HOUR.issued_at + 86_401),
            Validity {
                not_before: HOUR.issued_at + 1,
                ..HOUR
            },
        ] {
            assert_eq!(
                tokens().voice("agent_7", validity).unwrap_err(),
                NoToken::Validity
            );
        }
        assert!(!format!("{:?}", tokens()).contains("sample-api-key-secret"));
    }
}
