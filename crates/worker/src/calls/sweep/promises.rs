//! Does what jobs should have done that are late or lost.

use std::time::Duration;

use switchboard_contracts::v1;
use switchboard_domain::{Call, Command, Leg, Lookup, LookupOutcome, Party, State, Talk, Timestamp};
use switchboard_queue::JobError;
use tracing::warn;

use crate::calls::Carrier;

/// How late a promise may be before the sweep keeps it.
const LATE: Duration = Duration::from_secs(5);
/// How long a source may take before the card stops saying "looking up".
const LOOKUP_LOST: Duration = Duration::from_secs(60);

impl Carrier {
    /// Does what a late or lost job should have done.
    pub(super) async fn keep_promises(
        &self,
        call: &Call,
        now: Timestamp,
        name: &str,
    ) -> Result<(), JobError> {
        if now.since(call.arrived_at) > LOOKUP_LOST {
            self.give_up_lookups(call, name).await?;
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
                with: Party::Agent(claim),
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

    /// The card names a source that nobody has heard of for so long.
    async fn give_up_lookups(&self, call: &Call, name: &str) -> Result<(), JobError> {
        let pending = call
            .lookups
            .iter()
            .filter(|(_, lookup)| **lookup == Lookup::Pending);
        for (source, _) in pending {
            let outcome = LookupOutcome::Failed {
                reason: "did not answer".to_owned(),
            };
            let command = Command::LookedUp {
                source: source.clone(),
                outcome,
            };
            self.calls
                .step(&call.id, &format!("{name}:{source}"), &command)
                .await?;
        }
        Ok(())
    }
}
