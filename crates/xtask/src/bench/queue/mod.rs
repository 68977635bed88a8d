//! `queue`: when jobs start, how many a second, and what becomes of those of a killed worker.

mod backlog;
mod due;
mod house;
mod job;
mod kills;
mod peers;
mod pickup;
mod throughput;
mod workers;

use anyhow::Result;

pub(crate) use self::workers::{WorkerArgs, floor, worker};
use crate::Only;
use crate::report::Report;

/// The floor's list.
const FLOOR_LIST: &[u8] = b"floor:jobs";

/// Runs the rows that are wanted.
pub(crate) async fn bench(quick: bool, only: &Only, peers: bool, report: &mut Report) -> Result<()> {
    only.check(&[
        "warm", "cold", "spread", "burst", "noop", "backlog", "kills", "poison", "peers",
    ])?;
    let mut warm_p50_ms = None;
    if only.wants("warm") {
        let (row, p50_ms) = pickup::warm(quick).await?;
        warm_p50_ms = Some(p50_ms);
        report.add(row);
    }
    if only.wants("cold") {
        report.add(pickup::cold(quick, warm_p50_ms).await?);
    }
    if only.wants("spread") {
        report.add(due::spread(quick).await?);
    }
    if only.wants("burst") {
        report.add(due::burst(quick).await?);
    }
    if only.wants("noop") {
        report.add(throughput::noop(quick).await?);
    }
    if only.wants("backlog") {
        for row in backlog::due(quick)
            .await?
            .into_iter()
            .chain(backlog::ready(quick).await?)
        {
            report.add(row);
        }
    }
    if only.wants("kills") {
        report.add(kills::kills(quick).await?);
    }
    // Three leases have to run out, one after the other: too long for a smoke run.
    if only.wants("poison") && !quick {
        report.add(kills::poison().await?);
    }
    if peers && only.wants("peers") {
        for row in peers::rows(quick).await? {
            report.add(row);
        }
    }
    Ok(())
}
