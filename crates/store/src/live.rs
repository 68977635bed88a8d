//! Reading: one call, all live calls, a call's own history.

use switchboard_contracts::v1;
use switchboard_domain::{Agent, Call, CallId, Timestamp};

use crate::unreadable::{Unreadable, sorted_out};
use crate::{Store, StoreError, Target, keys};

/// Everything live, at one position of the stream.
#[derive(Debug, Clone)]
pub struct Snapshot {
    /// The deployment's time.
    pub now: Timestamp,
    /// Which stream.
    pub epoch: String,
    /// The number of the last event that is in it.
    pub offset: u64,
    /// Every call that has not ended, in the order of arrival.
    pub calls: Vec<Call>,
    /// Every agent.
    pub agents: Vec<Agent>,
    /// Calls that have not ended and that only newer processes can read.
    pub unreadable_calls: Vec<Unreadable>,
    /// Agents whom only newer processes can read.
    pub unreadable_agents: Vec<Unreadable>,
}

/// Ids with their JSON.
type Records = Vec<(String, String)>;

impl Store {
    /// One call as it is now, with the deployment's time, on the shared connection.
    ///
    /// # Errors
    /// When Redis does not answer, or not with a call.
    pub async fn call(&self, id: &CallId) -> Result<(Option<Call>, Timestamp), StoreError> {
        let target = Target {
            call: id,
            agent: None,
            command_id: "",
            fresh: false,
        };
        let loaded = self.load(&target, None, self.deadline()).await?;
        Ok((loaded.call, loaded.now))
    }

    /// All live calls and all agents at one position.
    ///
    /// # Errors
    /// When Redis does not answer.
    pub async fn snapshot(&self) -> Result<Snapshot, StoreError> {
        let invocation = self.scripts().snapshot.arg(self.prefix());
        let (now, epoch, offset, calls, agents): (i64, String, u64, Records, Records) =
            self.read_script(&invocation, self.deadline()).await?;
        let (calls, unreadable_calls) = sorted_out(calls);
        let (agents, unreadable_agents) = sorted_out(agents);
        Ok(Snapshot {
            now: Timestamp::from_millis(now),
            epoch,
            offset,
            calls,
            agents,
            unreadable_calls,
            unreadable_agents,
        })
    }

    /// A call's own history, oldest first.
    ///
    /// # Errors
    /// When Redis does not answer, or with something unreadable.
    pub async fn history(&self, call: &CallId) -> Result<Vec<v1::Event>, StoreError> {
        let mut range = redis::cmd("LRANGE");
        range.arg(keys::call_events(self.prefix(), call)).arg(0).arg(-1);
        let entries: Vec<String> = self.read(&range, self.deadline()).await?;
        let read = |json: &String| {
            serde_json::from_str(json).map_err(|source| StoreError::Corrupt {
                what: "an event".to_owned(),
                source,
            })
        };
        entries.iter().map(read).collect()
    }

    /// How many entries the stream holds.
    ///
    /// # Errors
    /// When Redis does not answer.
    pub async fn stream_len(&self) -> Result<u64, StoreError> {
        let mut len = redis::cmd("XLEN");
        len.arg(keys::stream(self.prefix()));
        self.read(&len, self.deadline()).await
    }
}
