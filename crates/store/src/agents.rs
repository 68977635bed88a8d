//! Agents: made known at start, and changed by themselves.

use switchboard_contracts::convert::agent_event;
use switchboard_domain::{Agent, AgentId};

use crate::record::parse;
use crate::{Store, StoreError, keys};

impl Store {
    /// Changes an agent, or makes one known: `change` gets what is there and answers what is to be; `None` leaves
    /// it alone. Asked again when a call changed the agent meanwhile.
    ///
    /// # Errors
    /// When Redis does not answer.
    pub async fn update_agent(
        &self,
        id: &AgentId,
        change: impl Fn(Option<Agent>) -> Option<Agent>,
    ) -> Result<Option<Agent>, StoreError> {
        let mut read = redis::cmd("HMGET");
        read.arg(keys::agent(self.prefix(), id))
            .arg("version")
            .arg("data");
        let (version, data): (Option<u64>, Option<String>) = self.read(&read).await?;
        let mut version = version.unwrap_or(0);
        let mut known: Option<Agent> = parse("an agent", &data.unwrap_or_default())?;
        loop {
            let Some(agent) = change(known.clone()) else {
                return Ok(known);
            };
            if Some(&agent) == known.as_ref() {
                return Ok(known);
            }
            let now = self.now().await?;
            let json = |value: &Agent| {
                serde_json::to_string(value).map_err(|source| StoreError::Corrupt {
                    what: "an agent".to_owned(),
                    source,
                })
            };
            let event = agent_event(&agent, now);
            let event = serde_json::to_string(&event).map_err(|source| StoreError::Corrupt {
                what: "an event".to_owned(),
                source,
            })?;
            let mut invocation = self.scripts().put_agent.arg(self.prefix());
            invocation
                .arg(id.as_str())
                .arg(version)
                .arg(json(&agent)?)
                .arg(event)
                .arg(self.config().stream_cap);
            let answer: Vec<redis::Value> = self.invoke(&invocation).await?;
            match read_answer(answer) {
                Some(Put::Done) => return Ok(Some(agent)),
                Some(Put::Conflict(newer, data)) => {
                    version = newer;
                    known = parse("an agent", &data)?;
                }
                Some(Put::Foreign(what)) => return Err(StoreError::Foreign { what }),
                None => {
                    return Err(StoreError::Foreign {
                        what: "the answer for an agent".to_owned(),
                    });
                }
            }
        }
    }

    /// The deployment's time, without a round trip once Redis has answered anything.
    pub(crate) async fn now(&self) -> Result<switchboard_domain::Timestamp, StoreError> {
        match self.anchor().now() {
            Some(now) => Ok(now),
            None => self.clock().await.map(|reading| reading.now),
        }
    }
}

enum Put {
    Done,
    Conflict(u64, String),
    Foreign(String),
}

fn read_answer(mut answer: Vec<redis::Value>) -> Option<Put> {
    let rest = answer.split_off(1.min(answer.len()));
    let what: String = redis::from_redis_value(answer.pop()?).ok()?;
    let rest = redis::Value::Array(rest);
    match what.as_str() {
        "ok" => Some(Put::Done),
        "conflict" => redis::from_redis_value(rest)
            .ok()
            .map(|(version, data)| Put::Conflict(version, data)),
        "error" => redis::from_redis_value(rest)
            .ok()
            .map(|(what,): (String,)| Put::Foreign(what)),
        _ => None,
    }
}
