//! A REST request taken apart, and replies put together.

use actix_web::HttpRequest;
use bytes::Bytes;
use percent_encoding::percent_decode_str;
use serde_json::{Value, json};

pub(super) struct Request {
    pub(super) method: String,
    /// The path below the version, decoded, without `.json`.
    pub(super) path: Vec<String>,
    /// What the path ended in, `json` if in nothing.
    pub(super) suffix: String,
    pub(super) query: Vec<(String, String)>,
    form: Vec<(String, String)>,
}

pub(super) struct Reply {
    pub(super) status: u16,
    pub(super) body: Body,
}

pub(super) enum Body {
    Json(Value),
    Wav(Vec<u8>),
    Empty,
}

impl Request {
    pub(super) fn new(http: &HttpRequest, body: &Bytes) -> Self {
        let pairs = |raw: &[u8]| form_urlencoded::parse(raw).into_owned().collect();
        let tail = http.uri().path().strip_prefix("/2010-04-01/").unwrap_or_default();
        let (tail, suffix) = [".json", ".wav", ".mp3"]
            .iter()
            .find_map(|suffix| Some((tail.strip_suffix(suffix)?, suffix.get(1..)?)))
            .unwrap_or((tail, ""));
        Self {
            method: http.method().to_string(),
            path: tail
                .split('/')
                .map(|part| percent_decode_str(part).decode_utf8_lossy().into())
                .collect(),
            suffix: suffix.to_owned(),
            query: pairs(http.query_string().as_bytes()),
            form: pairs(body),
        }
    }

    /// A form parameter; empty ones count as absent.
    pub(super) fn form(&self, name: &str) -> Option<&str> {
        self.given(name).filter(|value| !value.is_empty())
    }

    /// A form parameter, empty or not.
    pub(super) fn given(&self, name: &str) -> Option<&str> {
        self.form
            .iter()
            .find(|(known, _)| known == name)
            .map(|(_, value)| value.as_str())
    }

    /// All values of a repeated form parameter.
    pub(super) fn forms(&self, name: &str) -> Vec<&str> {
        self.form
            .iter()
            .filter(|(known, _)| known == name)
            .map(|(_, value)| value.as_str())
            .collect()
    }

    pub(super) fn query(&self, name: &str) -> Option<&str> {
        let value = self
            .query
            .iter()
            .find(|(known, _)| known == name)
            .map(|(_, value)| value.as_str());
        value.filter(|value| !value.is_empty())
    }

    /// The HTTP method that a parameter asks for.
    pub(super) fn http_method(&self, name: &str) -> String {
        let get = self
            .form(name)
            .is_some_and(|value| value.eq_ignore_ascii_case("GET"));
        String::from(if get { "GET" } else { "POST" })
    }
}

pub(super) fn ok(status: u16, value: Value) -> Reply {
    Reply {
        status,
        body: Body::Json(value),
    }
}

pub(super) fn error(status: u16, code: u32, message: &str) -> Reply {
    let value = json!({
        "code": code,
        "message": message,
        "more_info": format!("https://www.twilio.com/docs/errors/{code}"),
        "status": status,
    });
    Reply {
        status,
        body: Body::Json(value),
    }
}

pub(super) fn not_found(what: &str) -> Reply {
    error(
        404,
        20404,
        &format!("The requested resource {what} was not found"),
    )
}

/// The error of a planned failure.
pub(super) fn failure(status: u16) -> Reply {
    match status {
        429 => error(429, 20429, "Too Many Requests"),
        status if status >= 500 => error(status, 20500, "An internal server error has occurred"),
        status => error(status, 20001, "Refused on demand"),
    }
}
