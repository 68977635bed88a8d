//! The client itself.

use std::{fmt, time::Duration};

use reqwest::{Client, redirect};
use secrecy::ExposeSecret;
use twilio_async::Twilio;
use url::Url;

use switchboard_outbound::Breaker;

use super::{InvalidConfig, RestConfig, retry::Backoff};
use crate::AccountSid;

/// Talks to one account at Twilio. Cheap to share by reference; make one for each process, since the
/// connections and the breaker belong to it.
pub struct RestClient {
    /// Builds the requests. It could send them too, but only to one host and without time-outs.
    pub(super) twilio: Twilio,
    pub(super) http: Client,
    pub(super) api_base: Url,
    pub(super) account: AccountSid,
    pub(super) max_pages: usize,
    pub(super) breaker: Breaker,
    pub(super) backoff: Backoff,
}

impl RestClient {
    /// Checks the settings and makes a client; connects to nobody yet.
    pub fn new(config: RestConfig) -> Result<Self, InvalidConfig> {
        config.check()?;
        let RestConfig {
            api_base,
            account_sid,
            auth_token,
            timeout,
            connect_timeout,
            retry,
            breaker,
            max_pages,
            jitter_seed,
        } = config;
        let http = Client::builder()
            .timeout(timeout)
            .connect_timeout(connect_timeout)
            // A redirected POST would be a second request, maybe to another host.
            .redirect(redirect::Policy::none())
            .retry(reqwest::retry::never())
            // A POST written to a connection that the other side is just closing may or may not have been
            // read. Servers close idle ones after 5 s at the earliest; a new handshake costs less than
            // finding out.
            .pool_idle_timeout(Duration::from_secs(4))
            .no_proxy()
            .user_agent(concat!("switchboard/", env!("CARGO_PKG_VERSION")))
            .build()
            .map_err(InvalidConfig::Client)?;
        let twilio = Twilio::new(account_sid.as_str(), auth_token.expose_secret())
            .map_err(|_| InvalidConfig::Token)?;
        Ok(Self {
            twilio,
            http,
            api_base,
            account: account_sid,
            max_pages,
            breaker: Breaker::new(breaker),
            backoff: Backoff::new(retry, jitter_seed),
        })
    }

    /// The account whose calls these are.
    pub const fn account(&self) -> &AccountSid {
        &self.account
    }
}

// By hand: `Twilio` prints the token.
impl fmt::Debug for RestClient {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RestClient")
            .field("api_base", &self.api_base.as_str())
            .field("account", &self.account)
            .finish_non_exhaustive()
    }
}
