//! `expire-claim`: an agent pressed Answer and nothing came of it.

use switchboard_contracts::v1;
use switchboard_domain::{Command, State};
use switchboard_queue::JobError;
use tracing::warn;

use super::Carrier;

impl Carrier {
    pub(super) async fn expire_claim(&self, job: &v1::ExpireClaim, name: &str) -> Result<(), JobError> {
        let Some((call, now)) = self.calls.read(&job.call_id).await? else {
            return Ok(());
        };
        let State::Claimed { claim, until, .. } = &call.state else {
            return Ok(());
        };
        if claim.number != job.claim {
            return Ok(());
        }
        if now < *until {
            return Err(JobError::again(until.since(now)));
        }
        let mut command = Command::ExpireClaim { claim: claim.number };
        if let Some(leg) = claim.leg.clone() {
            // The agent's line was let in; perhaps only the news of it was lost. A carrier that does not answer
            // must not hold up the caller.
            match self.who(&call, claim).await {
                Ok(present) if present.agent => {
                    command = Command::AgentJoined {
                        claim: claim.number,
                        leg,
                    }
                }
                Ok(_) => {}
                Err(error) => warn!(call.id = %call.id, %error, "call {}: claim expires unchecked", call.id),
            }
        }
        self.calls.step(&call.id, name, &command).await?;
        Ok(())
    }
}
