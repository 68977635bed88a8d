//! Reading what a request says, with every fault named at once.

use actix_web::HttpRequest;
use actix_web::http::header::CONTENT_TYPE;
use actix_web::web::Bytes;
use serde::Serialize;
use serde_json::{Map, Value};
use switchboard_domain::{AgentId, LegId, Presence};

use crate::refusal::Refusal;

/// A line on a screen, not a letter.
const MAX_REASON: usize = 200;

/// One fault of a request.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct Fault {
    /// The field of the body, or the header.
    pub(crate) field: String,
    /// What it should be.
    pub(crate) problem: String,
}

/// The fields of a JSON object, taken one after the other. What is left at the end is refused: a misspelt
/// optional field must not be ignored.
pub(crate) struct Fields {
    left: Map<String, Value>,
    faults: Vec<Fault>,
}

impl Fields {
    /// Reads the body of a request.
    pub(crate) fn read(
        request: &HttpRequest,
        body: Result<Bytes, actix_web::Error>,
    ) -> Result<Self, Refusal> {
        // Nothing but JSON: a page from elsewhere can send forms and plain text without asking the browser.
        let kind = request
            .headers()
            .get(CONTENT_TYPE)
            .and_then(|kind| kind.to_str().ok())
            .unwrap_or_default();
        let kind = kind.split(';').next().unwrap_or_default().trim();
        if !kind.eq_ignore_ascii_case("application/json") {
            return Err(Refusal::NotJson);
        }
        let body = body.map_err(|error| match error.as_response_error().status_code().as_u16() {
            413 => Refusal::TooLarge,
            _ => Refusal::Unreadable("the body did not arrive whole".to_owned()),
        })?;
        match serde_json::from_slice(&body) {
            Ok(Value::Object(left)) => Ok(Self {
                left,
                faults: Vec::new(),
            }),
            Ok(_) => Err(Refusal::Unreadable("expected a JSON object".to_owned())),
            Err(error) => Err(Refusal::Unreadable(error.to_string())),
        }
    }

    /// `agentId`.
    pub(crate) fn agent(&mut self) -> Option<AgentId> {
        self.required("agentId", |value| match value.as_str().map(AgentId::new) {
            Some(id) => id.map_err(|error| error.to_string()),
            None => Err("expected a text".to_owned()),
        })
    }

    /// `claim`, which may be missing.
    pub(crate) fn claim(&mut self) -> Option<u32> {
        let number = |value: &Value| value.as_u64().and_then(|number| u32::try_from(number).ok());
        let read = |value: Value| {
            number(&value)
                .filter(|number| *number > 0)
                .ok_or_else(|| "expected a whole number from 1".to_owned())
        };
        self.optional("claim", read)
    }

    /// `leg`, which may be missing.
    pub(crate) fn leg(&mut self) -> Option<LegId> {
        self.optional("leg", |value| match value.as_str().map(LegId::new) {
            Some(id) => id.map_err(|error| error.to_string()),
            None => Err("expected a text".to_owned()),
        })
    }

    /// `presence`.
    pub(crate) fn presence(&mut self) -> Option<Presence> {
        self.required("presence", |value| match value.as_str() {
            Some("available") => Ok(Presence::Available),
            Some("away") => Ok(Presence::Away),
            Some("offline") => Ok(Presence::Offline),
            Some(_) | None => Err("expected available, away or offline".to_owned()),
        })
    }

    /// `open`.
    pub(crate) fn open(&mut self) -> Option<bool> {
        self.required("open", |value| {
            value
                .as_bool()
                .ok_or_else(|| "expected true to open or false to close".to_owned())
        })
    }

    /// `reason`, for colleagues to read.
    pub(crate) fn reason(&mut self) -> Option<String> {
        self.required("reason", |value| {
            let reason = value.as_str().map(str::trim).unwrap_or_default();
            let fits = (1..=MAX_REASON).contains(&reason.chars().count());
            if fits && !reason.chars().any(char::is_control) {
                Ok(reason.to_owned())
            } else {
                Err(format!("expected a line of 1 to {MAX_REASON} characters"))
            }
        })
    }

    /// A text that may be missing.
    pub(crate) fn text(&mut self, field: &str) -> Option<String> {
        self.optional(field, |value| match value {
            Value::String(text) => Ok(text),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::Array(_) | Value::Object(_) => {
                Err("expected a text".to_owned())
            }
        })
    }

    /// Refuses what is wrong or left over.
    pub(crate) fn finish(mut self) -> Result<(), Refusal> {
        for field in self.left.keys() {
            self.faults.push(Fault {
                field: shown(field),
                problem: "there is no such field".to_owned(),
            });
        }
        if self.faults.is_empty() {
            Ok(())
        } else {
            Err(Refusal::Faults(self.faults))
        }
    }

    fn required<T>(&mut self, field: &str, read: impl Fn(Value) -> Result<T, String>) -> Option<T> {
        if !self.left.contains_key(field) {
            self.faults.push(Fault {
                field: field.to_owned(),
                problem: "is missing".to_owned(),
            });
        }
        self.optional(field, read)
    }

    fn optional<T>(&mut self, field: &str, read: impl Fn(Value) -> Result<T, String>) -> Option<T> {
        match read(self.left.remove(field)?) {
            Ok(value) => Some(value),
            Err(problem) => {
                self.faults.push(Fault {
                    field: field.to_owned(),
                    problem,
                });
                None
            }
        }
    }
}

/// Enough of a foreign name to find it.
fn shown(field: &str) -> String {
    field.chars().take(64).collect()
}
