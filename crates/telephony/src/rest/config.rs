//! How to reach Twilio, and how patiently.

use std::time::Duration;
use switchboard_outbound::BreakerPolicy;

use secrecy::SecretString;
use url::Url;

use crate::AccountSid;

/// Settings of a [`RestClient`](super::RestClient).
#[derive(Debug, Clone)]
pub struct RestConfig {
    /// Where the API is: `https://api.twilio.com`, a region's host, or a stand-in. Proxies named by the
    /// environment are not used: whoever can set one would get the token.
    pub api_base: Url,
    /// The account whose calls these are.
    pub account_sid: AccountSid,
    /// Its auth token.
    pub auth_token: SecretString,
    /// Longest time for one attempt, from the first packet to the last byte.
    pub timeout: Duration,
    /// Longest time for the connection; has to be less than `timeout`, or a connection that never came
    /// about could not be told from an answer that did not come.
    pub connect_timeout: Duration,
    /// When to repeat.
    pub retry: RetryPolicy,
    /// When to stop trying: attempts without an answer, or with a 5xx, are failures.
    pub breaker: BreakerPolicy,
    /// How many pages of a list are read at most, and so how long a list may get.
    pub max_pages: usize,
    /// Seed of the random waits. Processes that start together should not share one.
    pub jitter_seed: u64,
}

/// Repeats of requests that surely were not executed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RetryPolicy {
    /// Attempts in all, at least 1.
    pub attempts: u32,
    /// The longest wait before the second attempt; each further one doubles it. The wait is any time up to
    /// that, evenly, so that clients refused together do not come back together.
    pub base: Duration,
    /// What doubling stops at, and the longest wait a server may ask for to be obeyed on the spot.
    pub cap: Duration,
}

/// Settings that cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum InvalidConfig {
    /// The base is no `http` or `https` URL, or carries a user, a query or a fragment.
    #[error("the API's base has to be a plain http or https URL")]
    ApiBase,
    /// `connect_timeout` is not below `timeout`, or zero.
    #[error("the connection's time-out has to be above zero and below the request's")]
    Timeouts,
    /// The token has characters that a header cannot carry.
    #[error("the auth token cannot be sent")]
    Token,
    /// The HTTP client could not be made; its certificates, for example, could not be read.
    #[error("the HTTP client could not be made")]
    Client(#[source] reqwest::Error),
}

impl RestConfig {
    /// With time-outs that fit a job: three attempts of 5 s, and a breaker that opens after five failures
    /// for 10 s.
    pub fn new(api_base: Url, account_sid: AccountSid, auth_token: SecretString) -> Self {
        Self {
            api_base,
            account_sid,
            auth_token,
            timeout: Duration::from_secs(5),
            connect_timeout: Duration::from_secs(2),
            retry: RetryPolicy {
                attempts: 3,
                base: Duration::from_millis(100),
                cap: Duration::from_secs(3),
            },
            breaker: BreakerPolicy {
                failures: 5,
                open_for: Duration::from_secs(10),
            },
            // 25 pages of 200 are 5,000 calls at once, more than any office has.
            max_pages: 25,
            jitter_seed: 0,
        }
    }

    pub(super) fn check(&self) -> Result<(), InvalidConfig> {
        let base = &self.api_base;
        let plain = base.username().is_empty()
            && base.password().is_none()
            && base.query().is_none()
            && base.fragment().is_none();
        if !matches!(base.scheme(), "http" | "https") || base.host_str().is_none() || !plain {
            return Err(InvalidConfig::ApiBase);
        }
        if self.connect_timeout.is_zero() || self.connect_timeout >= self.timeout {
            return Err(InvalidConfig::Timeouts);
        }
        Ok(())
    }
}
