//! Compares live calls with the carrier's list, which comes by pages: it may lag, an item may slip from one page to the
//! next while they are read, and one may make no sense. So a line that it does not show is never taken for gone: the
//! carrier is asked for it by SID.

use std::collections::HashSet;
use std::time::Duration;

use switchboard_domain::{Call, Claim, Command, LegId, Party, State, Talk, Timestamp};
use switchboard_queue::JobError;
use switchboard_telephony::rest::{Call as CarrierCall, CallFilter};
use switchboard_telephony::{CallSid, CallStatus};
use tracing::{info, warn};

use super::go_on;
use crate::calls::Carrier;
use crate::calls::carrier::{Line, sid};
use crate::error::of_carrier;

/// A call younger than this may be missing in the carrier's list, which is not made in one moment.
const YOUNG: Duration = Duration::from_secs(15);
/// How many lines are asked for by SID in one round at most, those first that were not asked for the longest. At a
/// tenth of a second each, five seconds of a round.
const MOST: usize = 50;

/// A line of a live call that the carrier's list does not show.
struct Missing<'a> {
    call: &'a Call,
    whose: Whose<'a>,
    line: CallSid,
}

enum Whose<'a> {
    Caller,
    Agent(&'a Claim, &'a LegId),
}

impl Carrier {
    pub(super) async fn compare(&self, ours: &[Call], now: Timestamp, name: &str) -> Result<(), JobError> {
        let mut theirs: Vec<CarrierCall> = Vec::new();
        for status in [CallStatus::Ringing, CallStatus::InProgress] {
            let filter = CallFilter {
                status: Some(status),
                ..CallFilter::default()
            };
            let listing = self.rest.list_calls(&filter).await.map_err(of_carrier)?;
            if !listing.complete {
                metrics::counter!("worker_sweep_lists_incomplete_total", "list" => status.as_str())
                    .increment(1);
                warn!(
                    "the carrier's list of calls that are {status} is not complete: what it does not show is asked for by SID"
                );
            }
            theirs.extend(listing.items);
        }
        self.ask_for_missing(ours, &theirs, now, name).await;
        self.repair(ours, &theirs, now, name).await;
        Ok(())
    }

    /// Finds out about callers, and the agents they talk to, whom the carrier does not list.
    async fn ask_for_missing(&self, ours: &[Call], theirs: &[CarrierCall], now: Timestamp, name: &str) {
        let there: HashSet<&str> = theirs.iter().map(|call| call.sid.as_str()).collect();
        let missing: Vec<Missing<'_>> = ours
            .iter()
            .filter_map(|call| missing(call, &there, now))
            .collect();
        let count = missing.len();
        let asked = self
            .asked_last
            .choose(missing, |missing| &missing.line, MOST, now);
        if count > asked.len() {
            let left = count - asked.len();
            warn!("{left} lines that the carrier does not list are asked for in later rounds");
        }
        metrics::counter!("worker_sweep_lines_asked_total").increment(asked.len() as u64);
        for missing in asked {
            let call = missing.call;
            let ended = self.end_if_over(&missing, &format!("{name}:{}", call.id)).await;
            go_on(&call.id, ended);
        }
    }

    async fn end_if_over(&self, missing: &Missing<'_>, name: &str) -> Result<(), JobError> {
        if self.line(&missing.line).await? == Line::Live {
            return Ok(());
        }
        let call = &missing.call.id;
        let command = match missing.whose {
            Whose::Caller => {
                info!(call.id = %call, "call {call}: its line is over, which nobody told");
                Command::CallerGone
            }
            Whose::Agent(claim, leg) => {
                info!(call.id = %call, "call {call}: its agent's line is over, which nobody told");
                Command::AgentLeft {
                    claim: claim.number,
                    leg: leg.clone(),
                }
            }
        };
        self.calls.step(call, name, &command).await?;
        Ok(())
    }
}

/// The caller's line if it is not there, else that of the agent they talk to.
fn missing<'a>(call: &'a Call, there: &HashSet<&str>, now: Timestamp) -> Option<Missing<'a>> {
    if now.since(call.arrived_at) <= YOUNG {
        return None;
    }
    if !there.contains(call.id.as_str()) {
        let line = sid(call)?;
        let whose = Whose::Caller;
        return Some(Missing { call, whose, line });
    }
    let State::Talking(Talk {
        with: Party::Agent(claim),
        since,
        ..
    }) = &call.state
    else {
        return None;
    };
    let leg = claim.leg.as_ref()?;
    if now.since(*since) <= YOUNG || there.contains(leg.as_str()) {
        return None;
    }
    let line = leg.as_str().parse().ok()?;
    let whose = Whose::Agent(claim, leg);
    Some(Missing { call, whose, line })
}
