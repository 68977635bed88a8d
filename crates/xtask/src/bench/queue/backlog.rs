//! Whether waiting jobs slow the others: the same work beside ten of them and beside a million.

use anyhow::Result;
use switchboard_queue::Push;

use super::house::{House, Side, micros};
use super::job::Work;
use super::pickup::stream;
use crate::figures::{Measured, float, rounded};
use crate::report::Row;
use crate::time::{Arrivals, wall_us};

const FEW: u64 = 10;
const DAY_MS: i64 = 86_400_000;
const PER_S: u64 = 200;

/// Both sides of a comparison, with their names.
fn rows(
    ids: [&'static str; 2],
    what: &str,
    sides: [&Measured; 2],
    floors: [Option<&Measured>; 2],
    job_bytes: f64,
) -> Vec<Row> {
    let [few, much] = sides;
    let [floor_few, floor_much] = floors.map(|floor| floor.map(Measured::figures));
    let p50 = |side: &Measured| side.figures().p50_ms.unwrap_or(f64::NAN);
    let ratio = rounded(p50(much) / p50(few));
    vec![
        Row::new(ids[0], format!("{what}, {FEW} waiting"), few.figures(), floor_few),
        Row::new(
            ids[1],
            format!("{what}, many waiting"),
            much.figures(),
            floor_much,
        )
        .fact("p50_ratio_to_few", ratio)
        .fact("p99_ratio_to_few", much.p99_ratio(few).unwrap_or(f64::NAN))
        .fact("redis_bytes_per_waiting_job", job_bytes)
        .at_most("p50_ratio_to_few", 1.5),
    ]
}

/// What a job of the backlog takes in Redis, after pushing it.
async fn fill(house: &House, count: u64, push: impl Fn() -> Result<Push>) -> Result<f64> {
    let before = house.rig.memory().await?;
    house.push_all((0..count).map(|_| push())).await?;
    let grown = house.rig.memory().await?.saturating_sub(before);
    Ok((float(grown) / float(count)).round())
}

/// Jobs that wait for tomorrow, beside a stream of jobs that want to start at once.
pub(super) async fn due(quick: bool) -> Result<Vec<Row>> {
    let (rounds, seconds, waiting) = if quick { (1, 1, 10_000) } else { (5, 4, 1_000_000) };
    eprintln!(
        "queue: pickup beside {FEW} and {waiting} jobs that are due tomorrow, {rounds} rounds of {seconds} s"
    );
    let (few, much) = (House::open().await?, House::open().await?);
    let tomorrow = wall_us() / 1000 + DAY_MS;
    let later = || Ok(Push::at(&Work::Noop, tomorrow)?);
    fill(&few, FEW, later).await?;
    let job_bytes = fill(&much, waiting, later).await?;
    let mut workers = [few.worker(16, 0).await?, much.worker(16, 0).await?];
    let mut sides = [Measured::new()?, Measured::new()?];
    for house_and_worker in [&few, &much].into_iter().zip(&mut workers) {
        let (house, worker) = house_and_worker;
        stream(house, worker, Arrivals::soon(PER_S, PER_S / 2), Side::System).await?;
    }
    for _ in 0..rounds {
        for ((house, worker), side) in [&few, &much].into_iter().zip(&mut workers).zip(&mut sides) {
            let round = stream(
                house,
                worker,
                Arrivals::soon(PER_S, PER_S * seconds),
                Side::System,
            )
            .await?;
            side.round(&micros(&round.seen.pickups_ns))?;
            side.cost(round.seen.count, round.cost);
        }
    }
    for worker in workers {
        worker.part.stop().await?;
    }
    let ids = if quick {
        ["backlog-due-10", "backlog-due-10000"]
    } else {
        ["backlog-due-10", "backlog-due-1000000"]
    };
    let what = "from enqueueing to start at 200 jobs/s, jobs due tomorrow";
    Ok(rows(ids, what, [&sides[0], &sides[1]], [None, None], job_bytes))
}

/// Jobs that wait for a slot: from one start to the next, one at a time.
pub(super) async fn ready(quick: bool) -> Result<Vec<Row>> {
    let (rounds, steps, waiting) = if quick {
        (1, 200, 10_000)
    } else {
        (5, 1000, 1_000_000)
    };
    eprintln!(
        "queue: one job after the other from {FEW} and {waiting} waiting ones, {rounds} rounds of {steps}"
    );
    let (few, much) = (House::open().await?, House::open().await?);
    let job_bytes = fill(&much, waiting, || Ok(Push::now(&Work::Step)?)).await?;
    much.push_all_bare(Work::Step, waiting).await?;
    let mut sides = [Measured::new()?, Measured::new()?];
    let mut floors = [Measured::new()?, Measured::new()?];
    for _ in 0..rounds {
        for (side, [short, long]) in [(Side::System, &mut sides), (Side::Floor, &mut floors)] {
            short.round(&in_tens(&few, side, steps).await?)?;
            let mut worker = much.start(side, 1, 0).await?;
            let mut starts = worker.seen(steps).await?.steps_ns;
            worker.part.stop().await?;
            starts.truncate(usize::try_from(steps)?);
            long.round(&intervals(&starts))?;
        }
    }
    let ids = if quick {
        ["backlog-ready-10", "backlog-ready-10000"]
    } else {
        ["backlog-ready-10", "backlog-ready-1000000"]
    };
    let what = "from one start to the next, one at a time; floor: LPUSH + BRPOP";
    let [few_floor, much_floor] = &floors;
    Ok(rows(
        ids,
        what,
        [&sides[0], &sides[1]],
        [Some(few_floor), Some(much_floor)],
        job_bytes,
    ))
}

/// Pushes ten at once, again and again, so that never more wait.
async fn in_tens(house: &House, side: Side, steps: u64) -> Result<Vec<u64>> {
    let mut worker = house.start(side, 1, 0).await?;
    let mut all = Vec::new();
    for _ in 0..steps / FEW {
        house.push_many(side, Work::Step, FEW).await?;
        all.extend(intervals(&worker.seen(FEW).await?.steps_ns));
    }
    worker.part.stop().await?;
    Ok(all)
}

fn intervals(starts_ns: &[u64]) -> Vec<u64> {
    let between: Vec<u64> = starts_ns
        .windows(2)
        .map(|pair| pair[1].saturating_sub(pair[0]))
        .collect();
    micros(&between)
}
