//! The carrier, as far as agents need it: the messages that callers left, and tokens for agents' browsers.

use std::sync::Arc;

use secrecy::SecretString;
use switchboard_domain::AgentId;
use switchboard_runtime::settings::Settings;
use switchboard_telephony::rest::{Media, RestClient, RestConfig, RestError};
use switchboard_telephony::{AccessTokens, AccountSid, NoToken, RecordingSid, Validity};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// Messages that are listened to at the same time: each holds a connection to the carrier for minutes.
const LISTENERS: usize = 16;
/// A browser asks for the next token before this one is over.
const TOKEN_SECONDS: u64 = 3_600;
/// By how much the carrier's clock may be behind.
const CLOCKS_DIFFER: u64 = 60;

/// What is asked of the carrier.
#[derive(Debug)]
pub(crate) struct Carrier {
    rest: RestClient,
    tokens: Option<AccessTokens>,
    edge: Option<String>,
    listeners: Arc<Semaphore>,
}

/// A token, and until when it is good, in seconds since 1970.
pub(crate) struct Token {
    pub(crate) token: SecretString,
    pub(crate) expires_at: u64,
}

impl Carrier {
    /// Why not, in words, when the settings cannot be used.
    pub(crate) fn new(settings: &Settings, seed: u64) -> Result<Self, String> {
        let twilio = &settings.twilio;
        let account: AccountSid = twilio
            .account_sid
            .parse()
            .map_err(|error| format!("twilio.account_sid: {error}"))?;
        let key = twilio.api_key_sid.as_ref().zip(twilio.api_key_secret.as_ref());
        let tokens = key
            .zip(twilio.application_sid.as_ref())
            .map(|((sid, secret), application)| {
                AccessTokens::new(account.clone(), sid, secret.clone(), application)
            });
        let config = RestConfig {
            timeout: twilio.timeout,
            connect_timeout: twilio.connect_timeout,
            jitter_seed: seed,
            ..RestConfig::new(twilio.api_base.clone(), account, twilio.auth_token.clone())
        };
        Ok(Self {
            rest: RestClient::new(config).map_err(|error| format!("twilio: {error}"))?,
            tokens,
            edge: twilio.edge.clone(),
            listeners: Arc::new(Semaphore::new(LISTENERS)),
        })
    }

    /// A place among those who listen; nothing when all are taken.
    pub(crate) fn listen(&self) -> Option<OwnedSemaphorePermit> {
        Arc::clone(&self.listeners).try_acquire_owned().ok()
    }

    /// The sound of a message.
    pub(crate) async fn recording(
        &self,
        sid: &RecordingSid,
        range: Option<&str>,
    ) -> Result<Media, RestError> {
        self.rest.recording_media(sid, range).await
    }

    /// Where browsers enter the carrier's network; the nearest edge if nothing.
    pub(crate) fn edge(&self) -> Option<&str> {
        self.edge.as_deref()
    }

    /// A token for that agent's browser; nothing when the settings have no key for it.
    pub(crate) fn token(&self, agent: &AgentId, now: u64) -> Option<Result<Token, NoToken>> {
        let tokens = self.tokens.as_ref()?;
        let expires_at = now + TOKEN_SECONDS;
        let validity = Validity {
            issued_at: now,
            not_before: now.saturating_sub(CLOCKS_DIFFER),
            expires_at,
        };
        let token = tokens.voice(agent.as_str(), validity);
        Some(token.map(|token| Token { token, expires_at }))
    }
}
