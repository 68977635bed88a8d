//! `sweep`: the carrier's news are sent once. Whatever was lost is found here: deadlines whose job is late, lines
//! that are over, lines of which nothing is known.

use std::collections::HashSet;
use std::time::Duration;

use switchboard_contracts::v1;
use switchboard_domain::{
    Adopted, Call, CallId, Caller, Command, Incoming, Leg, Lookup, LookupOutcome, Party as With, State, Talk,
    Timestamp,
};
use switchboard_queue::JobError;
use switchboard_telephony::rest::{Call as CarrierCall, CallFilter};
use switchboard_telephony::{CallStatus, Direction};
use tracing::{info, warn};

use super::Carrier;
use super::carrier::{Line, sid};
use crate::error::{of_carrier, of_store};

/// The one sweep of a deployment.
pub(crate) const SWEEP_ID: &str = "sweep";

/// How late a promise may be before the sweep keeps it.
const LATE: Duration = Duration::from_secs(5);
/// How long a source may take before the card stops saying "looking up".
const LOOKUP_LOST: Duration = Duration::from_secs(60);
/// A call younger than this may be missing in the carrier's list, which is not made in one moment.
const YOUNG: Duration = Duration::from_secs(15);

impl Carrier {
    /// One round; it asks for the next by itself.
    pub(super) async fn sweep(&self, _job: &v1::Sweep, name: &str) -> Result<(), JobError> {
        if let Err(error) = self.round(name).await {
            warn!(%error, "sweep incomplete: {error}");
        }
        Err(JobError::again(self.sweep_every))
    }

    async fn round(&self, name: &str) -> Result<(), JobError> {
        let live = self.calls.store.snapshot().await.map_err(of_store)?;
        for call in &live.calls {
            let name = format!("{name}:{}", call.id);
            if let Err(error) = self.keep_promises(call, live.now, &name).await {
                warn!(call.id = %call.id, %error, "sweep of call {}: {error}", call.id);
            }
        }
        self.compare(&live.calls, live.now, name).await
    }

    /// Does what a late or lost job should have done.
    async fn keep_promises(&self, call: &Call, now: Timestamp, name: &str) -> Result<(), JobError> {
        if now.since(call.arrived_at) > LOOKUP_LOST {
            for (source, _) in call
                .lookups
                .iter()
                .filter(|(_, lookup)| **lookup == Lookup::Pending)
            {
                let outcome = LookupOutcome::Failed {
                    reason: "did not answer".to_owned(),
                };
                let name = format!("{name}:{source}");
                self.calls
                    .step(
                        &call.id,
                        &name,
                        &Command::LookedUp {
                            source: source.clone(),
                            outcome,
                        },
                    )
                    .await?;
            }
        }
        let call_id = call.id.to_string();
        let late = |due: Timestamp| now >= due.plus(LATE);
        match &call.state {
            State::Queued(waiting) if late(waiting.deadline) => {
                warn!(
                    call.id = call_id,
                    "call {call_id}: its deadline was missed, kept now"
                );
                self.check_unanswered(
                    &v1::CheckUnanswered {
                        call_id,
                        entry: call.queue_entries,
                    },
                    name,
                )
                .await
            }
            State::Queued(_) if late(call.entered_at) => {
                self.park_caller(
                    &v1::ParkCaller {
                        call_id,
                        entry: call.queue_entries,
                    },
                    name,
                )
                .await
            }
            State::Claimed { claim, until, .. } if late(*until) => {
                self.expire_claim(
                    &v1::ExpireClaim {
                        call_id,
                        claim: claim.number,
                    },
                    name,
                )
                .await
            }
            State::Connecting { claim, check_at, .. } if late(*check_at) => {
                self.connect_caller(
                    &v1::ConnectCaller {
                        call_id,
                        claim: claim.number,
                    },
                    name,
                )
                .await
            }
            State::RingingOffice { ring, .. } if late(call.entered_at) && call.leg != Leg::OfficeDial => {
                let job = v1::RingOffice {
                    call_id,
                    round: ring.round,
                    attempt: ring.attempt,
                };
                self.ring_office(&job, name).await
            }
            State::Talking(Talk {
                with: With::Agent(claim),
                agent_left: Some(left),
                ..
            }) if late(*left) => {
                self.check_talking(
                    &v1::CheckTalking {
                        call_id,
                        claim: claim.number,
                    },
                    name,
                )
                .await
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

    /// Compares live calls with the carrier's list, by pages.
    async fn compare(&self, ours: &[Call], now: Timestamp, name: &str) -> Result<(), JobError> {
        let mut theirs: Vec<CarrierCall> = Vec::new();
        let mut complete = true;
        for status in [CallStatus::Ringing, CallStatus::InProgress] {
            let filter = CallFilter {
                status: Some(status),
                ..CallFilter::default()
            };
            let listing = self.rest.list_calls(&filter).await.map_err(of_carrier)?;
            complete &= listing.complete;
            theirs.extend(listing.items);
        }
        let known: HashSet<&str> = theirs.iter().map(|call| call.sid.as_str()).collect();
        if complete {
            for call in ours.iter().filter(|call| now.since(call.arrived_at) > YOUNG) {
                if !known.contains(call.id.as_str()) {
                    self.end_if_over(call, name).await?;
                } else if let State::Talking(Talk { with: With::Agent(claim), since, .. }) = &call.state
                    && now.since(*since) > YOUNG
                    && let Some(leg) = claim.leg.clone().filter(|leg| !known.contains(leg.as_str()))
                {
                    let left = Command::AgentLeft { claim: claim.number, leg };
                    self.calls.step(&call.id, &format!("{name}:{}", call.id), &left).await?;
                }
            }
        }
        let live: HashSet<&str> = ours.iter().map(|call| call.id.as_str()).collect();
        for call in &theirs {
            let to_us = call
                .to
                .as_ref()
                .and_then(|to| to.number())
                .is_some_and(|to| self.numbers.iter().any(|n| n == to));
            let stranger = call.direction == Some(Direction::Inbound) && call.parent.is_none() && to_us;
            if stranger && !live.contains(call.sid.as_str()) {
                self.adopt(call, &theirs, name).await?;
            }
        }
        Ok(())
    }

    /// A call that the carrier does not list is asked for by name before it is ended.
    async fn end_if_over(&self, call: &Call, name: &str) -> Result<(), JobError> {
        let Some(line) = sid(call) else { return Ok(()) };
        if self.line(&line).await? == Line::Over {
            info!(call.id = %call.id, "call {}: its line is over, which nobody told", call.id);
            self.calls
                .step(&call.id, &format!("{name}:{}", call.id), &Command::CallerGone)
                .await?;
        }
        Ok(())
    }

    /// A caller of whom nothing is known: the call began while Redis was away.
    async fn adopt(&self, line: &CarrierCall, all: &[CarrierCall], name: &str) -> Result<(), JobError> {
        let Ok(id) = CallId::new(line.sid.as_str()) else {
            return Ok(());
        };
        if self.calls.read(id.as_str()).await?.is_some() {
            return Ok(()); // Ended for us, and hanging up just now.
        }
        let talks = all.iter().any(|child| {
            child.parent.as_ref() == Some(&line.sid) && child.status == Some(CallStatus::InProgress)
        });
        let text =
            |party: Option<&switchboard_telephony::Party>| party.map(ToString::to_string).unwrap_or_default();
        let incoming = Incoming {
            id: id.clone(),
            caller: Caller::parse(&text(line.from.as_ref())),
            dialled: text(line.to.as_ref()),
            open: true,
            sources: Vec::new(),
        };
        let found = if talks { Adopted::Talking } else { Adopted::Menu };
        info!(call.id = %id, "call {id}: adopted, the carrier has it and we did not");
        self.calls
            .step(&id, &format!("{name}:{id}"), &Command::Adopt { incoming, found })
            .await?;
        Ok(())
    }
}
