//! `connect-caller` and `check-talking`: bringing caller and agent together, and finding out when they are not.

use std::time::Duration;

use switchboard_contracts::v1;
use switchboard_domain::{Call, Claim, Command, ConferenceName, Leg, Party, State, Talk, Timestamp};
use switchboard_queue::JobError;

use super::Carrier;
use super::carrier::{Line, Present, sid};

/// How long after its first check a connection is still tried, as long as the agent is there.
const LONGEST: Duration = Duration::from_secs(20);
/// Between two looks.
const LOOK_AGAIN: Duration = Duration::from_secs(2);

impl Carrier {
    pub(super) async fn connect_caller(&self, job: &v1::ConnectCaller, name: &str) -> Result<(), JobError> {
        let Some((call, now)) = self.calls.read(&job.call_id).await? else {
            return Ok(());
        };
        match &call.state {
            State::Claimed { claim, .. } if claim.number == job.claim => {
                self.look_for_agent(&call, claim, name).await
            }
            State::Connecting { claim, check_at, .. } if claim.number == job.claim => {
                if now < *check_at {
                    return self.bring_together(&call, claim, name).await;
                }
                self.check_connection(&call, claim, *check_at, now, name).await
            }
            State::Greeting { .. }
            | State::Closed
            | State::Queued(_)
            | State::Claimed { .. }
            | State::Connecting { .. }
            | State::RingingOffice { .. }
            | State::Talking(_)
            | State::Voicemail { .. }
            | State::Ended { .. } => Ok(()),
        }
    }

    /// The agent's line was let in a while ago, and no news of it came: news are sent once.
    async fn look_for_agent(&self, call: &Call, claim: &Claim, name: &str) -> Result<(), JobError> {
        let Some(leg) = claim.leg.clone() else {
            return Ok(());
        };
        if self.who(call, claim).await?.agent {
            self.calls
                .step(
                    &call.id,
                    name,
                    &Command::AgentJoined {
                        claim: claim.number,
                        leg,
                    },
                )
                .await?;
        }
        Ok(())
    }

    async fn bring_together(&self, call: &Call, claim: &Claim, name: &str) -> Result<(), JobError> {
        let conference = ConferenceName::of(&call.id, claim.number);
        if matches!(&call.leg, Leg::Conference { name } if *name == conference) {
            return Ok(());
        }
        self.move_caller(call, &self.urls.resume(), name).await
    }

    /// Too much time has passed: ask who is there, and never guess.
    async fn check_connection(
        &self,
        call: &Call,
        claim: &Claim,
        check_at: Timestamp,
        now: Timestamp,
        name: &str,
    ) -> Result<(), JobError> {
        let number = claim.number;
        let present = self.who(call, claim).await?;
        let command = match present {
            Present { caller: true, agent: true } => Command::CallerJoined { claim: number },
            Present { agent: false, .. } => Command::ConnectFailed { claim: number },
            Present {
                agent: true,
                caller: false,
            } => {
                let Some(line) = sid(call) else { return Ok(()) };
                if self.line(&line).await? == Line::Over {
                    Command::CallerGone
                } else if now.since(check_at) > LONGEST {
                    Command::ConnectFailed { claim: number }
                } else {
                    self.move_caller(call, &self.urls.resume(), name).await?;
                    return Err(JobError::again(LOOK_AGAIN));
                }
            }
        };
        self.calls.step(&call.id, name, &command).await?;
        Ok(())
    }

    /// The agent's browser vanished from a conversation.
    pub(super) async fn check_talking(&self, job: &v1::CheckTalking, name: &str) -> Result<(), JobError> {
        let Some((call, _)) = self.calls.read(&job.call_id).await? else {
            return Ok(());
        };
        let State::Talking(Talk {
            with: Party::Agent(claim),
            agent_left: Some(_),
            ..
        }) = &call.state
        else {
            return Ok(());
        };
        if claim.number != job.claim || self.who(&call, claim).await?.agent {
            return Ok(());
        }
        let Some(line) = sid(&call) else { return Ok(()) };
        let command = match self.line(&line).await? {
            Line::Over => Command::CallerGone,
            Line::Live => Command::AgentLost { claim: claim.number },
        };
        self.calls.step(&call.id, name, &command).await?;
        Ok(())
    }

    pub(super) async fn who(&self, call: &Call, claim: &Claim) -> Result<Present, JobError> {
        let conference = ConferenceName::of(&call.id, claim.number);
        self.present(call, &conference, claim.leg.as_ref().map(|leg| leg.as_str()))
            .await
    }
}
