//! Tickets: short-lived secrets that stand for an agent, each good for one use.
//!
//! They go over the shared connection: they are small, and after a line that broke for all of them thousands are asked for
//! and shown in the same second. On a pool each is a round trip of its own, which nobody else uses.

use std::time::Duration;

use switchboard_domain::AgentId;

use crate::{Store, StoreError, keys};

impl Store {
    /// Keeps a ticket for an agent; whoever shows it in time is that agent, once.
    ///
    /// # Errors
    /// When Redis does not answer.
    pub async fn put_ticket(&self, ticket: &str, agent: &AgentId, ttl: Duration) -> Result<(), StoreError> {
        let mut set = redis::cmd("SET");
        set.arg(keys::ticket(self.prefix(), ticket))
            .arg(agent.as_str())
            .arg("PX")
            .arg(u64::try_from(ttl.as_millis()).unwrap_or(u64::MAX));
        self.ask::<String>(&set, self.deadline()).await.map(|_| ())
    }

    /// Takes a ticket away and tells whose it was; `None` when it was used before, is too old or never was. If the
    /// answer is lost, so is the ticket.
    ///
    /// # Errors
    /// When Redis does not answer.
    pub async fn take_ticket(&self, ticket: &str) -> Result<Option<AgentId>, StoreError> {
        let mut take = redis::cmd("GETDEL");
        take.arg(keys::ticket(self.prefix(), ticket));
        let agent: Option<String> = self.ask(&take, self.deadline()).await?;
        Ok(agent.and_then(|id| AgentId::new(&id).ok()))
    }
}
