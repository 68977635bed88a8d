//! `call-agent`: an agent who answers on a phone.

use std::time::Duration;

use switchboard_contracts::v1;
use switchboard_domain::{Call, Claim, ClaimTicket, Command, LegId, State};
use switchboard_queue::JobError;
use switchboard_telephony::rest::{Call as CarrierCall, CallFilter, CreateCall, Fate, RestError};
use switchboard_telephony::twiml::LegCallback;
use switchboard_telephony::{CallStatus, Party};

use super::Carrier;
use crate::error::of_carrier;

/// A call for a claim was created no earlier than this before it: clocks differ, and the carrier's tells seconds.
const SLACK: Duration = Duration::from_secs(2);
/// Until it is looked again whether the phone may be called. The claim ends this, if nothing else does.
const LOOK_AGAIN: Duration = Duration::from_secs(1);
/// What a phone tells of itself. The first two say that it is being called for a claim, at an address that only we gave
/// for it, also when the answer of the request that called it was lost.
const TOLD: [LegCallback; 3] = [
    LegCallback::Initiated,
    LegCallback::Ringing,
    LegCallback::Completed,
];
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
        if tried && self.may_ring(&call, &to, &from).await? {
            return Err(JobError::defer(LOOK_AGAIN, "the phone may be ringing already"));
        }
        match self.rest.create_call(&self.request(&call, claim, to, from)).await {
            Ok(leg) => self.bind(&call, claim.number, &leg, name).await,
            Err(error) if matches!(error.fate(), Fate::Refused | Fate::NotWhereThought) => {
                // This phone cannot be called: the caller must not wait for it.
                let failed = Command::ConnectFailed { claim: claim.number };
                self.calls.step(&call.id, name, &failed).await?;
                Err(JobError::dead(error))
            }
            // Nothing was sent. Attempts so far must not be forgotten: one of them may have been carried out.
            Err(RestError::BreakerOpen { retry_after }) if tried => Err(JobError::defer(
                retry_after,
                RestError::BreakerOpen { retry_after },
            )),
            Err(error) => Err(of_carrier(error)),
        }
    }

    fn request(&self, call: &Call, claim: &Claim, to: Party, from: Party) -> CreateCall {
        let ticket = ClaimTicket::of(&call.id, claim);
        CreateCall {
            status_callback: Some(self.urls.agent_status(&call.id, claim.number)),
            status_callback_events: TOLD.to_vec(),
            timeout: Some(self.ring_time),
            ..CreateCall::new(to, from, self.urls.agent_connect(&ticket, &claim.agent, false))
        }
    }

    /// Whether there is a call to that phone that an earlier run may have begun. Number and time prove nothing: the
    /// account may be another system's too, so the leg is not taken for ours. If it is, its own news say so, and bind
    /// it to the claim; meanwhile that phone is not called twice. Asked for by status, not by time: a call that the
    /// carrier holds back has not begun yet.
    async fn may_ring(&self, call: &Call, to: &Party, from: &Party) -> Result<bool, JobError> {
        let since = call.entered_at.minus(SLACK).as_millis();
        for status in LIVE {
            let filter = CallFilter {
                to: Some(to.clone()),
                status: Some(status),
                ..CallFilter::default()
            };
            let calls = self.rest.list_calls(&filter).await.map_err(of_carrier)?;
            let perhaps = calls.items.iter().any(|leg| {
                let young = leg
                    .created
                    .is_none_or(|created| created.timestamp_millis() >= since);
                young && leg.parent.is_none() && leg.from.as_ref() == Some(from)
            });
            if perhaps || !calls.complete {
                return Ok(true);
            }
        }
        Ok(false)
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
