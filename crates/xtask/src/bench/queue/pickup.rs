//! From enqueueing to start, warm and cold.

use anyhow::Result;

use super::house::{House, Round, Side, Worker, micros};
use super::job::Work;
use crate::figures::{Measured, float, rounded};
use crate::report::Row;
use crate::time::{Arrivals, Pacer, SECOND, now_ns};

const WARM_PER_S: u64 = 500;

/// A steady stream.
pub(super) async fn warm(quick: bool) -> Result<(Row, f64)> {
    let (rounds, seconds) = if quick { (1, 1) } else { (6, 10) };
    eprintln!("queue: pickup at {WARM_PER_S} jobs/s, {rounds} rounds of {seconds} s on each side");
    let house = House::open().await?;
    let (mut worker, mut bare) = (house.worker(16, 0).await?, house.floor(1).await?);
    let (mut system, mut floor) = (Measured::new()?, Measured::new()?);
    // Connections, scripts and code become warm.
    for (part, side) in [(&mut worker, Side::System), (&mut bare, Side::Floor)] {
        stream(&house, part, Arrivals::soon(WARM_PER_S, WARM_PER_S / 2), side).await?;
    }
    let count = WARM_PER_S * seconds;
    let (mut started, mut again) = (0, 0);
    for _ in 0..rounds {
        let own = stream(
            &house,
            &mut worker,
            Arrivals::soon(WARM_PER_S, count),
            Side::System,
        )
        .await?;
        started += own.seen.count;
        again += own.seen.again;
        let round = stream(&house, &mut bare, Arrivals::soon(WARM_PER_S, count), Side::Floor).await?;
        for (side, round) in [(&mut system, own), (&mut floor, round)] {
            side.round(&micros(&round.seen.pickups_ns))?;
            side.cost(round.seen.count, round.cost);
        }
    }
    house.empty().await?;
    worker.part.stop().await?;
    bare.part.stop().await?;
    let figures = system.figures();
    let p50_ms = figures.p50_ms.unwrap_or(f64::NAN);
    let what = "from enqueueing to start, 500 jobs/s; floor: LPUSH + BRPOP";
    let row = Row::beside("pickup-warm-500", what, &system, &floor)
        .at_most("p50_ms", 0.35)
        .at_most("p99_ms", 0.7)
        .at_most("max_ms", 5.0)
        .same("jobs started", rounds * count, started)
        .same("jobs started twice", 0, again);
    Ok((row, p50_ms))
}

pub(super) async fn stream(
    house: &House,
    worker: &mut Worker,
    arrivals: Arrivals,
    side: Side,
) -> Result<Round> {
    let meter = house.meter(worker)?;
    house.push_at(arrivals, side).await?;
    let seen = worker.seen(arrivals.count).await?;
    Ok(Round {
        seen,
        cost: meter.read()?,
    })
}

/// One every two seconds: the processor's caches belong to others, and everything sleeps. The floor's come in
/// between.
pub(super) async fn cold(quick: bool, warm_p50_ms: Option<f64>) -> Result<Row> {
    let count = if quick { 1 } else { 30 };
    eprintln!("queue: pickup of one job every 2 s, {count} on each side");
    let house = House::open().await?;
    let (mut worker, mut bare) = (house.worker(16, 0).await?, house.floor(1).await?);
    let pacer = Pacer::new()?;
    // The first makes connections and loads scripts: that is another kind of cold.
    house.push(Work::Noop).await?;
    worker.seen(1).await?;
    house.push_bare(Work::Noop).await?;
    bare.seen(1).await?;
    let begun = now_ns() + SECOND;
    for number in 0..count {
        let since_ns = begun + number * 2 * SECOND;
        pacer.until(since_ns).await?;
        house.push(Work::Now { since_ns }).await?;
        let since_ns = since_ns + SECOND;
        pacer.until(since_ns).await?;
        house.push_bare(Work::Now { since_ns }).await?;
    }
    let (mut system, mut floor) = (Measured::new()?, Measured::new()?);
    system.round(&micros(&worker.seen(count).await?.pickups_ns))?;
    floor.round(&micros(&bare.seen(count).await?.pickups_ns))?;
    house.empty().await?;
    worker.part.stop().await?;
    bare.part.stop().await?;
    let figures = system.figures();
    let what = format!("the same, one job every 2 s, {} of them", float(count));
    let mut row = Row::beside("pickup-cold", what, &system, &floor);
    if let (Some(cold), Some(warm)) = (figures.p50_ms, warm_p50_ms) {
        row = row
            .fact("p50_ratio_to_warm", rounded(cold / warm))
            .at_most("p50_ratio_to_warm", 3.0);
    }
    Ok(row)
}
