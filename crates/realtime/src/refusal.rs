//! Why a request was not done, and the one place that says it in HTTP.

use actix_web::http::StatusCode;
use actix_web::http::header::{
    ALLOW, CACHE_CONTROL, RETRY_AFTER, SEC_WEBSOCKET_VERSION, UPGRADE, WWW_AUTHENTICATE,
};
use actix_web::{HttpResponse, ResponseError};
use serde_json::{Map, Value, json};
use switchboard_domain::{CallId, Rejected};
use switchboard_store::{StoreError, TransactError};
use thiserror::Error;
use tracing::{error, warn};

use crate::app::{Holder, Realtime};
use crate::body::Fault;

/// Why a request was not done. What it shows is public: causes are logged, not told.
#[derive(Debug, Error)]
pub(crate) enum Refusal {
    #[error("an API token is needed: Authorization: Bearer <realtime.api_token>")]
    Unauthorised,
    #[error("the demonstration answers requests to and from this machine only")]
    Elsewhere,
    #[error("pages of another origin may not open sockets")]
    ForeignPage,
    #[error("a ticket that was not used before is needed among the subprotocols: ticket.<ticket>")]
    NoTicket,
    #[error("this address is a websocket (RFC 6455, version 13)")]
    NoUpgrade,
    #[error("the handshake lacks {0}")]
    Handshake(&'static str),
    #[error("there are too many sockets; try again later")]
    Full,
    #[error("there is nothing at this address")]
    NoSuchAddress,
    #[error("this address takes {0} only")]
    WrongMethod(&'static str),
    #[error("the body must be application/json")]
    NotJson,
    #[error("the body is too large")]
    TooLarge,
    #[error("the body cannot be read: {0}")]
    Unreadable(String),
    #[error("{}", listed(.0))]
    Faults(Vec<Fault>),
    #[error("there is no such call")]
    NoSuchCall,
    #[error("the caller left no message, or it is deleted")]
    NoRecording,
    #[error("the carrier cannot be reached now; ask again")]
    CarrierAway,
    #[error("agents' browsers cannot register: twilio.api_key_sid and twilio.api_key_secret are not set")]
    NoVoice,
    #[error("there is no such agent")]
    NoSuchAgent,
    #[error("{}", taken_by(.0))]
    Taken(Holder),
    #[error("the call has ended")]
    Ended,
    #[error("the caller is not waiting for an agent")]
    NotWaiting,
    #[error("the agent has another call: {0}")]
    Engaged(CallId),
    #[error("the agent is not available")]
    Unavailable,
    #[error("the call is not this agent's")]
    NotYours,
    #[error("the agent already talks to the caller: hang up instead")]
    Talking,
    #[error("this request was done before, and the agent has lost the call since; ask again under a new key")]
    Lapsed,
    #[error("there is no queue of that name")]
    NoSuchQueue,
    #[error("there is no such job in this queue")]
    NoSuchJob,
    #[error("the job has not failed, or runs again already: nothing may run before its time")]
    NotFailed,
    #[error("the job runs; it can be dropped when it has failed")]
    JobRuns,
    #[error("there is no such override")]
    NoSuchOverride,
    #[error("the override is over already")]
    OverrideOver,
    #[error("this request was done before, and the override was withdrawn since; ask again under a new key")]
    OverrideLapsed,
    #[error("there are {0} overrides that are not over: withdraw some")]
    TooManyOverrides(usize),
    #[error("the system cannot answer now; ask again with the same Idempotency-Key")]
    Away,
    #[error(
        "a newer version of the system has this in hand; load the page anew, or ask again with the same Idempotency-Key"
    )]
    Newer,
    #[error("the system has a fault of its own; it was logged")]
    Broken,
}

impl Refusal {
    /// What came of a step, in the words for agents. What is not their business is logged here, once.
    pub(crate) fn of_step(failure: TransactError, call: &CallId, realtime: &Realtime) -> Self {
        match failure {
            TransactError::Rejected(rejected) => Self::of_rejected(rejected, call, realtime),
            TransactError::Store(failure) => Self::of_store(&failure),
        }
    }

    fn of_rejected(rejected: Rejected, call: &CallId, realtime: &Realtime) -> Self {
        match rejected {
            Rejected::NoSuchCall => Self::NoSuchCall,
            Rejected::NoSuchAgent => Self::NoSuchAgent,
            Rejected::Taken { by } => Self::Taken(realtime.holder(&by)),
            Rejected::Ended => Self::Ended,
            Rejected::NotWaiting => Self::NotWaiting,
            Rejected::Engaged { call } => Self::Engaged(call),
            Rejected::Unavailable => Self::Unavailable,
            Rejected::NotYours => Self::NotYours,
            // Only deadlines are told this, and no agent sets one off.
            Rejected::Early { until } => {
                error!(call.id = %call, until_ms = until.as_millis(), "an agent's command on call {call} was too early");
                Self::Broken
            }
        }
    }

    /// Redis' troubles.
    pub(crate) fn of_store(failure: &StoreError) -> Self {
        if failure.is_unreadable() {
            warn!(
                error = failure as &dyn std::error::Error,
                "an agent's request is left to newer processes: {failure}"
            );
            return Self::Newer;
        }
        error!(
            error = failure as &dyn std::error::Error,
            "an agent's request cannot be answered: {failure}"
        );
        if failure.is_unavailable() {
            Self::Away
        } else {
            Self::Broken
        }
    }

    /// The word that programs read.
    pub(crate) fn result(&self) -> &'static str {
        self.kind().1
    }

    /// Status, the word that programs read, and the title that is the same for all of its kind.
    fn kind(&self) -> (StatusCode, &'static str, &'static str) {
        match self {
            Self::Unauthorised => (StatusCode::UNAUTHORIZED, "unauthorised", "No valid token"),
            Self::Elsewhere => (StatusCode::FORBIDDEN, "elsewhere", "Not from this machine"),
            Self::ForeignPage => (StatusCode::FORBIDDEN, "elsewhere", "Not from another origin"),
            Self::NoTicket => (StatusCode::UNAUTHORIZED, "no_ticket", "No valid ticket"),
            Self::NoUpgrade => (StatusCode::UPGRADE_REQUIRED, "no_upgrade", "A websocket"),
            Self::Handshake(_) => (StatusCode::BAD_REQUEST, "handshake", "Not a good handshake"),
            Self::Full => (StatusCode::SERVICE_UNAVAILABLE, "full", "No room"),
            Self::NoSuchAddress => (StatusCode::NOT_FOUND, "no_such_address", "No such address"),
            Self::WrongMethod(_) => (StatusCode::METHOD_NOT_ALLOWED, "wrong_method", "Wrong method"),
            Self::NotJson => (StatusCode::UNSUPPORTED_MEDIA_TYPE, "not_json", "Not JSON"),
            Self::TooLarge => (StatusCode::PAYLOAD_TOO_LARGE, "too_large", "Too large"),
            Self::Unreadable(_) => (StatusCode::BAD_REQUEST, "unreadable", "Unreadable body"),
            Self::Faults(_) => (StatusCode::BAD_REQUEST, "faults", "Faults in the request"),
            Self::NoSuchCall => (StatusCode::NOT_FOUND, "no_such_call", "No such call"),
            Self::NoRecording => (StatusCode::NOT_FOUND, "no_recording", "No message"),
            Self::CarrierAway => (StatusCode::BAD_GATEWAY, "carrier_away", "Not now"),
            Self::NoVoice => (StatusCode::NOT_FOUND, "no_voice", "No calls in the browser"),
            Self::NoSuchAgent => (StatusCode::NOT_FOUND, "no_such_agent", "No such agent"),
            Self::Taken(_) => (StatusCode::CONFLICT, "taken", "Somebody was faster"),
            Self::Ended => (StatusCode::GONE, "ended", "The call has ended"),
            Self::NotWaiting => (StatusCode::CONFLICT, "not_waiting", "Not waiting"),
            Self::Engaged(_) => (StatusCode::CONFLICT, "engaged", "On another call"),
            Self::Unavailable => (StatusCode::CONFLICT, "unavailable", "Not available"),
            Self::NotYours => (StatusCode::CONFLICT, "not_yours", "Somebody else's call"),
            Self::Talking => (StatusCode::CONFLICT, "talking", "Already talking"),
            Self::Lapsed => (StatusCode::CONFLICT, "lapsed", "Lost since"),
            Self::NoSuchQueue => (StatusCode::NOT_FOUND, "no_such_queue", "No such queue"),
            Self::NoSuchJob => (StatusCode::NOT_FOUND, "no_such_job", "No such job"),
            Self::NotFailed => (StatusCode::CONFLICT, "not_failed", "Has not failed"),
            Self::JobRuns => (StatusCode::CONFLICT, "runs", "Runs"),
            Self::NoSuchOverride => (StatusCode::NOT_FOUND, "no_such_override", "No such override"),
            Self::OverrideOver => (StatusCode::CONFLICT, "over", "Over already"),
            Self::OverrideLapsed => (StatusCode::CONFLICT, "lapsed", "Withdrawn since"),
            Self::TooManyOverrides(_) => (StatusCode::CONFLICT, "too_many", "Too many overrides"),
            Self::Away => (StatusCode::SERVICE_UNAVAILABLE, "away", "Not now"),
            Self::Newer => (
                StatusCode::SERVICE_UNAVAILABLE,
                "newer_version",
                "In the hands of a newer version",
            ),
            Self::Broken => (StatusCode::INTERNAL_SERVER_ERROR, "broken", "Our fault"),
        }
    }

    /// What only this kind tells.
    fn more(&self) -> Option<(&'static str, Value)> {
        match self {
            Self::Taken(by) => Some(("by", json!(by))),
            Self::Engaged(call) => Some(("callId", json!(call))),
            Self::Faults(faults) => Some(("faults", json!(faults))),
            Self::Unauthorised
            | Self::Elsewhere
            | Self::ForeignPage
            | Self::NoTicket
            | Self::NoUpgrade
            | Self::Handshake(_)
            | Self::Full
            | Self::NoSuchAddress
            | Self::WrongMethod(_)
            | Self::NotJson
            | Self::TooLarge
            | Self::Unreadable(_)
            | Self::NoSuchCall
            | Self::NoRecording
            | Self::CarrierAway
            | Self::NoVoice
            | Self::NoSuchAgent
            | Self::Ended
            | Self::NotWaiting
            | Self::Unavailable
            | Self::NotYours
            | Self::Talking
            | Self::Lapsed
            | Self::NoSuchQueue
            | Self::NoSuchJob
            | Self::NotFailed
            | Self::JobRuns
            | Self::NoSuchOverride
            | Self::OverrideOver
            | Self::OverrideLapsed
            | Self::TooManyOverrides(_)
            | Self::Away
            | Self::Newer
            | Self::Broken => None,
        }
    }
}

impl ResponseError for Refusal {
    fn status_code(&self) -> StatusCode {
        self.kind().0
    }

    fn error_response(&self) -> HttpResponse {
        let (status, result, title) = self.kind();
        let mut body = Map::new();
        body.insert(
            "type".to_owned(),
            json!(format!("urn:switchboard:problem:{result}")),
        );
        body.insert("title".to_owned(), json!(title));
        body.insert("status".to_owned(), json!(status.as_u16()));
        body.insert("detail".to_owned(), json!(self.to_string()));
        body.insert("result".to_owned(), json!(result));
        body.extend(self.more().map(|(name, value)| (name.to_owned(), value)));
        let mut response = HttpResponse::build(status);
        response.insert_header((CACHE_CONTROL, "no-store"));
        if let Self::WrongMethod(allowed) = self {
            response.insert_header((ALLOW, *allowed));
        }
        if matches!(self, Self::Unauthorised) {
            response.insert_header((WWW_AUTHENTICATE, "Bearer"));
        }
        if matches!(self, Self::NoUpgrade) {
            response.insert_header((UPGRADE, "websocket"));
            response.insert_header((SEC_WEBSOCKET_VERSION, "13"));
        }
        if matches!(self, Self::Away | Self::Newer | Self::Full) {
            response.insert_header((RETRY_AFTER, "1"));
        }
        response
            .content_type("application/problem+json")
            .body(Value::Object(body).to_string())
    }
}

fn taken_by(holder: &Holder) -> String {
    match holder {
        Holder::Agent { agent_id: _, name } => format!("{name} has taken the call"),
        Holder::Office { office } => format!("the call was answered in the office: {office}"),
    }
}

fn listed(faults: &[Fault]) -> String {
    let lines: Vec<_> = faults
        .iter()
        .map(|fault| format!("{}: {}", fault.field, fault.problem))
        .collect();
    lines.join("; ")
}
