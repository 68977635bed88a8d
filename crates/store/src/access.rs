//! Who may act as an agent, and who no longer.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use switchboard_contracts::convert::{agent_event, agent_removed_event};
use switchboard_domain::{Access, Agent, AgentId, Presence, Timestamp};

use crate::record::{Put, stored, write};
use crate::{Kept, Store, StoreError, keys};

/// Why somebody may not act.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Exclusion {
    /// For now, or altogether.
    pub access: Access,
    /// Who said so.
    pub by: ExcludedBy,
    /// When, by the deployment's clock.
    pub at: Timestamp,
}

/// Who says who may act.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ExcludedBy {
    /// A person, by a command. It stands until a person takes it back.
    Command,
    /// The list of agents in the settings, by leaving them out. It stands until a list names them again.
    Settings,
}

impl Store {
    /// Lets an agent act, or no longer; `make` gives the agent to begin with where none is known. Their last presence
    /// goes with their access: whoever comes back says anew that they are there. What they are engaged by is the
    /// calls' business and stays. Answers what there was before and the agent as they are now.
    ///
    /// # Errors
    /// When Redis does not answer.
    pub async fn set_access(
        &self,
        id: &AgentId,
        access: Access,
        by: ExcludedBy,
        make: impl Fn() -> Option<Agent>,
    ) -> Result<(Access, Option<Agent>), StoreError> {
        let deadline = self.deadline();
        let mut row = self.agent_row(id, deadline).await?;
        loop {
            let (version, data, out) = row;
            let known = read_agent(id, &data, &out)?;
            let before = read_access(&out);
            let now = match self.anchor().now() {
                Some(now) => now,
                None => self.clock().await?.now,
            };
            let agent = known.clone().or_else(&make).map(|agent| Agent {
                presence: match (access, before) {
                    // Somebody new, as they begin.
                    (Access::Active, _) if known.is_none() => agent.presence,
                    (Access::Active, Access::Active) => agent.presence,
                    (Access::Active, Access::Disabled | Access::Removed)
                    | (Access::Disabled | Access::Removed, _) => Presence::Offline,
                },
                access,
                ..agent
            });
            if before == access && (known.is_some() || agent.is_none()) {
                return Ok((before, known));
            }
            let event = match (&agent, access, before) {
                (Some(agent), Access::Active, _) => write("an event", &agent_event(agent, now))?,
                (Some(agent), Access::Disabled | Access::Removed, Access::Active) => {
                    write("an event", &agent_removed_event(agent, now))?
                }
                (Some(_), Access::Disabled | Access::Removed, Access::Disabled | Access::Removed)
                | (None, _, _) => String::new(),
            };
            // Of whom was removed nothing is kept but that they were, and what a call still says of them.
            let kept = agent
                .as_ref()
                .filter(|agent| access != Access::Removed || agent.engaged.is_some());
            let exclusion = (access != Access::Active).then_some(Exclusion { access, by, at: now });
            let mut invocation = self.scripts().put_access.arg(self.prefix());
            invocation
                .arg(id.as_str())
                .arg(version)
                .arg(
                    kept.map(|agent| write("an agent", agent))
                        .transpose()?
                        .unwrap_or_default(),
                )
                .arg(event)
                .arg(self.config().stream_cap)
                .arg(
                    exclusion
                        .map(|exclusion| write("an exclusion", &exclusion))
                        .transpose()?
                        .unwrap_or_default(),
                );
            row = match self.invoke(&invocation, deadline).await {
                Ok(Put::Done | Put::Elsewhere) => return Ok((before, agent)),
                Ok(Put::Again(newer)) => newer,
                Err(error) if error.is_passing() => self.agent_row(id, deadline).await?,
                Err(error) => return Err(error),
            };
        }
    }

    /// Everybody who may not act, and why.
    ///
    /// # Errors
    /// When Redis does not answer.
    pub async fn exclusions(&self) -> Result<BTreeMap<AgentId, Exclusion>, StoreError> {
        let mut all = redis::cmd("HGETALL");
        all.arg(keys::agents_out(self.prefix()));
        let found: BTreeMap<String, String> = self.read(&all, self.deadline()).await?;
        let read = |(id, json): (String, String)| Some((AgentId::new(&id).ok()?, read_exclusion(&json)?));
        Ok(found.into_iter().filter_map(read).collect())
    }

    /// The ids of all agents who may act.
    ///
    /// # Errors
    /// When Redis does not answer.
    pub async fn agent_ids(&self) -> Result<Vec<AgentId>, StoreError> {
        let mut all = redis::cmd("SMEMBERS");
        all.arg(keys::agents(self.prefix()));
        let found: Vec<String> = self.read(&all, self.deadline()).await?;
        Ok(found.iter().filter_map(|id| AgentId::new(id).ok()).collect())
    }
}

/// An agent with what is known of their access.
pub(crate) fn read_agent(id: &AgentId, data: &str, out: &str) -> Result<Option<Agent>, StoreError> {
    Ok(with_access(stored(Kept::Agent, id.as_str(), data)?, out))
}

pub(crate) fn with_access(agent: Option<Agent>, out: &str) -> Option<Agent> {
    let access = read_access(out);
    agent.map(|agent| Agent { access, ..agent })
}

/// Empty text: they may act.
pub(crate) fn read_access(out: &str) -> Access {
    read_exclusion(out).map_or(Access::Active, |exclusion| exclusion.access)
}

/// A reason that a newer build gave is a reason all the same.
fn read_exclusion(out: &str) -> Option<Exclusion> {
    (!out.is_empty()).then(|| {
        serde_json::from_str(out).unwrap_or(Exclusion {
            access: Access::Disabled,
            by: ExcludedBy::Command,
            at: Timestamp::from_millis(0),
        })
    })
}

#[cfg(test)]
mod tests {
    use switchboard_domain::{Access, Timestamp};

    use super::{ExcludedBy, Exclusion, read_access, read_exclusion};

    #[test]
    fn what_is_written_is_read_for_ever() {
        let disabled = r#"{"access":"disabled","by":"command","at":1792310420000}"#;
        let removed = r#"{"access":"removed","by":"settings","at":1792310420000}"#;
        let at = Timestamp::from_millis(1_792_310_420_000);
        for (json, access, by) in [
            (disabled, Access::Disabled, ExcludedBy::Command),
            (removed, Access::Removed, ExcludedBy::Settings),
        ] {
            let exclusion = Exclusion { access, by, at };
            assert_eq!(serde_json::to_string(&exclusion).unwrap(), json);
            assert_eq!(read_exclusion(json), Some(exclusion));
        }
    }

    #[test]
    fn a_reason_that_cannot_be_read_lets_nobody_act() {
        assert_eq!(read_access(""), Access::Active);
        assert_eq!(read_access("{\"access\":\"on_holiday\"}"), Access::Disabled);
        assert_eq!(read_access("?"), Access::Disabled);
    }
}
