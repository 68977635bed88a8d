//! `call-agent`: an agent who answers on a phone.

use std::time::Duration;

use switchboard_contracts::v1;
use switchboard_domain::{Call, Claim, ClaimTicket, Command, LegId, State};
use switchboard_queue::JobError;
use switchboard_telephony::rest::{Call as CarrierCall, CallFilter, CreateCall, Fate};
use switchboard_telephony::{CallStatus, Party};

use super::Carrier;
use crate::error::of_carrier;

/// A call for a claim was created no earlier than this before it: clocks differ, and the carrier's tells seconds.
const SLACK: Duration = Duration::from_secs(2);
/// In which a call can be that is not over.
const LIVE: [CallStatus; 3] = [CallStatus::Queued, CallStatus::Ringing, CallStatus::InProgress];

impl Carrier {
    /// Calls the phone of the agent who has the claim; once. `tried` says that an earlier run may have.
    pub(super) async fn call_agent(
        &self,
        job: &v1::CallAgent,
        name: &str,
        tried: bool,
    ) -> Result<(), JobError> {
        let Some((call, _)) = self.calls.read(&job.call_id).await? else {
            return Ok(());
        };
        let State::Claimed { claim, .. } = &call.state else {
            return Ok(());
        };
        let (Some(phone), None) = (&claim.phone, &claim.leg) else {
            return Ok(());
        };
        if claim.number != job.claim {
            return Ok(());
        }
        let (Some(from), to) = (self.own_number(&call), Party::parse(phone.as_str())) else {
            return Err(JobError::dead(
                "office.numbers is empty: there is no number to call agents from",
            ));
        };
        // A request whose answer was lost may have been carried out: look before calling twice. Not at the first
        // time: then a call to that phone is another claim's, which is just being ended.
        let ringing = if tried {
            self.ringing(&call, &to, &from).await?
        } else {
            None
        };
        let leg = match ringing {
            Some(leg) => leg,
            None => match self.rest.create_call(&self.request(&call, claim, to, from)).await {
                Ok(leg) => leg,
                Err(error) if matches!(error.fate(), Fate::Refused | Fate::NotWhereThought) => {
                    // This phone cannot be called: the caller must not wait for it.
                    self.calls
                        .step(&call.id, name, &Command::ConnectFailed { claim: claim.number })
                        .await?;
                    return Err(JobError::dead(error));
                }
                Err(error) => return Err(of_carrier(error)),
            },
        };
        self.bind(&call, claim.number, &leg, name).await
    }

    fn request(&self, call: &Call, claim: &Claim, to: Party, from: Party) -> CreateCall {
        let ticket = ClaimTicket::of(&call.id, claim);
        CreateCall {
            status_callback: Some(self.urls.agent_status(&call.id, claim.number)),
            timeout: Some(self.ring_time),
            ..CreateCall::new(to, from, self.urls.agent_connect(&ticket, &claim.agent, false))
        }
    }

    /// A call to that phone that an earlier run began. Asked for by status, not by time: a call that the carrier
    /// holds back has not begun yet.
    async fn ringing(&self, call: &Call, to: &Party, from: &Party) -> Result<Option<CarrierCall>, JobError> {
        let since = call.entered_at.minus(SLACK).as_millis();
        for status in LIVE {
            let filter = CallFilter {
                to: Some(to.clone()),
                status: Some(status),
                ..CallFilter::default()
            };
            let calls = self.rest.list_calls(&filter).await.map_err(of_carrier)?;
            let ours = calls.items.into_iter().find(|leg| {
                let young = leg
                    .created
                    .is_none_or(|created| created.timestamp_millis() >= since);
                young && leg.parent.is_none() && leg.from.as_ref() == Some(from)
            });
            if ours.is_some() {
                return Ok(ours);
            }
        }
        Ok(None)
    }

    /// Makes the leg the claim's; ends it when the claim is over by now.
    async fn bind(&self, call: &Call, claim: u32, leg: &CarrierCall, name: &str) -> Result<(), JobError> {
        let id = LegId::new(leg.sid.as_str()).map_err(JobError::dead)?;
        let called = Command::AgentCalled {
            claim,
            leg: id.clone(),
            held_back: leg.queue_time.unwrap_or_default(),
        };
        let after = self.calls.step(&call.id, name, &called).await?;
        let bound = after.and_then(|done| done.call).is_some_and(|call| {
            call.state
                .claim()
                .is_some_and(|claim| claim.leg.as_ref() == Some(&id))
        });
        if bound {
            return Ok(());
        }
        self.end_line(&leg.sid).await
    }
}
