//! How a number becomes a request.

use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use reqwest::{
    Client, RequestBuilder, Url,
    header::{
        ACCEPT, AUTHORIZATION, CONNECTION, CONTENT_LENGTH, HOST, HeaderMap, HeaderName, HeaderValue,
        TRANSFER_ENCODING,
    },
};
use secrecy::{ExposeSecret, SecretString};
use serde_json::Value;
use switchboard_domain::PhoneNumber;

use super::{HttpConfig, HttpMethod};
use crate::fault::Faults;

const NUMBER: &str = "{number}";
const NATIONAL: &str = "{national}";

pub(super) struct Question {
    url: String,
    method: HttpMethod,
    body: Option<Value>,
    headers: HeaderMap,
    needs_national: bool,
}

impl Question {
    pub(super) fn new(config: &HttpConfig, faults: &mut Faults) -> Option<Self> {
        let in_url = has_placeholder(&config.url);
        let in_body = config
            .body
            .as_ref()
            .is_some_and(|body| any_text(body, &has_placeholder));
        let url = faults.keep("url", check_url(&config.url));
        if url.is_some() && !in_url && !in_body {
            faults.add("url", "`{number}` or `{national}`, here or in the body");
        }
        let no_body = config.body.is_none() || config.method == HttpMethod::Post;
        faults.require(no_body, "body", "a body with method POST only");
        let mut headers = HeaderMap::from_iter([(ACCEPT, HeaderValue::from_static("application/json"))]);
        for (name, value) in &config.headers {
            let setting = format!("headers.{name}");
            let name = faults.keep(&setting, name.parse::<HeaderName>().map_err(|_| "a header name"));
            let value = faults.keep(&setting, secret_header(value.expose_secret()));
            if let Some((name, value)) = name.zip(value) {
                if name == AUTHORIZATION && config.bearer.is_some() {
                    faults.add(&setting, "either this header or a bearer token");
                }
                if [HOST, CONNECTION, CONTENT_LENGTH, TRANSFER_ENCODING].contains(&name) {
                    faults.add(&setting, "a header that does not steer the connection");
                }
                headers.insert(name, value);
            }
        }
        if let Some(token) = &config.bearer {
            let value = faults.keep("bearer", bearer(token));
            headers.extend(value.map(|value| (AUTHORIZATION, value)));
        }
        let texts = |text: &str| text.contains(NATIONAL);
        let needs_national =
            texts(&config.url) || config.body.as_ref().is_some_and(|body| any_text(body, &texts));
        Some(Self {
            url: url?,
            method: config.method,
            body: config.body.clone(),
            headers,
            needs_national,
        })
    }

    /// The request about one number; `None` when it has no national form and the source needs one.
    pub(super) fn about(&self, client: &Client, number: &PhoneNumber) -> Option<RequestBuilder> {
        let national = if self.needs_national {
            number.national()?
        } else {
            String::new()
        };
        let plain = |text: &str| text.replace(NUMBER, number.as_str()).replace(NATIONAL, &national);
        let url = Url::parse(&fill_url(&self.url, number.as_str(), &national)).ok()?;
        let request = match self.method {
            HttpMethod::Get => client.get(url),
            HttpMethod::Post => client.post(url),
        };
        let request = request.headers(self.headers.clone());
        Some(match &self.body {
            Some(body) => request.json(&map_texts(body, &plain)),
            None => request,
        })
    }
}

fn has_placeholder(text: &str) -> bool {
    text.contains(NUMBER) || text.contains(NATIONAL)
}

fn fill_url(template: &str, number: &str, national: &str) -> String {
    let encode = |text: &str| utf8_percent_encode(text, NON_ALPHANUMERIC).to_string();
    template
        .replace(NUMBER, &encode(number))
        .replace(NATIONAL, &encode(national))
}

/// Filled in twice, with different numbers, to see that a number changes path or query and nothing else: a
/// caller must not choose the host.
fn check_url(template: &str) -> Result<String, &'static str> {
    let filled = |digits: &str| {
        let text = fill_url(template, &format!("+{digits}"), digits);
        let rest = text.contains(['{', '}']);
        Url::parse(&text).ok().filter(|_| !rest)
    };
    let (Some(one), Some(two)) = (filled("15550100"), filled("25550199")) else {
        return Err("an address, with no placeholders but `{number}` and `{national}`");
    };
    if !matches!(one.scheme(), "http" | "https") || !one.has_host() {
        return Err("an http or https address");
    }
    if !one.username().is_empty() || one.password().is_some() {
        return Err("an address without credentials (use `headers` or `bearer`)");
    }
    if one.origin() != two.origin() || two.scheme() != one.scheme() {
        return Err("the placeholders in path or query only");
    }
    if has_placeholder(template) && (one.path(), one.query()) == (two.path(), two.query()) {
        return Err("the placeholders in path or query only");
    }
    Ok(template.to_owned())
}

fn secret_header(value: &str) -> Result<HeaderValue, &'static str> {
    let mut value = HeaderValue::from_str(value).map_err(|_| "a header value without control characters")?;
    value.set_sensitive(true);
    Ok(value)
}

fn bearer(token: &SecretString) -> Result<HeaderValue, &'static str> {
    let token = token.expose_secret();
    if token.is_empty() || !token.bytes().all(|byte| byte.is_ascii_graphic()) {
        return Err("a token of visible ASCII characters");
    }
    secret_header(&format!("Bearer {token}"))
}

fn any_text(value: &Value, holds: &dyn Fn(&str) -> bool) -> bool {
    match value {
        Value::String(text) => holds(text),
        Value::Array(items) => items.iter().any(|item| any_text(item, holds)),
        Value::Object(fields) => fields.values().any(|field| any_text(field, holds)),
        Value::Null | Value::Bool(_) | Value::Number(_) => false,
    }
}

fn map_texts(value: &Value, map: &dyn Fn(&str) -> String) -> Value {
    match value {
        Value::String(text) => Value::String(map(text)),
        Value::Array(items) => items.iter().map(|item| map_texts(item, map)).collect(),
        Value::Object(fields) => fields
            .iter()
            .map(|(name, field)| (name.clone(), map_texts(field, map)))
            .collect(),
        Value::Null | Value::Bool(_) | Value::Number(_) => value.clone(),
    }
}
