//! What the passing of time does. Jobs ask; they are never asked twice for the same thing.

use super::step::Step;
use crate::{Cause, Rejected, State};

/// The three-minute promise.
pub(super) fn check_unanswered(step: &mut Step<'_>, entry: u32) -> Result<(), Rejected> {
    let State::Queued(waiting) = step.call.state.clone() else {
        return Ok(());
    };
    if step.call.queue_entries != entry {
        return Ok(()); // A later entry has its own deadline.
    }
    if step.now < waiting.deadline {
        return Err(Rejected::Early {
            until: waiting.deadline,
        });
    }
    step.ring_office(waiting, Cause::DeadlinePassed);
    Ok(())
}

/// A claim whose agent never came. Does nothing while the caller is being connected: that has its own check,
/// which asks the carrier.
pub(super) fn expire_claim(step: &mut Step<'_>, number: u32) -> Result<(), Rejected> {
    let State::Claimed { claim, until, .. } = &step.call.state else {
        return Ok(());
    };
    if claim.number != number {
        return Ok(());
    }
    if step.now < *until {
        return Err(Rejected::Early { until: *until });
    }
    step.give_up_claim(Cause::ClaimExpired);
    Ok(())
}
