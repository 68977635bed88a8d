//! Sending a request, and what its answer means.

use std::time::Duration;

use futures::StreamExt;
use http02::Method;
use reqwest::{
    Request, Response, StatusCode, Url,
    header::{ACCEPT, HeaderName, HeaderValue, RETRY_AFTER},
};
use serde_json::Value;
use switchboard_outbound::Verdict;
use tokio::time::Instant;
use tracing::debug;
use twilio_async::{Execute, TwilioErr, encode_pairs};

use super::{RestClient, RestError, measure};

/// Longest answer that is read. A page of 200 calls has some 300 kB.
const LONGEST_ANSWER: usize = 1_000_000;

/// What a request is about: decides what a 400 or a 404 says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum About {
    /// A parked caller. Taken by somebody else is 400 or 404, whatever the code.
    Member,
    /// A call or a conference. Only some codes mean that it is not in the right state.
    Live,
    /// Nothing that could be gone: a list, a new call.
    Collection,
}

/// A call that is not in progress.
const NOT_IN_PROGRESS: u32 = 21220;

impl RestClient {
    pub(super) async fn get(&self, path: &str, about: About) -> Result<Value, RestError> {
        self.send(Method::GET, path, None, about).await
    }

    pub(super) async fn post(
        &self,
        path: &str,
        form: &[(&str, &str)],
        about: About,
    ) -> Result<Value, RestError> {
        self.send(Method::POST, path, encode_pairs(form), about).await
    }

    /// Sends until there is an answer, or a failure after which sending again would not be safe.
    pub(super) async fn send(
        &self,
        method: Method,
        path: &str,
        form: Option<String>,
        about: About,
    ) -> Result<Value, RestError> {
        let mut attempt = 1;
        loop {
            let request = self.build(method.clone(), path, form.clone()).await?;
            let permit = match self.breaker.admit(Instant::now()) {
                Ok(permit) => permit,
                Err(retry_after) => {
                    let error = RestError::BreakerOpen { retry_after };
                    measure::note(method.as_str(), path, Duration::ZERO, Some(&error));
                    return Err(error);
                }
            };
            let began = Instant::now();
            let result = self.once(request, about).await;
            let failed = result.as_ref().err().map(|failed| &failed.error);
            measure::note(method.as_str(), path, began.elapsed(), failed);
            permit.settle(verdict(&result));
            let (error, asked) = match result {
                Err(Failed {
                    error,
                    asked,
                    safe: true,
                }) => (error, asked),
                Err(Failed { error, .. }) => return Err(error),
                Ok(value) => return Ok(value),
            };
            let Some(wait) = self.backoff.next(attempt, asked) else {
                return Err(error);
            };
            debug!(twilio.attempt = attempt, wait_ms = wait.as_millis(), %error, "asking twilio again");
            tokio::time::sleep(wait).await;
            attempt += 1;
        }
    }

    /// Asks once and hands the answer over unread, whatever its size. A redirect is an answer.
    pub(super) async fn fetch(&self, request: Request, about: About) -> Result<Response, RestError> {
        let retry_after = |retry_after| RestError::BreakerOpen { retry_after };
        let permit = self.breaker.admit(Instant::now()).map_err(retry_after)?;
        let response = match self.http.execute(request).await {
            Ok(response) => response,
            Err(error) => {
                permit.settle(Verdict::Bad);
                return Err(RestError::NoAnswer(error.without_url()));
            }
        };
        let status = response.status();
        if status.is_server_error() {
            permit.settle(Verdict::Bad);
            return Err(RestError::Server { status });
        }
        permit.settle(Verdict::Good);
        if status == StatusCode::TOO_MANY_REQUESTS {
            let retry_after = self.backoff.later(asked_wait(&response));
            return Err(RestError::RateLimited { retry_after });
        }
        if status.is_success() || status.is_redirection() {
            return Ok(response);
        }
        let code = read(response).await.ok().and_then(|bytes| error_code(&bytes));
        Err(meaning(status, code, about))
    }

    /// Has `twilio_async` build the request, and points it at the configured host.
    pub(super) async fn build(
        &self,
        method: Method,
        path: &str,
        form: Option<String>,
    ) -> Result<Request, RestError> {
        let built = self
            .twilio
            .conferences()
            .request(method, path, form)
            .map_err(RestError::Build)?;
        let (parts, mut body) = built.into_parts();
        let unbuildable = || RestError::Build(TwilioErr::Io(std::io::ErrorKind::InvalidInput.into()));

        let target = parts.uri.path_and_query().map_or("/", |target| target.as_str());
        let url = format!("{}{target}", self.api_base.as_str().trim_end_matches('/'));
        let url = Url::parse(&url).map_err(|_| unbuildable())?;
        let method =
            reqwest::Method::from_bytes(parts.method.as_str().as_bytes()).map_err(|_| unbuildable())?;
        let mut request = Request::new(method, url);
        for (name, value) in &parts.headers {
            let name = HeaderName::from_bytes(name.as_str().as_bytes()).map_err(|_| unbuildable())?;
            let mut value = HeaderValue::from_bytes(value.as_bytes()).map_err(|_| unbuildable())?;
            value.set_sensitive(name == reqwest::header::AUTHORIZATION);
            request.headers_mut().insert(name, value);
        }
        request
            .headers_mut()
            .insert(ACCEPT, HeaderValue::from_static("application/json"));

        // The body is in memory; reading it waits for nothing.
        let mut bytes = Vec::new();
        while let Some(chunk) = body.next().await {
            bytes.extend_from_slice(&chunk.map_err(|error| RestError::Build(TwilioErr::NetworkErr(error)))?);
        }
        if !bytes.is_empty() {
            *request.body_mut() = Some(bytes.into());
        }
        Ok(request)
    }

    async fn once(&self, request: Request, about: About) -> Result<Value, Failed> {
        let response = match self.http.execute(request).await {
            Ok(response) => response,
            Err(error) if error.is_connect() => {
                let retry_after = self.backoff.later(None);
                let error = RestError::Connect {
                    retry_after,
                    source: error.without_url(),
                };
                return Err(Failed {
                    error,
                    asked: None,
                    safe: true,
                });
            }
            Err(error) => return Err(RestError::NoAnswer(error.without_url()).into()),
        };
        let status = response.status();
        let asked = asked_wait(&response);
        let answer = read(response).await;
        if status == StatusCode::TOO_MANY_REQUESTS {
            let retry_after = self.backoff.later(asked);
            return Err(Failed {
                error: RestError::RateLimited { retry_after },
                asked,
                safe: true,
            });
        }
        if status.is_success() {
            return Ok(serde_json::from_slice(&answer?).unwrap_or(Value::Null));
        }
        if status.is_server_error() || status == StatusCode::REQUEST_TIMEOUT {
            return Err(RestError::Server { status }.into());
        }
        let code = answer.ok().and_then(|bytes| error_code(&bytes));
        Err(meaning(status, code, about).into())
    }
}

/// What an attempt shows of the carrier. Any answer at all, also a refusal: it is there.
fn verdict(result: &Result<Value, Failed>) -> Verdict {
    match result.as_ref().map_err(|failed| &failed.error) {
        Err(RestError::Connect { .. } | RestError::NoAnswer(_) | RestError::Server { .. }) => Verdict::Bad,
        Ok(_)
        | Err(
            RestError::NotThere { .. }
            | RestError::Refused { .. }
            | RestError::RateLimited { .. }
            | RestError::BreakerOpen { .. }
            | RestError::TooLong { .. }
            | RestError::Unreadable { .. }
            | RestError::ForeignPage
            | RestError::Build(_),
        ) => Verdict::Good,
    }
}

/// One attempt that failed.
struct Failed {
    error: RestError,
    /// The wait the server asks for.
    asked: Option<Duration>,
    /// Whether the request surely was not executed.
    safe: bool,
}

impl From<RestError> for Failed {
    fn from(error: RestError) -> Self {
        Self {
            error,
            asked: None,
            safe: false,
        }
    }
}

fn asked_wait(response: &Response) -> Option<Duration> {
    let seconds = response
        .headers()
        .get(RETRY_AFTER)?
        .to_str()
        .ok()?
        .trim()
        .parse()
        .ok()?;
    Some(Duration::from_secs(seconds))
}

async fn read(mut response: Response) -> Result<Vec<u8>, RestError> {
    let mut bytes = Vec::new();
    // Counted as it arrives, after decompression: a header can promise anything.
    while let Some(chunk) = response
        .chunk()
        .await
        .map_err(|error| RestError::NoAnswer(error.without_url()))?
    {
        if bytes.len() + chunk.len() > LONGEST_ANSWER {
            return Err(RestError::TooLong {
                limit: LONGEST_ANSWER,
            });
        }
        bytes.extend_from_slice(&chunk);
    }
    Ok(bytes)
}

fn error_code(bytes: &[u8]) -> Option<u32> {
    let code = serde_json::from_slice::<Value>(bytes)
        .ok()?
        .get("code")?
        .as_u64()?;
    u32::try_from(code).ok()
}

/// What an answer below 500 that is no success says about the thing asked for.
fn meaning(status: StatusCode, code: Option<u32>, about: About) -> RestError {
    let gone = matches!(
        status,
        StatusCode::NOT_FOUND | StatusCode::CONFLICT | StatusCode::GONE
    );
    let bad = status == StatusCode::BAD_REQUEST;
    let elsewhere = match about {
        About::Member => gone || bad,
        // Without a code a 400 could be either; looking again does no harm, giving up might.
        About::Live => gone || (bad && code.is_none_or(|code| code == NOT_IN_PROGRESS)),
        About::Collection => false,
    };
    if elsewhere {
        RestError::NotThere { status, code }
    } else {
        RestError::Refused { status, code }
    }
}
