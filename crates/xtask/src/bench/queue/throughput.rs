//! Jobs a second.

use anyhow::Result;

use super::due::rate;
use super::house::{House, Side};
use super::job::Work;
use crate::cpu::{Cost, used_us};
use crate::figures::Measured;
use crate::report::Row;

const AT_ONCE: usize = 50;

/// Jobs that do nothing, from a full queue.
pub(super) async fn noop(quick: bool) -> Result<Row> {
    let (rounds, count) = if quick { (1, 20_000) } else { (5, 200_000) };
    eprintln!("queue: {count} jobs that do nothing, {rounds} rounds on each side");
    let house = House::open().await?;
    let redis = house.rig.redis_pid()?;
    let (mut system, mut floor) = (Measured::new()?, Measured::new()?);
    let (mut started, mut again) = (0, 0);
    for _ in 0..rounds {
        for (measured, side) in [(&mut system, Side::System), (&mut floor, Side::Floor)] {
            house.push_many(side, Work::Noop, count).await?;
            let redis_us = used_us(redis)?;
            let mut worker = house.start(side, AT_ONCE, AT_ONCE).await?;
            let seen = worker.seen(count).await?;
            measured.rate(rate(&seen));
            // The start of the process is in its account; against so many jobs it is little.
            let own_us = used_us(worker.part.pid)?;
            measured.cost(
                seen.count,
                Cost {
                    own_us,
                    redis_us: used_us(redis)? - redis_us,
                },
            );
            if side == Side::System {
                started += seen.count;
                again += seen.again;
                house.empty().await?;
            }
            worker.part.stop().await?;
        }
    }
    Ok(Row::beside(
        "noop-throughput",
        "jobs that do nothing, one worker, 50 at a time and 50 ready; floor: 50 connections with BRPOP",
        &system,
        &floor,
    )
    .at_least("per_s", 40_000.0)
    .same("jobs started", rounds * count, started)
    .same("jobs started twice", 0, again))
}
