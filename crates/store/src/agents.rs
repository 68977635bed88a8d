//! Agents: made known at start, and changed by themselves.

use switchboard_contracts::convert::agent_event;
use switchboard_domain::{Agent, AgentId};
use tokio::time::Instant;

use crate::record::{Put, rewrite, stored, write};
use crate::{Kept, Store, StoreError, keys};

impl Store {
    /// Changes an agent, or makes one known: `change` gets what is there and answers what is to be; `None` leaves
    /// it alone. Asked again when a call changed the agent meanwhile, or an answer was lost.
    ///
    /// Which call engages the agent is the calls' business: whatever `change` says of it is ignored.
    ///
    /// # Errors
    /// When Redis does not answer, or with an agent whom only newer versions can read.
    pub async fn update_agent(
        &self,
        id: &AgentId,
        change: impl Fn(Option<Agent>) -> Option<Agent>,
    ) -> Result<Option<Agent>, StoreError> {
        let deadline = self.deadline();
        let (mut version, mut text, mut known) = self.agent(id, deadline).await?;
        loop {
            let Some(changed) = change(known.clone()) else {
                return Ok(known);
            };
            let agent = Agent {
                id: id.clone(),
                engaged: known.as_ref().and_then(|agent| agent.engaged.clone()),
                ..changed
            };
            if Some(&agent) == known.as_ref() {
                return Ok(known);
            }
            let data = rewrite(Kept::Agent, &text, known.as_ref(), &agent)?;
            match self.put_agent(version, &agent, &data, deadline).await {
                Ok(Put::Done) => return Ok(Some(agent)),
                Ok(Put::Again(newer, data)) => {
                    version = newer;
                    known = stored(Kept::Agent, id.as_str(), &data)?;
                    text = data;
                }
                Err(error) if error.is_passing() => {
                    (version, text, known) = self.agent(id, deadline).await?;
                }
                Err(error) => return Err(error),
            }
        }
    }

    async fn agent(
        &self,
        id: &AgentId,
        deadline: Instant,
    ) -> Result<(u64, String, Option<Agent>), StoreError> {
        let mut read = redis::cmd("HMGET");
        read.arg(keys::agent(self.prefix(), id))
            .arg("version")
            .arg("data");
        let (version, data): (Option<u64>, Option<String>) = self.read(&read, deadline).await?;
        let text = data.unwrap_or_default();
        let agent = stored(Kept::Agent, id.as_str(), &text)?;
        Ok((version.unwrap_or(0), text, agent))
    }

    async fn put_agent(
        &self,
        version: u64,
        agent: &Agent,
        data: &str,
        deadline: Instant,
    ) -> Result<Put, StoreError> {
        let now = match self.anchor().now() {
            Some(now) => now,
            None => self.clock().await?.now,
        };
        let mut invocation = self.scripts().put_agent.arg(self.prefix());
        invocation
            .arg(agent.id.as_str())
            .arg(version)
            .arg(data)
            .arg(write("an event", &agent_event(agent, now))?)
            .arg(self.config().stream_cap);
        self.invoke(&invocation, deadline).await
    }
}
