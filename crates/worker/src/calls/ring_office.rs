//! `ring-office` and `park-caller`: moving a caller who waits for nobody in particular.

use switchboard_contracts::v1;
use switchboard_domain::{Leg, State};
use switchboard_queue::JobError;

use super::Carrier;

impl Carrier {
    /// Moves the caller's line to the office ring, unless it asks there already.
    pub(super) async fn ring_office(&self, job: &v1::RingOffice, name: &str) -> Result<(), JobError> {
        let Some((call, now)) = self.calls.read(&job.call_id).await? else {
            return Ok(());
        };
        let State::RingingOffice { ring, .. } = &call.state else {
            return Ok(());
        };
        if (ring.round, ring.attempt) != (job.round, job.attempt) || call.leg == Leg::OfficeDial {
            return Ok(());
        }
        self.move_caller(&call, now, &self.urls.office_ring(), name).await
    }

    /// Moves a caller who lost their agent or their ring back into the queue.
    pub(super) async fn park_caller(&self, job: &v1::ParkCaller, name: &str) -> Result<(), JobError> {
        let Some((call, now)) = self.calls.read(&job.call_id).await? else {
            return Ok(());
        };
        let astray = matches!(call.leg, Leg::Conference { .. } | Leg::OfficeDial);
        if !matches!(call.state, State::Queued(_)) || call.queue_entries != job.entry || !astray {
            return Ok(());
        }
        self.move_caller(&call, now, &self.urls.resume(), name).await
    }
}
