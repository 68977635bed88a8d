//! What the scripts answer, read into calls and agents.

use redis::{FromRedisValue, ParsingError, Value};
use switchboard_domain::{Agent, AgentId, Call, Timestamp};

use crate::StoreError;

/// A call and the agent concerned, as they are in Redis.
#[derive(Debug, Clone)]
pub(crate) struct Loaded {
    pub(crate) now: Timestamp,
    pub(crate) version: u64,
    pub(crate) call: Option<Call>,
    pub(crate) events: u32,
    pub(crate) agent_id: Option<AgentId>,
    pub(crate) agent_version: u64,
    pub(crate) agent: Option<Agent>,
    pub(crate) rank: Option<u64>,
}

type Row = (i64, u64, String, u32, String, u64, String, i64);

impl Loaded {
    /// Nothing there, as a first webhook expects it.
    pub(crate) fn nothing(now: Timestamp) -> Self {
        Self {
            now,
            version: 0,
            call: None,
            events: 0,
            agent_id: None,
            agent_version: 0,
            agent: None,
            rank: None,
        }
    }

    pub(crate) fn read(row: Row) -> Result<Self, StoreError> {
        let (now, version, call, events, agent_id, agent_version, agent, rank) = row;
        Ok(Self {
            now: Timestamp::from_millis(now),
            version,
            call: parse("a call", &call)?,
            events,
            agent: parse("an agent", &agent)?,
            agent_id: AgentId::new(&agent_id).ok(),
            agent_version,
            rank: u64::try_from(rank).ok(),
        })
    }
}

/// What the commit script answers.
pub(crate) enum Answer {
    Committed { now: Timestamp },
    Repeated(Row),
    Again(Row),
    Foreign(String),
}

impl FromRedisValue for Answer {
    fn from_redis_value(value: Value) -> Result<Self, ParsingError> {
        let Value::Array(mut parts) = value else {
            return Err("expected an array from the commit script".into());
        };
        let rest = parts.split_off(1.min(parts.len()));
        let what: String = redis::from_redis_value(parts.pop().unwrap_or(Value::Nil))?;
        let rest = Value::Array(rest);
        match what.as_str() {
            "ok" => {
                let (now, _version, _offset): (i64, u64, u64) = redis::from_redis_value(rest)?;
                Ok(Self::Committed {
                    now: Timestamp::from_millis(now),
                })
            }
            "repeated" => Ok(Self::Repeated(redis::from_redis_value(rest)?)),
            "conflict" | "clock" => Ok(Self::Again(redis::from_redis_value(rest)?)),
            "error" => {
                let (what,): (String,) = redis::from_redis_value(rest)?;
                Ok(Self::Foreign(what))
            }
            other => Err(format!("unknown answer {other:?} from the commit script").into()),
        }
    }
}

/// Reads stored JSON; empty text is nothing stored.
pub(crate) fn parse<T: serde::de::DeserializeOwned>(what: &str, json: &str) -> Result<Option<T>, StoreError> {
    if json.is_empty() {
        return Ok(None);
    }
    serde_json::from_str(json)
        .map(Some)
        .map_err(|source| StoreError::Corrupt {
            what: what.to_owned(),
            source,
        })
}
