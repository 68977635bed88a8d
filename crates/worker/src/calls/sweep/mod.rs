//! `sweep`: the carrier's news are sent once. Whatever was lost is found here: deadlines whose job is late, lines
//! that are over, lines of which nothing is known, and those that nobody heard of before they were over.

mod compare;
mod promises;
mod repair;
mod sightings;
mod unheard;

pub(super) use sightings::Sightings;
pub(super) use unheard::Horizon;

use std::time::Duration;

use switchboard_contracts::v1;
use switchboard_queue::{Fate, JobError};
use switchboard_store::{Snapshot, Unreadable};
use tracing::warn;

use super::Carrier;
use crate::error::of_store;

/// The one sweep of a deployment.
pub(crate) const SWEEP_ID: &str = "sweep";

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
        note_newer(&live);
        for call in &live.calls {
            let kept = self
                .keep_promises(call, live.now, &format!("{name}:{}", call.id))
                .await;
            go_on(&call.id, kept);
        }
        // Twice the time until the next round, and what a round may take.
        let valid = self
            .sweep_every
            .saturating_mul(2)
            .saturating_add(Duration::from_mins(1));
        if let Err(error) = self.calls.store.put_index_right(&live, valid).await {
            warn!(%error, "the index of phones and available agents was not compared: {error}");
        }
        let unheard = self.find_unheard(live.now, name).await;
        self.compare(&live.calls, live.now, name).await.and(unheard)
    }
}

/// Calls that only newer workers can read are left to their sweep; that there are some is said, and counted.
fn note_newer(live: &Snapshot) {
    let newer = &live.unreadable_calls;
    let count = u32::try_from(newer.len()).unwrap_or(u32::MAX);
    metrics::gauge!("worker_calls_of_newer_versions").set(f64::from(count));
    if !newer.is_empty() {
        let ids: Vec<_> = newer.iter().map(Unreadable::id).collect();
        warn!(calls = ?ids, "{count} calls are left to newer workers: this one cannot read them");
    }
}

/// One call's trouble must not keep the sweep from the others.
fn go_on(call: &impl std::fmt::Display, swept: Result<(), JobError>) {
    match swept {
        Err(error) if !matches!(error.fate(), Fate::Again(_) | Fate::Defer(_)) => {
            warn!(call.id = %call, %error, "sweep of call {call}: {error}");
        }
        Ok(()) | Err(_) => {}
    }
}
