//! Agents: made known at start, and changed by themselves.

use std::collections::BTreeMap;

use switchboard_contracts::convert;
use switchboard_domain::{Access, Agent, AgentId, AnswersOn, Connection};
use tokio::time::Instant;

use crate::access::{read_access, read_agent};
use crate::record::{AgentRow, Put, parse, rewrite, write};
use crate::{Kept, Store, StoreError, keys};

/// What came of giving up an agent whose screen is gone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum GivenUp {
    /// Nobody is signed in as them.
    Lost,
    /// Another process has their screen.
    Elsewhere,
    /// They talk on a telephone, or are no agent any more.
    Untracked,
}

impl Store {
    /// Changes an agent, or makes one known: `change` gets what is there and answers what is to be; `None` leaves
    /// it alone. Asked again when a call changed the agent meanwhile, or an answer was lost.
    ///
    /// Which call engages the agent is the calls' business: whatever `change` says of it is ignored. Nothing changes
    /// of an agent who may not act; what comes back says so, or is nothing.
    ///
    /// # Errors
    /// When Redis does not answer, or with an agent whom only newer versions can read.
    pub async fn update_agent(
        &self,
        id: &AgentId,
        change: impl Fn(Option<Agent>) -> Option<Agent>,
    ) -> Result<Option<Agent>, StoreError> {
        // Large, and seldom needed where it is asked for.
        Box::pin(self.change_agent(id, "", change))
            .await
            .map(|(agent, _)| agent)
    }

    /// An agent, and whether they may act: somebody may be excluded of whom nothing else is known.
    ///
    /// # Errors
    /// When Redis does not answer.
    pub async fn known_agent(&self, id: &AgentId) -> Result<(Option<Agent>, Access), StoreError> {
        let (_, data, out) = self.agent_row(id, self.deadline()).await?;
        Ok((read_agent(id, &data, &out)?, read_access(&out)))
    }

    /// Gives up an agent whose screen has been gone from `process` for too long. In the same step it is looked
    /// whether another process has them.
    ///
    /// # Errors
    /// When Redis does not answer.
    pub async fn lose_agent(&self, id: &AgentId, process: &str) -> Result<GivenUp, StoreError> {
        let lose = |known: Option<Agent>| {
            known.map(|agent| Agent {
                // Also one whose connection an older build forgot: they were among the process's.
                connection: match &agent.answers_on {
                    AnswersOn::Browser => Connection::Lost,
                    AnswersOn::Phone(_) => agent.connection,
                },
                ..agent
            })
        };
        let (agent, elsewhere) = Box::pin(self.change_agent(id, process, lose)).await?;
        Ok(match agent {
            _ if elsewhere => GivenUp::Elsewhere,
            Some(agent) if agent.connection == Connection::Lost => GivenUp::Lost,
            Some(_) | None => GivenUp::Untracked,
        })
    }

    async fn change_agent(
        &self,
        id: &AgentId,
        process: &str,
        change: impl Fn(Option<Agent>) -> Option<Agent>,
    ) -> Result<(Option<Agent>, bool), StoreError> {
        let deadline = self.deadline();
        let mut row = self.agent_row(id, deadline).await?;
        loop {
            let (version, data, out) = row;
            let known = read_agent(id, &data, &out)?;
            if read_access(&out) != Access::Active {
                return Ok((known, false));
            }
            let Some(changed) = change(known.clone()) else {
                return Ok((known, false));
            };
            let agent = Agent {
                id: id.clone(),
                engaged: known.as_ref().and_then(|agent| agent.engaged.clone()),
                access: Access::Active,
                ..changed
            };
            // Whoever gives an agent up does so although nothing else changes.
            if Some(&agent) == known.as_ref() && process.is_empty() {
                return Ok((known, false));
            }
            let data = rewrite(Kept::Agent, &data, known.as_ref(), &agent)?;
            let put = self.put_agent(version, known.as_ref(), (&agent, &data), process, deadline);
            row = match put.await {
                Ok(Put::Done) => return Ok((Some(agent), false)),
                Ok(Put::Elsewhere) => return Ok((known, true)),
                Ok(Put::Again(newer)) => newer,
                Err(error) if error.is_passing() => self.agent_row(id, deadline).await?,
                Err(error) => return Err(error),
            };
        }
    }

    pub(crate) async fn agent_row(&self, id: &AgentId, deadline: Instant) -> Result<AgentRow, StoreError> {
        let mut invocation = self.scripts().load_agent.arg(self.prefix());
        invocation.arg(id.as_str());
        self.read_script(&invocation, deadline).await
    }

    /// Several agents at once, as far as they are known and can be read.
    ///
    /// # Errors
    /// When Redis does not answer.
    pub async fn agents_of(&self, ids: &[AgentId]) -> Result<BTreeMap<AgentId, Agent>, StoreError> {
        if ids.is_empty() {
            return Ok(BTreeMap::new());
        }
        let mut many = redis::pipe();
        for id in ids {
            many.hget(keys::agent(self.prefix(), id), "data");
        }
        let found: Vec<Option<String>> = self.read_many(&many, self.deadline()).await?;
        let mut agents = BTreeMap::new();
        for json in found.into_iter().flatten() {
            // One that cannot be read must not hide the others.
            let agent: Option<Agent> = parse("an agent", &json).unwrap_or_default();
            agents.extend(agent.map(|agent| (agent.id.clone(), agent)));
        }
        Ok(agents)
    }

    async fn put_agent(
        &self,
        version: u64,
        known: Option<&Agent>,
        (agent, data): (&Agent, &str),
        process: &str,
        deadline: Instant,
    ) -> Result<Put, StoreError> {
        let now = match self.anchor().now() {
            Some(now) => now,
            None => self.clock().await?.now,
        };
        // What nobody can see is not told: ten thousand who come in the morning would each tell all others.
        let seen = known.map(convert::agent) != Some(convert::agent(agent));
        let event = if seen {
            write("an event", &convert::agent_event(agent, now))?
        } else {
            String::new()
        };
        let mut invocation = self.scripts().put_agent.arg(self.prefix());
        invocation
            .arg(agent.id.as_str())
            .arg(version)
            .arg(data)
            .arg(event)
            .arg(self.config().stream_cap)
            .arg(process);
        self.invoke(&invocation, deadline).await
    }
}
