//! Compares live calls with the carrier's list, which comes by pages.

use std::collections::HashSet;
use std::time::Duration;

use switchboard_domain::{Call, Command, Party, State, Talk, Timestamp};
use switchboard_queue::JobError;
use switchboard_telephony::CallStatus;
use switchboard_telephony::rest::{Call as CarrierCall, CallFilter};
use tracing::info;

use super::go_on;
use crate::calls::Carrier;
use crate::calls::carrier::{Line, sid};
use crate::error::of_carrier;

/// A call younger than this may be missing in the carrier's list, which is not made in one moment.
const YOUNG: Duration = Duration::from_secs(15);

impl Carrier {
    pub(super) async fn compare(&self, ours: &[Call], now: Timestamp, name: &str) -> Result<(), JobError> {
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
        // What a list that is not complete does not show may be there all the same.
        if complete {
            let there: HashSet<&str> = theirs.iter().map(|call| call.sid.as_str()).collect();
            for call in ours {
                let missed = self.miss(call, &there, now, &format!("{name}:{}", call.id)).await;
                go_on(&call.id, missed);
            }
        }
        self.repair(ours, &theirs, now, name).await;
        Ok(())
    }

    /// Finds out about a caller, or the agent they talk to, whom the carrier does not list.
    async fn miss(
        &self,
        call: &Call,
        there: &HashSet<&str>,
        now: Timestamp,
        name: &str,
    ) -> Result<(), JobError> {
        if now.since(call.arrived_at) <= YOUNG {
            return Ok(());
        }
        if !there.contains(call.id.as_str()) {
            return self.end_if_over(call, name).await;
        }
        if let State::Talking(Talk {
            with: Party::Agent(claim),
            since,
            ..
        }) = &call.state
            && now.since(*since) > YOUNG
            && let Some(leg) = claim.leg.clone().filter(|leg| !there.contains(leg.as_str()))
        {
            let left = Command::AgentLeft {
                claim: claim.number,
                leg,
            };
            self.calls.step(&call.id, name, &left).await?;
        }
        Ok(())
    }

    /// A call that the carrier does not list is asked for by name before it is ended.
    async fn end_if_over(&self, call: &Call, name: &str) -> Result<(), JobError> {
        let Some(line) = sid(call) else { return Ok(()) };
        if self.line(&line).await? == Line::Over {
            info!(call.id = %call.id, "call {}: its line is over, which nobody told", call.id);
            self.calls.step(&call.id, name, &Command::CallerGone).await?;
        }
        Ok(())
    }
}
