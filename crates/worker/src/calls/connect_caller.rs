//! `connect-caller` and `check-talking`: bringing caller and agent together, and finding out when they are not.

use std::time::Duration;

use switchboard_contracts::v1;
use switchboard_domain::{Call, Claim, Command, ConferenceName, Leg, LegId, Party, State, Talk, Timestamp};
use switchboard_queue::JobError;

use super::Carrier;
use super::carrier::{Line, Present, sid};
use super::move_caller::Taken;

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
                    return self.bring_together(&call, claim, now, name).await;
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

    async fn bring_together(
        &self,
        call: &Call,
        claim: &Claim,
        now: Timestamp,
        name: &str,
    ) -> Result<(), JobError> {
        let url = self.urls.resume();
        if is_told(call, claim) || self.take_out(call, now, &url, name).await? == Taken::Done {
            return Ok(());
        }
        // Not in the queue: perhaps there already, and only the news of it was lost.
        if self.who(call, claim).await?.caller {
            let joined = Command::CallerJoined { claim: claim.number };
            self.calls.step(&call.id, name, &joined).await?;
            return Ok(());
        }
        self.update_line(call, &url, name).await
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
            Present {
                caller: true,
                agent: true,
            } => Command::CallerJoined { claim: number },
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
                    // A line that was told where to go a moment ago may be about to arrive.
                    if !is_told(call, claim) || now.since(check_at) >= LOOK_AGAIN {
                        self.move_caller(call, now, &self.urls.resume(), name).await?;
                    }
                    return Err(JobError::again(LOOK_AGAIN));
                }
            }
        };
        self.calls.step(&call.id, name, &command).await?;
        Ok(())
    }

    /// The agent's browser vanished from a conversation.
    pub(super) async fn check_talking(&self, job: &v1::CheckTalking, name: &str) -> Result<(), JobError> {
        let Some((call, now)) = self.calls.read(&job.call_id).await? else {
            return Ok(());
        };
        let State::Talking(Talk {
            with: Party::Agent(claim),
            agent_left: Some(left),
            ..
        }) = &call.state
        else {
            return Ok(());
        };
        if claim.number != job.claim {
            return Ok(());
        }
        if self.who(&call, claim).await?.agent {
            // The carrier's lists lag behind its news. After a while the sweep asks on.
            if now.since(*left) < LONGEST {
                return Err(JobError::again(LOOK_AGAIN));
            }
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

    /// Who is in the conference of that claim.
    pub(super) async fn who(&self, call: &Call, claim: &Claim) -> Result<Present, JobError> {
        let conference = ConferenceName::of(&call.id, claim.number);
        self.present(call, &conference, claim.leg.as_ref().map(LegId::as_str))
            .await
    }
}

/// Whether the caller's line was told to join the conference of that claim.
fn is_told(call: &Call, claim: &Claim) -> bool {
    matches!(&call.leg, Leg::Conference { name } if *name == ConferenceName::of(&call.id, claim.number))
}
