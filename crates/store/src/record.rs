//! What the scripts answer, read into calls and agents.

use redis::{FromRedisValue, ParsingError, Value, from_redis_value};
use switchboard_domain::{Agent, AgentId, Call, CallId, Timestamp};

use crate::rewrite::rewritten;
use crate::{Kept, StoreError, TurnedAway};

/// A call and the agent concerned, as they are in Redis.
#[derive(Debug, Clone)]
pub(crate) struct Loaded {
    pub(crate) now: Timestamp,
    pub(crate) version: u64,
    pub(crate) call: Option<Call>,
    /// It as it is kept, which may be more than is known here.
    pub(crate) call_text: String,
    pub(crate) events: u32,
    pub(crate) agent_id: Option<AgentId>,
    pub(crate) agent_version: u64,
    pub(crate) agent: Option<Agent>,
    pub(crate) agent_text: String,
    /// How many calls wait before it, if it waits.
    pub(crate) rank: Option<u64>,
    /// The commit that was asked after went through.
    pub(crate) made: bool,
}

type Row = (i64, u64, String, u32, String, u64, String, i64, bool);

impl Loaded {
    /// Nothing there, as a first webhook expects it.
    pub(crate) fn nothing(now: Timestamp) -> Self {
        Self {
            now,
            version: 0,
            call: None,
            call_text: String::new(),
            events: 0,
            agent_id: None,
            agent_version: 0,
            agent: None,
            agent_text: String::new(),
            rank: None,
            made: false,
        }
    }

    pub(crate) fn read(id: &CallId, row: Row) -> Result<Self, StoreError> {
        let (now, version, call, events, agent_id, agent_version, agent, rank, made) = row;
        Ok(Self {
            now: Timestamp::from_millis(now),
            version,
            call: stored(Kept::Call, id.as_str(), &call)?,
            call_text: call,
            events,
            agent: stored(Kept::Agent, &agent_id, &agent)?,
            agent_text: agent,
            agent_id: AgentId::new(&agent_id).ok(),
            agent_version,
            rank: u64::try_from(rank).ok(),
            made,
        })
    }
}

/// What the commit script answers.
pub(crate) enum Answer {
    Committed(Timestamp),
    Again(Row),
    TurnedAway(TurnedAway),
}

impl FromRedisValue for Answer {
    fn from_redis_value(value: Value) -> Result<Self, ParsingError> {
        let (what, rest) = tagged(value)?;
        match what.as_str() {
            "ok" => {
                let (now,): (i64,) = from_redis_value(rest)?;
                Ok(Self::Committed(Timestamp::from_millis(now)))
            }
            "again" => Ok(Self::Again(from_redis_value(rest)?)),
            "over" => Ok(Self::TurnedAway(TurnedAway::Over)),
            "limit" => Ok(Self::TurnedAway(TurnedAway::TooMany)),
            other => Err(format!("unknown answer {other:?} from the commit script").into()),
        }
    }
}

/// What the script that writes an agent answers.
pub(crate) enum Put {
    Done,
    Again(u64, String),
}

impl FromRedisValue for Put {
    fn from_redis_value(value: Value) -> Result<Self, ParsingError> {
        let (what, rest) = tagged(value)?;
        match what.as_str() {
            "ok" => Ok(Self::Done),
            "again" => from_redis_value(rest).map(|(version, data)| Self::Again(version, data)),
            other => Err(format!("unknown answer {other:?} for an agent").into()),
        }
    }
}

/// A script's answer that begins with a word.
pub(crate) fn tagged(value: Value) -> Result<(String, Value), ParsingError> {
    let Value::Array(mut parts) = value else {
        return Err("expected an array from a script".into());
    };
    let rest = parts.split_off(1.min(parts.len()));
    let what = from_redis_value(parts.pop().unwrap_or(Value::Nil))?;
    Ok((what, Value::Array(rest)))
}

/// Reads stored JSON; empty text is nothing stored.
pub(crate) fn parse<T: serde::de::DeserializeOwned>(what: &str, json: &str) -> Result<Option<T>, StoreError> {
    if json.is_empty() {
        return Ok(None);
    }
    serde_json::from_str(json)
        .map(Some)
        .map_err(|source| corrupt(what, source))
}

/// Reads a stored call or agent. What is good JSON of another shape was written by a newer version, and what is no JSON
/// was broken by somebody.
pub(crate) fn stored<T: serde::de::DeserializeOwned>(
    kept: Kept,
    id: &str,
    json: &str,
) -> Result<Option<T>, StoreError> {
    if json.is_empty() {
        return Ok(None);
    }
    serde_json::from_str(json).map(Some).map_err(|source| {
        if source.is_data() {
            let id = id.to_owned();
            StoreError::Unreadable { kept, id, source }
        } else {
            corrupt(&format!("{kept} {id}"), source)
        }
    })
}

/// Writes a call or an agent in place of what is kept of it.
pub(crate) fn rewrite<T>(kept: Kept, text: &str, before: Option<&T>, after: &T) -> Result<String, StoreError>
where
    T: serde::Serialize + serde::de::DeserializeOwned + PartialEq,
{
    rewritten(text, before, after).map_err(|source| corrupt(&format!("a {kept}"), source))
}

/// Writes JSON to be stored.
pub(crate) fn write<T: serde::Serialize>(what: &str, value: &T) -> Result<String, StoreError> {
    serde_json::to_string(value).map_err(|source| corrupt(what, source))
}

fn corrupt(what: &str, source: serde_json::Error) -> StoreError {
    StoreError::Corrupt {
        what: what.to_owned(),
        source,
    }
}
