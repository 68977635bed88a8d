//! Ends phones that an ended caller's line had dialled and that ring on.
//!
//! Proven by their parent: the account may be shared, and another system's call to the same number at the same time is
//! not ours to end. A phone that was called for an agent has no parent; it tells of itself, at an address that names
//! its claim (`domain/src/call/decide/agents.rs`, `called`).

use std::collections::HashSet;

use switchboard_domain::Call;
use switchboard_queue::JobError;
use switchboard_telephony::CallStatus;
use switchboard_telephony::rest::{Call as CarrierCall, Fate};
use tracing::warn;

use super::go_on;
use crate::calls::Carrier;
use crate::error::of_carrier;

/// How many in one round at most: each is a look into Redis and a request.
const MOST: usize = 50;

impl Carrier {
    pub(super) async fn end_strays(&self, ours: &[Call], theirs: &[CarrierCall]) {
        let live: HashSet<&str> = ours
            .iter()
            .map(|call| call.id.as_str())
            .chain(theirs.iter().map(|line| line.sid.as_str()))
            .collect();
        let strays = theirs.iter().filter_map(|line| {
            let parent = line.parent.as_ref()?;
            let rings = line.status == Some(CallStatus::Ringing);
            (rings && !live.contains(parent.as_str())).then_some((line, parent.as_str()))
        });
        for (line, parent) in strays.take(MOST) {
            go_on(&line.sid, self.end_stray(line, parent).await);
        }
    }

    /// Only one that nobody has picked up: whoever has hears a document of ours, or talks.
    async fn end_stray(&self, line: &CarrierCall, parent: &str) -> Result<(), JobError> {
        let ended = self.calls.read(parent).await?.is_some_and(|(call, _)| call.is_ended());
        if !ended {
            return Ok(());
        }
        match self.rest.cancel_call(&line.sid).await {
            Ok(_) => {
                warn!(call.id = parent, "call {parent}: a phone rang on for it, and is ended");
                metrics::counter!("worker_repairs_total", "what" => "phone").increment(1);
                Ok(())
            }
            Err(error) if error.fate() == Fate::NotWhereThought => Ok(()),
            Err(error) => Err(of_carrier(error)),
        }
    }
}
