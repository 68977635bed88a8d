//! Jobs that are due later: spread over a minute, and all at once.

use anyhow::Result;
use switchboard_queue::Push;

use super::house::{House, Side, micros};
use super::job::{Seen, Work};
use crate::figures::{Measured, float};
use crate::report::Row;
use crate::time::{Arrivals, MILLISECOND, SECOND, now_ns, wall_us};

const BESIDE_PER_S: u64 = 300;

/// Many due jobs over a stretch of time, with others beside them that want to start at once.
pub(super) async fn spread(quick: bool) -> Result<Row> {
    let (rounds, seconds, due) = if quick { (1, 2, 400) } else { (3, 20, 3334) };
    eprintln!(
        "queue: {due} due jobs over {seconds} s and {BESIDE_PER_S}/s beside them, {rounds} rounds on each side"
    );
    let house = House::open().await?;
    let (mut worker, mut bare) = (house.worker(16, 0).await?, house.floor(1).await?);
    let (mut system, mut floor) = (Measured::new()?, Measured::new()?);
    let (mut early, mut started, mut beside) = (0, 0, Measured::new()?);
    let immediate = seconds * BESIDE_PER_S;
    for _ in 0..rounds {
        let meter = house.meter(&worker)?;
        let first_ms = wall_us() / 1000 + 500;
        let pushes = (0..due).map(|number| {
            // An order that has nothing to do with the due times.
            let place = number * 1999 % due;
            let due_ms = first_ms + i64::try_from(place * seconds * 1000 / due)?;
            Ok(Push::at(
                &Work::Due {
                    due_us: due_ms * 1000,
                },
                due_ms,
            )?)
        });
        house.push_all(pushes).await?;
        let left_us = u64::try_from(first_ms * 1000 - wall_us()).unwrap_or_default();
        let arrivals = Arrivals {
            first_ns: now_ns() + left_us * 1000,
            per_s: BESIDE_PER_S,
            count: immediate,
        };
        house.push_at(arrivals, Side::System).await?;
        let seen = worker.seen(due + immediate).await?;
        system.cost(seen.count, meter.read()?);
        early += seen.lateness_us.iter().filter(|late| **late < 0).count() as u64;
        started += seen.count;
        system.round(&lateness(&seen))?;
        beside.round(&micros(&seen.pickups_ns))?;

        // The floor has no due times: its jobs are pushed when they are due, by an exact timer.
        let meter = house.meter(&bare)?;
        let start = now_ns() + 20 * MILLISECOND;
        let all = Arrivals {
            first_ns: start,
            per_s: due / seconds,
            count: due / seconds * seconds,
        };
        let others = Arrivals {
            first_ns: start,
            per_s: BESIDE_PER_S,
            count: immediate,
        };
        let timed = all.each(|_, since_ns| {
            let due_us = wall_us()
                + (i64::try_from(since_ns).unwrap_or(0) - i64::try_from(now_ns()).unwrap_or(0)) / 1000;
            house.push_bare(Work::Due { due_us })
        });
        tokio::try_join!(timed, house.push_at(others, Side::Floor))?;
        let seen = bare.seen(all.count + immediate).await?;
        floor.cost(seen.count, meter.read()?);
        floor.round(&lateness(&seen))?;
    }
    house.empty().await?;
    worker.part.stop().await?;
    bare.part.stop().await?;
    let total = rounds * due;
    let what = format!(
        "lateness of {total} jobs due over {} s, with {BESIDE_PER_S} immediate jobs/s beside; floor: LPUSH at the due time",
        rounds * seconds
    );
    let others = beside.figures();
    Ok(Row::beside("due-spread", what, &system, &floor)
        .fact("early", float(early))
        .fact("beside_p50_ms", others.p50_ms.unwrap_or(f64::NAN))
        .fact("beside_p99_ms", others.p99_ms.unwrap_or(f64::NAN))
        .at_most("p50_ms", 1.5)
        .at_most("p99_ms", 4.0)
        .at_most("max_ms", 20.0)
        .same("early jobs", 0, early)
        .same("jobs started", total + rounds * immediate, started))
}

/// Below zero would be early, and is counted apart.
fn lateness(seen: &Seen) -> Vec<u64> {
    seen.lateness_us
        .iter()
        .map(|late| u64::try_from(*late).unwrap_or_default())
        .collect()
}

/// All due at the same millisecond.
pub(super) async fn burst(quick: bool) -> Result<Row> {
    let (rounds, count, ahead_ms) = if quick { (1, 2000, 500) } else { (5, 10_000, 1500) };
    eprintln!("queue: {count} jobs due at once, {rounds} rounds on each side");
    let house = House::open().await?;
    let (mut worker, mut bare) = (house.worker(16, 0).await?, house.floor(1).await?);
    let (mut system, mut floor) = (Measured::new()?, Measured::new()?);
    let (mut early, mut started) = (0, 0);
    for _ in 0..rounds {
        // Pushing must be over by then.
        let due_ms = wall_us() / 1000 + ahead_ms;
        let work = Work::Due {
            due_us: due_ms * 1000,
        };
        house
            .push_all((0..count).map(|_| Ok(Push::at(&work, due_ms)?)))
            .await?;
        let meter = house.meter(&worker)?;
        let seen = worker.seen(count).await?;
        system.cost(seen.count, meter.read()?);
        early += seen.lateness_us.iter().filter(|late| **late < 0).count() as u64;
        started += seen.count;
        system.round(&lateness(&seen))?;
        system.rate(rate(&seen));

        let meter = house.meter(&bare)?;
        house
            .push_all_bare(Work::Due { due_us: wall_us() }, count)
            .await?;
        let seen = bare.seen(count).await?;
        floor.cost(seen.count, meter.read()?);
        floor.round(&lateness(&seen))?;
        floor.rate(rate(&seen));
    }
    house.empty().await?;
    worker.part.stop().await?;
    bare.part.stop().await?;
    let what = format!(
        "{count} jobs due at the same millisecond, 16 at a time; floor: as many pushed by LPUSH at once, one BRPOP"
    );
    Ok(Row::beside("due-burst", what, &system, &floor)
        .fact("early", float(early))
        .at_most("max_ms", 2000.0)
        .same("early jobs", 0, early)
        .same("jobs started", rounds * count, started))
}

/// Starts a second.
pub(super) fn rate(seen: &Seen) -> f64 {
    let took_ns = seen.last_ns.saturating_sub(seen.first_ns).max(1);
    float(seen.count) * float(SECOND) / float(took_ns)
}
