//! Workers that are killed with jobs in their hands.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use switchboard_queue::{Job as _, Push};
use switchboard_runtime::Rng;

use super::house::{House, Worker};
use super::job::{Poison, Work};
use crate::figures::{Measured, float};
use crate::report::Row;
use crate::rig::PATIENCE;
use crate::time::now_ns;

const JOBS: u64 = 20;

/// Kills whoever has the jobs, again and again, while another worker stands idle.
pub(super) async fn kills(quick: bool) -> Result<Row> {
    let rounds = if quick { 1 } else { 20 };
    eprintln!("queue: {rounds} workers killed with {JOBS} running jobs");
    let house = House::open().await?;
    let rng = Rng::from_seed(1);
    let mut holder = house.worker(32, 0).await?;
    for number in 0..JOBS {
        house.push(Work::Hold { number }).await?;
    }
    starts(&mut holder).await?;
    let mut system = Measured::new()?;
    let mut lost = 0;
    for _ in 0..rounds {
        let mut spare = house.worker(32, 0).await?;
        // Anywhere between two renewals of the leases.
        tokio::time::sleep(Duration::from_millis(rng.below(800))).await;
        let killed_ns = now_ns();
        holder.part.kill().await?;
        let again = starts(&mut spare).await?;
        let numbers: BTreeSet<u64> = again.iter().map(|(number, _)| *number).collect();
        lost += JOBS - numbers.len() as u64;
        let after: Vec<u64> = again
            .iter()
            .map(|(_, at_ns)| at_ns.saturating_sub(killed_ns) / 1000)
            .collect();
        system.round(&after)?;
        holder = spare;
    }
    holder.part.kill().await?;
    let what = format!(
        "from kill -9 of a worker with {JOBS} running jobs to their next start; a list would have lost them"
    );
    Ok(Row::new("kill-20-running", what, system.figures(), None)
        .fact("kills", float(rounds))
        .fact("lost", float(lost))
        .at_most("max_ms", 1600.0)
        .same("lost jobs", 0, lost))
}

/// Waits until it says that all jobs have started: which, and when.
async fn starts(worker: &mut Worker) -> Result<Vec<(u64, u64)>> {
    let mut starts = Vec::new();
    for _ in 0..JOBS {
        let line = worker.part.line(PATIENCE).await?;
        let mut words = line.strip_prefix("started ").context("no start")?.split(' ');
        let mut next = || -> Result<u64> { Ok(words.next().context("too short")?.parse()?) };
        starts.push((next()?, next()?));
    }
    Ok(starts)
}

/// A job that takes every worker along, until its limit.
pub(super) async fn poison() -> Result<Row> {
    eprintln!("queue: a job that ends its worker, {} times", Poison::ATTEMPTS);
    let house = House::open().await?;
    let mut system = Measured::new()?;
    house.producer.push(&Push::now(&Poison {})?).await?;
    let begun = Instant::now();
    let mut deaths = 0;
    for _ in 0..Poison::ATTEMPTS {
        house.doomed()?.part.ended().await?;
        deaths += 1;
    }
    let last = Instant::now();
    let survivor = house.worker(1, 0).await?;
    while house.admin.stats().await?.dead == 0 {
        ensure!(
            begun.elapsed() < PATIENCE,
            "the poison is not dead after {deaths} deaths"
        );
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    system.round(&[u64::try_from(last.elapsed().as_micros())?])?;
    survivor.part.stop().await?;
    let letters = house.admin.dead(Poison::QUEUE, 1).await?;
    let attempts = letters.first().map_or(0, |letter| u64::from(letter.attempts));
    let what = "a job that ends its process, from its last start to the dead letters";
    Ok(Row::new("kill-poison", what, system.figures(), None)
        .fact("deaths", float(deaths))
        .at_most("max_ms", 1700.0)
        .same(
            "attempts in the dead letter",
            u64::from(Poison::ATTEMPTS),
            attempts,
        ))
}
