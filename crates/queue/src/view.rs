//! Single jobs, for people.

use redis::{FromRedisValue, ParsingError, Value, from_redis_value};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use crate::envelope::Envelope;
use crate::letter::DeadJob;
use crate::priority::Priority;
use crate::trace;

/// Where a job is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum JobState {
    /// It may run now.
    Ready,
    /// It may run later.
    Due,
    /// A worker holds it.
    Running,
    /// It was given up.
    Dead,
}

/// One job.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct JobView {
    /// Its id within the queue.
    pub id: String,
    /// Where it is.
    pub state: JobState,
    /// Its name; none if its envelope cannot be read.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Whether it goes before others.
    pub priority: Priority,
    /// Attempts so far, a running one included.
    pub attempts: u32,
    /// Attempts that it has in all.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub attempts_limit: Option<u32>,
    /// When it was pushed, virtual ms.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pushed_at_ms: Option<i64>,
    /// When it runs, if it waits for that, virtual ms.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub due_ms: Option<i64>,
    /// When it is taken away from its worker unless that gives a sign of life, *real* ms.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub lease_until_ms: Option<i64>,
    /// When it was given up, virtual ms.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub died_at_ms: Option<i64>,
    /// Why it failed the last time.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_error: Option<String>,
    /// The trace that it belongs to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub trace_id: Option<String>,
    /// What it was pushed with.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub payload: Option<Box<RawValue>>,
}

/// A job that ended well, of the list of recent ones.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Finished {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// In which attempt.
    pub attempt: u32,
    /// How long that ran.
    pub run_ms: u64,
    /// When it ended, virtual ms.
    pub at_ms: i64,
    /// The trace that it belonged to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub trace_id: Option<String>,
}

/// As `ack.lua` and the acker write it.
#[derive(Deserialize)]
struct Note {
    id: String,
    name: String,
    attempt: u32,
    run_ms: u64,
    at_ms: i64,
    traceparent: Option<String>,
}

impl Finished {
    pub(crate) fn parse(note: &[u8]) -> Option<Self> {
        let Note {
            id,
            name,
            attempt,
            run_ms,
            at_ms,
            traceparent,
        } = serde_json::from_slice(note).ok()?;
        Some(Self {
            id,
            name,
            attempt,
            run_ms,
            at_ms,
            trace_id: traceparent.as_deref().and_then(trace::id).map(str::to_owned),
        })
    }
}

/// The answer of `show.lua`.
pub(crate) struct Shown(pub(crate) Vec<JobView>);

impl FromRedisValue for Shown {
    fn from_redis_value(value: Value) -> Result<Self, ParsingError> {
        let rows = Vec::<Value>::from_redis_value(value)?.into_iter().skip(1);
        rows.map(view).collect::<Result<_, _>>().map(Self)
    }
}

type Row = (Vec<u8>, String, Vec<u8>, Vec<u8>, u32, u32, String, Vec<u8>);

fn view(row: Value) -> Result<JobView, ParsingError> {
    let (id, state, envelope, letter, deliveries, handbacks, score, why): Row = from_redis_value(row)?;
    let id = String::from_utf8_lossy(&id).into_owned();
    // A sorted set tells its scores as decimals; ours are whole milliseconds.
    let score = score.split('.').next().and_then(|whole| whole.parse().ok());
    let mut view = JobView {
        id,
        state: JobState::Ready,
        name: None,
        priority: Priority::Normal,
        attempts: deliveries.saturating_sub(handbacks),
        attempts_limit: None,
        pushed_at_ms: None,
        due_ms: None,
        lease_until_ms: None,
        died_at_ms: None,
        last_error: (!why.is_empty()).then(|| String::from_utf8_lossy(&why).into_owned()),
        trace_id: None,
        payload: None,
    };
    let mut envelope = String::from_utf8_lossy(&envelope).into_owned();
    match state.as_str() {
        "due" => (view.state, view.due_ms) = (JobState::Due, score),
        "lease" => (view.state, view.lease_until_ms) = (JobState::Running, score),
        "dead" => {
            let dead = DeadJob::parse(view.id.clone(), &letter);
            (view.state, view.died_at_ms) = (JobState::Dead, score);
            (view.attempts, view.last_error) = (dead.attempts, Some(dead.reason));
            envelope = dead.envelope;
        }
        _ => {}
    }
    if let Ok(envelope) = serde_json::from_str::<Envelope>(&envelope) {
        view.priority = envelope.priority();
        view.trace_id = envelope
            .traceparent
            .as_deref()
            .and_then(trace::id)
            .map(str::to_owned);
        view.attempts_limit = Some(envelope.attempts);
        view.pushed_at_ms = Some(envelope.pushed_at_ms);
        view.name = Some(envelope.name);
        view.payload = Some(envelope.payload);
    }
    Ok(view)
}
