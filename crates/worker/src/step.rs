//! Steps of calls that jobs take.

use switchboard_domain::{Call, CallId, Command, Policy, Timestamp, decide};
use switchboard_queue::JobError;
use switchboard_store::{Committed, Store, Target, TransactError};

use crate::error::{of_step, of_store};

/// Calls, as a handler needs them.
#[derive(Clone, Debug)]
pub(crate) struct Calls {
    pub(crate) store: Store,
    pub(crate) policy: Policy,
}

impl Calls {
    /// The call as it is now, and the time; `None` when there is none, so that nothing is left to do. What is no id
    /// will never be one: such a job is for a person to look at.
    pub(crate) async fn read(&self, id: &str) -> Result<Option<(Call, Timestamp)>, JobError> {
        let id = CallId::new(id).map_err(JobError::dead)?;
        let (call, now) = self.store.call(&id).await.map_err(of_store)?;
        Ok(call.map(|call| (call, now)))
    }

    /// Steps a call. `job` names the delivery, so that a step whose answer was lost happens once.
    pub(crate) async fn step(
        &self,
        call: &CallId,
        job: &str,
        command: &Command,
    ) -> Result<Option<Committed>, JobError> {
        let target = Target {
            call,
            agent: None,
            command_id: job,
            fresh: false,
        };
        let decide =
            |call: Option<&Call>, agent: Option<&_>, now| decide(call, agent, command, now, &self.policy);
        match self.store.transact(target, decide).await {
            Ok(committed) => Ok(Some(committed)),
            Err(TransactError::Store(error)) => Err(of_store(error)),
            Err(refused) => {
                let now = self.store.last_known_time().unwrap_or_default();
                of_step(refused, now).map(|()| None)
            }
        }
    }
}
