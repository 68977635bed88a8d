//! Moving a caller's line to an address of ours. The address answers by the call's state, so a move too many asks
//! again; but it also ends whatever the line was doing, so nobody is moved who may be talking already.

use switchboard_domain::{Call, Command, Effect, Leg, Timestamp};
use switchboard_queue::JobError;
use switchboard_telephony::rest::{Call as CarrierCall, CallFilter, Fate};
use switchboard_telephony::{CallStatus, QueueSid};

use super::Carrier;
use super::carrier::{Line, READ_AGAIN, sid};
use crate::error::{of_carrier, of_move};

/// What came of asking the carrier's queue for the caller.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Taken {
    /// The line is on its way, or over: nothing is left to do.
    Done,
    /// It is not in the queue.
    Elsewhere,
}

impl Carrier {
    /// Moves the line, from wherever it is: out of the queue as its member, else by updating the call.
    pub(super) async fn move_caller(
        &self,
        call: &Call,
        now: Timestamp,
        url: &str,
        name: &str,
    ) -> Result<(), JobError> {
        match self.take_out(call, now, url, name).await? {
            Taken::Done => Ok(()),
            Taken::Elsewhere => self.update_line(call, url, name).await,
        }
    }

    /// Moves the line as a member of the carrier's queue, if it is thought to be one.
    ///
    /// A refusal means that the line is not where it was thought to be, never that it is gone: then the carrier is
    /// asked.
    pub(super) async fn take_out(
        &self,
        call: &Call,
        now: Timestamp,
        url: &str,
        name: &str,
    ) -> Result<Taken, JobError> {
        let Some(line) = sid(call) else {
            return Ok(Taken::Done);
        };
        let queue: Option<QueueSid> = match &call.leg {
            Leg::Gone => return Ok(Taken::Done),
            Leg::Parked { queue } => queue.as_ref().and_then(|queue| queue.parse().ok()),
            Leg::Menu | Leg::OfficeDial | Leg::Conference { .. } | Leg::Recording => None,
        };
        let Some(queue) = queue else {
            return Ok(Taken::Elsewhere);
        };
        match self.rest.redirect_member(&queue, &line, url).await {
            Ok(_) => return Ok(Taken::Done),
            Err(error) if error.fate() == Fate::NotWhereThought => {}
            Err(error) => return Err(of_move(error)),
        }
        if self.line(&line).await? == Line::Over {
            self.calls.step(&call.id, name, &Command::CallerGone).await?;
            return Ok(Taken::Done);
        }
        if !self.is_as_it_was(call).await? {
            return Ok(Taken::Done);
        }
        // Told to leave by its own last request, it is on its way to where this job would send it. Moved once more,
        // it would leave phones that ring already, or an agent it just met.
        let decided = now.since(call.entered_at);
        if decided < Effect::SETTLE {
            return Err(JobError::again(Effect::SETTLE.saturating_sub(decided)));
        }
        Ok(Taken::Elsewhere)
    }

    /// Moves the line by updating the call, unless it has dialled somebody of whom nothing is known here.
    pub(super) async fn update_line(&self, call: &Call, url: &str, name: &str) -> Result<(), JobError> {
        let Some(line) = sid(call) else { return Ok(()) };
        // Rung or connected while Redis was away. Whoever talks must not be torn away; the end of that dial will
        // tell. Phones that we do know of ring for this very caller.
        if call.leg != Leg::OfficeDial && self.has_children(call).await? {
            return Ok(());
        }
        // Asking took its time, in which another job's move may have arrived. What a line is told is committed before
        // it is told: the call of whoever is let into a conversation by now is no longer as it was.
        if !self.is_as_it_was(call).await? {
            return Ok(());
        }
        match self.rest.redirect_call(&line, url).await {
            Ok(_) => Ok(()),
            Err(error) if error.fate() == Fate::NotWhereThought => match self.line(&line).await? {
                Line::Over => self
                    .calls
                    .step(&call.id, name, &Command::CallerGone)
                    .await
                    .map(|_| ()),
                Line::Live => Err(of_move(error)),
            },
            Err(error) => Err(of_move(error)),
        }
    }

    /// Whether the call is still in the state that asked for the move; false when nothing is known of it any more.
    async fn is_as_it_was(&self, call: &Call) -> Result<bool, JobError> {
        let Some((newer, _)) = self.calls.read(call.id.as_str()).await? else {
            return Ok(false);
        };
        if newer.leg != call.leg || newer.state != call.state {
            return Err(JobError::retry("the line moved meanwhile"));
        }
        Ok(true)
    }

    /// Whether the caller's line has dialled lines that are still up.
    async fn has_children(&self, call: &Call) -> Result<bool, JobError> {
        let filter = CallFilter {
            parent: sid(call),
            ..CallFilter::default()
        };
        let children = self.rest.list_calls(&filter).await.map_err(of_carrier)?;
        let live = |child: &CarrierCall| !child.status.is_some_and(CallStatus::is_final);
        if children.items.iter().any(live) {
            return Ok(true);
        }
        // The one that cannot be read may be the one that they talk to.
        if children.complete {
            Ok(false)
        } else {
            Err(JobError::again_because(
                READ_AGAIN,
                "whom the line has dialled cannot be read",
            ))
        }
    }
}
