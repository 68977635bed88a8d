//! A source that is asked over HTTP and answers JSON.

mod clean;
mod config;
mod mapping;
mod question;
mod template;

use std::{sync::Arc, time::Duration};

use async_trait::async_trait;
use reqwest::{Response, StatusCode, header};
use switchboard_domain::PhoneNumber;
use switchboard_outbound::{AddressGuard, GuardOptions, Origin, OutboundError, Reach, Redirects};
use tokio::time::timeout;

use self::{mapping::Reader, question::Question};
use crate::{Answer, Nonsense, Source, SourceError};

pub use config::{HttpConfig, HttpMapping, HttpMethod};

/// The most that is read of an answer, after decompression. A profile is a few hundred bytes; a list of all
/// people of a company a few ten thousand.
const LONGEST_ANSWER: usize = 256 * 1024;
const MOST_REDIRECTS: usize = 3;

/// One HTTP service, as its [`HttpConfig`] describes it. Built by [`HttpConfig::build`], which also guards it.
pub struct HttpSource {
    name: String,
    guard: AddressGuard,
    origin: Origin,
    question: Question,
    reader: Reader,
}

impl HttpSource {
    async fn ask(&self, number: &PhoneNumber) -> Result<Answer, SourceError> {
        let request = self
            .question
            .about(self.guard.client(), number)
            .ok_or(SourceError::BadNumber)?;
        let request = request.build().map_err(unreachable)?;
        let response = self.guard.send(self.origin, request).await;
        let response = response.map_err(|error| match error {
            OutboundError::Http(error) => unreachable(error),
            OutboundError::Downgrade | OutboundError::TooManyRedirects | OutboundError::NoPlace => {
                Nonsense::Redirect.into()
            }
            OutboundError::NotAllowed => SourceError::Unreachable(Arc::new(error)),
        })?;
        let status = response.status();
        if status == StatusCode::NOT_FOUND || status == StatusCode::NO_CONTENT {
            return Ok(Answer::NotFound);
        }
        if status == StatusCode::TOO_MANY_REQUESTS {
            return Err(SourceError::SlowDown {
                wait: retry_after(&response),
            });
        }
        if status.is_server_error() || status == StatusCode::REQUEST_TIMEOUT {
            return Err(SourceError::Failed {
                status: status.as_u16(),
            });
        }
        if status.is_redirection() {
            return Err(Nonsense::Redirect.into());
        }
        if !status.is_success() {
            return Err(SourceError::Refused {
                status: status.as_u16(),
            });
        }
        let body = body(response).await?;
        let json = serde_json::from_slice(&body).map_err(|error| Nonsense::NotJson {
            line: error.line(),
            column: error.column(),
        })?;
        Ok(self.reader.read(&json)?)
    }
}

#[async_trait]
impl Source for HttpSource {
    fn name(&self) -> &str {
        &self.name
    }

    async fn look_up(&self, number_e164: &str, budget: Duration) -> Result<Answer, SourceError> {
        let number = PhoneNumber::parse(number_e164).map_err(|_| SourceError::BadNumber)?;
        timeout(budget, self.ask(&number))
            .await
            .unwrap_or(Err(SourceError::TimedOut))
    }
}

/// Talks to the configured origin and to nobody else: a redirect elsewhere would carry the number along.
fn guard(reach: Reach) -> reqwest::Result<AddressGuard> {
    AddressGuard::new(GuardOptions {
        reach,
        timeout: None,
        redirects: Redirects::SameOrigin(MOST_REDIRECTS),
    })
}

/// Reads no more than allowed, whatever the answer says about its own length.
async fn body(mut response: Response) -> Result<Vec<u8>, SourceError> {
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(unreachable)? {
        if body.len() + chunk.len() > LONGEST_ANSWER {
            return Err(Nonsense::TooLong {
                limit: LONGEST_ANSWER,
            }
            .into());
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body)
}

/// Seconds only: a date would need a clock, and its sender's to be right.
fn retry_after(response: &Response) -> Option<Duration> {
    let value = response.headers().get(header::RETRY_AFTER)?.to_str().ok()?;
    value.trim().parse().ok().map(Duration::from_secs)
}

/// The error without its address, in which the phone number stands.
fn unreachable(error: reqwest::Error) -> SourceError {
    SourceError::Unreachable(Arc::new(error.without_url()))
}
