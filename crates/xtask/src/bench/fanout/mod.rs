//! `fanout`: from the stream to the screens of thousands of agents, and back again after their lines broke.

mod broadcast;
mod client;
mod crew;
mod cuts;
mod floor;
mod house;
mod idle;
mod publish;
mod storm;

use anyhow::Result;

pub(crate) use self::client::{ClientArgs, Sight, clients, frame};
pub(crate) use self::crew::Crew;
pub(crate) use self::floor::floor;
pub(crate) use self::publish::{APPEND, event};
use crate::Only;
use crate::report::Report;

/// The floor's own stream, so that neither side hears the other's.
pub(crate) const FLOOR_PREFIX: &str = "{floor}";

/// Runs the rows that are wanted.
pub(crate) async fn bench(quick: bool, only: &Only, report: &mut Report) -> Result<()> {
    only.check(&["all", "one", "burst", "idle", "cut", "cut-at-once", "storm"])?;
    if only.wants("all") {
        for row in broadcast::ROWS {
            report.add(broadcast::all(quick, row).await?);
        }
    }
    if only.wants("one") {
        report.add(broadcast::one(quick).await?);
    }
    if only.wants("burst") {
        report.add(broadcast::burst(quick).await?);
    }
    if only.wants("idle") {
        report.add(idle::idle(quick).await?);
    }
    if only.wants("cut") {
        report.add(cuts::staggered(quick).await?);
    }
    if only.wants("cut-at-once") {
        report.add(cuts::at_once(quick).await?);
    }
    if only.wants("storm") {
        report.add(storm::storm(quick).await?);
    }
    Ok(())
}
