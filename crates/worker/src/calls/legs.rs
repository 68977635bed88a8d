//! `cancel-legs`, `hang-up` and `end-conference`: ending lines. A line that is over already is what was wanted.

use switchboard_contracts::v1;
use switchboard_domain::{ConferenceName, State};
use switchboard_queue::JobError;
use switchboard_telephony::rest::{CallFilter, Fate, RestError};
use switchboard_telephony::{CallSid, CallStatus};
use tracing::warn;

use super::Carrier;
use super::carrier::sid;
use crate::error::of_carrier;

fn over<T>(result: Result<T, RestError>) -> Result<(), JobError> {
    match result {
        Ok(_) => Ok(()),
        Err(error) if error.fate() == Fate::NotWhereThought => Ok(()),
        Err(error) => Err(of_carrier(error)),
    }
}

impl Carrier {
    pub(super) async fn end_line(&self, leg: &CallSid) -> Result<(), JobError> {
        over(self.rest.complete_call(leg).await)
    }

    pub(super) async fn cancel_legs(&self, job: &v1::CancelLegs, _name: &str) -> Result<(), JobError> {
        let mut unreadable = None;
        for leg in &job.leg_ids {
            match leg.parse() {
                Ok(leg) => self.end_line(&leg).await?,
                Err(error) => unreadable = Some(error),
            }
        }
        if job.children {
            self.end_children(job).await?;
        }
        unreadable.map_or(Ok(()), |error| Err(JobError::dead(error)))
    }

    /// Ends what an ended caller's line had dialled.
    async fn end_children(&self, job: &v1::CancelLegs) -> Result<(), JobError> {
        let Some((call, _)) = self.calls.read(&job.call_id).await? else {
            return Ok(());
        };
        if !call.is_ended() {
            return Ok(());
        }
        let filter = CallFilter {
            parent: sid(&call),
            ..CallFilter::default()
        };
        let children = self.rest.list_calls(&filter).await.map_err(of_carrier)?;
        for child in children
            .items
            .iter()
            .filter(|child| !child.status.is_some_and(CallStatus::is_final))
        {
            self.end_line(&child.sid).await?;
        }
        if !children.complete {
            // The carrier ends them with the line that dialled them.
            warn!(
                call.id = job.call_id,
                "call {}: not all that its line dialled can be read", job.call_id
            );
        }
        Ok(())
    }

    pub(super) async fn hang_up(&self, job: &v1::HangUp, _name: &str) -> Result<(), JobError> {
        let Some((call, _)) = self.calls.read(&job.call_id).await? else {
            return Ok(());
        };
        if !matches!(call.state, State::Ended { .. }) {
            return Ok(());
        }
        match sid(&call) {
            Some(line) => self.end_line(&line).await,
            None => Ok(()),
        }
    }

    pub(super) async fn end_conference(&self, job: &v1::EndConference, _name: &str) -> Result<(), JobError> {
        let name = ConferenceName::new(&job.conference).map_err(JobError::dead)?;
        match self.rest.find_conference(name.as_str()).await {
            Ok(Some(conference)) => over(self.rest.complete_conference(&conference.sid).await),
            Ok(None) => Ok(()),
            Err(error) => Err(of_carrier(error)),
        }
    }
}
