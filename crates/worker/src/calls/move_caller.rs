//! Moving a caller's line to an address of ours. The address answers by the call's state, so the worst that a
//! second move can do is to ask again.

use switchboard_domain::{Call, Command, Leg};
use switchboard_queue::JobError;
use switchboard_telephony::CallStatus;
use switchboard_telephony::rest::{CallFilter, Fate};

use super::Carrier;
use super::carrier::{Line, sid};
use crate::error::of_carrier;

impl Carrier {
    /// Moves the line, from wherever it is: out of the queue as its member, else by updating the call.
    ///
    /// A refusal means that the line is not where it was thought to be, never that it is gone: then the carrier is
    /// asked.
    pub(super) async fn move_caller(&self, call: &Call, url: &str, name: &str) -> Result<(), JobError> {
        let Some(line) = sid(call) else { return Ok(()) };
        let queue = match &call.leg {
            Leg::Gone => return Ok(()),
            Leg::Parked { queue } => queue.as_ref().and_then(|queue| queue.parse().ok()),
            Leg::Menu | Leg::OfficeDial | Leg::Conference { .. } | Leg::Recording => None,
        };
        if let Some(queue) = queue {
            match self.rest.redirect_member(&queue, &line, url).await {
                Ok(_) => return Ok(()),
                Err(error) if error.fate() == Fate::NotWhereThought => {}
                Err(error) => return Err(of_carrier(error)),
            }
            if self.line(&line).await? == Line::Over {
                self.calls.step(&call.id, name, &Command::CallerGone).await?;
                return Ok(());
            }
            let Some((newer, _)) = self.calls.read(call.id.as_str()).await? else {
                return Ok(());
            };
            if newer.leg != call.leg || newer.state != call.state {
                // It moved while we asked: look at it afresh.
                return Err(JobError::retry("the line moved meanwhile"));
            }
            if self.has_children(call).await? {
                // Rung or connected while nothing was known of it. Whoever talks must not be torn away; the end of
                // that dial will tell.
                return Ok(());
            }
        }
        match self.rest.redirect_call(&line, url).await {
            Ok(_) => Ok(()),
            Err(error) if error.fate() == Fate::NotWhereThought => match self.line(&line).await? {
                Line::Over => self
                    .calls
                    .step(&call.id, name, &Command::CallerGone)
                    .await
                    .map(|_| ()),
                Line::Live => Err(JobError::retry(error)),
            },
            Err(error) => Err(of_carrier(error)),
        }
    }

    /// Whether the caller's line has dialled lines that are still up.
    async fn has_children(&self, call: &Call) -> Result<bool, JobError> {
        let filter = CallFilter {
            parent: sid(call),
            ..CallFilter::default()
        };
        let children = self.rest.list_calls(&filter).await.map_err(of_carrier)?;
        Ok(children
            .items
            .iter()
            .any(|child| !child.status.is_some_and(CallStatus::is_final)))
    }
}
