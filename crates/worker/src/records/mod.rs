//! `worker-records`: what is kept for good, and what comes from there.

mod calendars;
mod fetch;
mod prepare;
mod record_override;
mod refill;
mod timers;

pub(crate) use calendars::Calendars;
pub(crate) use prepare::prepare;
pub(crate) use refill::Refill;
pub(crate) use timers::Timers;

use switchboard_contracts::v1;
use switchboard_queue::{JobContext, Router};
use switchboard_records::Records;

/// The handlers of this process.
pub(crate) fn router(records: &Records, calendars: &Calendars) -> Router {
    let (records, calendars) = (records.clone(), calendars.clone());
    Router::new()
        .on(move |job: v1::RecordOverride, context: JobContext| {
            let records = records.clone();
            async move { record_override::record_override(&records, job, &context).await }
        })
        .on(move |job: v1::RefreshFeed, _: JobContext| {
            let calendars = calendars.clone();
            async move { calendars.refresh_feed(&job).await }
        })
}
