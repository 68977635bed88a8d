//! A source that is asked over HTTP and answers JSON.

mod clean;
mod config;
mod mapping;
mod question;
mod template;

use std::{sync::Arc, time::Duration};

use async_trait::async_trait;
use reqwest::{Client, Response, StatusCode, header, redirect};
use switchboard_domain::PhoneNumber;
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
    client: Client,
    question: Question,
    reader: Reader,
}

impl HttpSource {
    async fn ask(&self, number: &PhoneNumber) -> Result<Answer, SourceError> {
        let request = self
            .question
            .about(&self.client, number)
            .ok_or(SourceError::BadNumber)?;
        let response = request.send().await.map_err(unreachable)?;
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

/// A client that talks to the configured origin and to nobody else: no redirects elsewhere, no proxy out of
/// the environment, no Referer that would carry the number along.
fn client() -> reqwest::Result<Client> {
    let same_origin = redirect::Policy::custom(|attempt| {
        let first = attempt.previous().first();
        let stays = first.is_some_and(|first| first.origin() == attempt.url().origin());
        if stays && attempt.previous().len() <= MOST_REDIRECTS {
            attempt.follow()
        } else {
            attempt.stop()
        }
    });
    Client::builder()
        .redirect(same_origin)
        .no_proxy()
        .referer(false)
        .user_agent(concat!("switchboard/", env!("CARGO_PKG_VERSION")))
        .build()
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
