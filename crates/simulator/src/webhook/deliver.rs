//! Sending one webhook: signature, time limit, retry, doubling, and the log of it all.

use std::sync::Arc;
use std::time::{Duration, Instant};

use url::Url;

use super::overrides::Overrides;
use super::{Answer, Webhook, sign};
use crate::exchange::Exchange;
use crate::judge::What;
use crate::wire::WireEntry;

/// Parameters that tell requests of one URL apart, for the time-line.
const TELLING: &[&str] = &[
    "CallStatus",
    "Digits",
    "QueueResult",
    "DialCallStatus",
    "DialBridged",
    "StatusCallbackEvent",
    "RecordingStatus",
    "ErrorCode",
];

/// Sends a webhook and gives its answer. Real time throughout: the receiver is a real server.
pub(crate) async fn deliver(exchange: &Arc<Exchange>, hook: &Webhook) -> Answer {
    let (token, limit) = {
        let mut state = exchange.lock();
        let token = state.dice.hex();
        if state.config.faults.webhooks_doubled {
            let (copy, token) = (hook.clone(), token.clone());
            let limit = state.config.webhook_timeout;
            state.spawn(move |exchange| async move {
                attempts(&exchange, &copy, &token, limit).await;
            });
        }
        (token, state.config.webhook_timeout)
    };
    attempts(exchange, hook, &token, limit).await
}

async fn attempts(exchange: &Arc<Exchange>, hook: &Webhook, token: &str, limit: Duration) -> Answer {
    let overrides = Overrides::of(&hook.url);
    let limit = overrides.total.map_or(limit, |total| total.min(limit));
    let started = Instant::now();
    let mut left = overrides.retries;
    loop {
        let remaining = limit.saturating_sub(started.elapsed());
        let timeout = overrides.read.map_or(remaining, |read| read.min(remaining));
        let result = once(exchange, hook, token, timeout).await;
        let again = match &result {
            Ok(Answer::Got { status, .. }) => {
                (overrides.on_4xx && (400..500).contains(status)) || (overrides.on_5xx && *status >= 500)
            }
            Ok(Answer::Failed { .. }) => false,
            Err(error) if error.is_connect() => overrides.on_connect,
            Err(error) => overrides.on_read && error.is_timeout(),
        };
        if again && left > 0 && started.elapsed() < limit {
            left -= 1;
            continue;
        }
        return match result {
            Ok(answer) => answer,
            Err(error) if error.is_redirect() => Answer::Failed { code: 11215 },
            Err(error) if error.is_connect() || error.is_timeout() => Answer::Failed { code: 11205 },
            Err(_) => Answer::Failed { code: 11200 },
        };
    }
}

async fn once(
    exchange: &Arc<Exchange>,
    hook: &Webhook,
    token: &str,
    timeout: Duration,
) -> Result<Answer, reqwest::Error> {
    let Ok(mut url) = Url::parse(&hook.url) else {
        let mut state = exchange.lock();
        state.note_twilio(
            hook.leg.clone(),
            What::Webhook(format!("{} -> not a URL", hook.url)),
        );
        return Ok(Answer::Failed { code: 11100 });
    };
    url.set_fragment(None);
    let get = hook.method == "GET";
    if get && !hook.params.is_empty() {
        url.query_pairs_mut().extend_pairs(&hook.params);
    }
    let form: &[(String, String)] = if get { &[] } else { &hook.params };
    let (signature, with_token, at_ms) = {
        let state = exchange.peek();
        let mut signed = url.clone();
        if !state.config.switches.signed_with_port && signed.set_port(None).is_err() {
            tracing::debug!("a URL without a host has no port to leave out");
        }
        let signature = sign(&state.config.auth_token, signed.as_str(), form);
        (
            signature,
            state.config.switches.idempotency_token,
            state.clock.now_ms(),
        )
    };
    let body = form_urlencoded::Serializer::new(String::new())
        .extend_pairs(form)
        .finish();
    let mut headers = vec![(String::from("X-Twilio-Signature"), signature)];
    if with_token {
        headers.push((String::from("I-Twilio-Idempotency-Token"), token.to_owned()));
    }
    if !get {
        let form = "application/x-www-form-urlencoded; charset=UTF-8";
        headers.push((String::from("Content-Type"), form.to_owned()));
    }
    let method = if get {
        reqwest::Method::GET
    } else {
        reqwest::Method::POST
    };
    let mut request = exchange.http.request(method, url.clone()).timeout(timeout);
    for (name, value) in &headers {
        request = request.header(name, value);
    }
    if !get {
        request = request.body(body.clone());
    }

    let started = Instant::now();
    let result = read(request).await;
    let took = started.elapsed();

    let mut state = exchange.lock();
    let outcome = match &result {
        Ok(Answer::Got { status, .. }) => status.to_string(),
        Ok(Answer::Failed { code }) => format!("error {code}"),
        Err(error) if error.is_timeout() => String::from("timed out"),
        Err(error) if error.is_connect() => String::from("no connection"),
        Err(_) => String::from("connection lost"),
    };
    let line = format!("{} -> {outcome} in {} ms", one_line(hook), took.as_millis());
    state.note_twilio(hook.leg.clone(), What::Webhook(line));
    state.wire.push(WireEntry::webhook(
        at_ms,
        took,
        hook,
        url.as_str(),
        headers,
        body,
        &result,
    ));
    drop(state);
    result
}

async fn read(request: reqwest::RequestBuilder) -> Result<Answer, reqwest::Error> {
    let response = request.send().await?;
    let status = response.status().as_u16();
    let url = response.url().clone();
    let content_type = response
        .headers()
        .get(reqwest::header::CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .map(str::to_owned);
    let body = response.bytes().await?.to_vec();
    Ok(Answer::Got {
        status,
        content_type,
        body,
        url,
    })
}

/// Method, path and the telling parameters of a webhook.
pub(super) fn one_line(hook: &Webhook) -> String {
    let path = Url::parse(&hook.url).map_or_else(|_| hook.url.clone(), |url| url.path().to_owned());
    let telling: Vec<String> = TELLING
        .iter()
        .filter_map(|name| hook.params.iter().find(|(known, _)| known == name))
        .map(|(name, value)| format!("{name}={value}"))
        .collect();
    format!("{} {path} {}", hook.method, telling.join(" "))
        .trim_end()
        .to_owned()
}
