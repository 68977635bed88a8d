//! `record-override`: keeps for good what somebody did to the overrides of opening hours.

use switchboard_contracts::v1::hours_change::What;
use switchboard_contracts::v1::{HoursChange, RecordOverride};
use switchboard_queue::{JobContext, JobError};
use switchboard_records::{KeptOverride, Records, Withdrawal};
use tracing::info;

use crate::error::of_records;

/// The records do the rest: whatever order the jobs come in and however often, a row is what it was made as, and
/// withdrawn once it was withdrawn.
pub(super) async fn record_override(
    records: &Records,
    job: RecordOverride,
    context: &JobContext,
) -> Result<(), JobError> {
    let Some(kept) = read(job) else {
        return Err(JobError::dead("no override in it"));
    };
    let kept_it = records.keep_override(&kept).await;
    kept_it.map_err(|error| of_records(error, context.attempt))?;
    let id = &kept.over.id;
    let what = if kept.withdrawn.is_some() {
        "withdrawn"
    } else {
        "made"
    };
    info!(override.id = %id, "override {id}: recorded as {what}");
    Ok(())
}

fn read(job: RecordOverride) -> Option<KeptOverride> {
    let HoursChange {
        author,
        author_id,
        what,
    } = job.change?;
    let (over, withdrawn) = match what? {
        What::Put(over) => (over, None),
        What::Withdrawn(over) => {
            let withdrawal = Withdrawal {
                at_ms: job.at_ms,
                by: author,
                by_id: author_id,
            };
            (over, Some(withdrawal))
        }
    };
    (!over.id.is_empty()).then_some(KeptOverride { over, withdrawn })
}
