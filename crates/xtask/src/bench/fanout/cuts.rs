//! Lines that break: whatever happens meanwhile is told afterwards, in order, and once.

use std::time::Duration;

use anyhow::Result;

use super::client::{Ask, Seen};
use super::house::{House, Plan};
use crate::figures::{Measured, float};
use crate::report::Row;
use crate::time::Arrivals;

const WITHIN: Duration = Duration::from_secs(30);

/// Each client again and again, for itself.
pub(super) async fn staggered(quick: bool) -> Result<Row> {
    let (clients, seconds, every_ms, per_s) = if quick {
        (200, 5, 2_000, 10)
    } else {
        (2_000, 60, 15_000, 20)
    };
    eprintln!("fanout: {clients} clients cut every {every_ms} ms for {seconds} s, {per_s} events/s");
    let mut house = open(clients).await?;
    let away_ms = 2_000;
    house.system.crew.tell(&Ask::Churn { every_ms, away_ms }).await?;
    let last = house
        .system
        .publisher
        .publish(Arrivals::soon(per_s, per_s * seconds))
        .await?;
    house.system.crew.tell(&Ask::Stay).await?;
    let what = format!(
        "{clients} clients cut about every {every_ms} ms, {away_ms} ms away, {per_s} events/s; from connecting to having everything"
    );
    finish(house, "cut-2000-staggered", what, last, per_s * seconds).await
}

/// All in the same moment.
pub(super) async fn at_once(quick: bool) -> Result<Row> {
    let (clients, rounds) = if quick { (200, 1) } else { (2_000, 10) };
    eprintln!("fanout: {clients} clients cut at once, {rounds} times");
    let mut house = open(clients).await?;
    let away_ms = 2_000;
    let (per_s, seconds) = (20, 5);
    let mut last = 0;
    for _ in 0..rounds {
        house.system.crew.tell(&Ask::Cut { away_ms }).await?;
        last = house
            .system
            .publisher
            .publish(Arrivals::soon(per_s, per_s * seconds))
            .await?;
        house.system.crew.all_there(last, WITHIN).await?;
    }
    let what = format!(
        "{clients} clients cut in the same moment and back in the same moment {away_ms} ms later, {rounds} times, {per_s} events/s"
    );
    finish(house, "cut-2000-at-once", what, last, per_s * seconds * rounds).await
}

async fn open(clients: usize) -> Result<House> {
    let mut house = House::open(Plan {
        clients,
        floor: false,
        apart: false,
    })
    .await?;
    let last = house.system.publisher.burst(1).await?;
    house.system.crew.all_there(last, WITHIN).await?;
    house.system.crew.rush().await?;
    house.system.crew.take().await?;
    Ok(house)
}

/// Waits for the last event, and makes a row of what the clients saw.
async fn finish(mut house: House, id: &'static str, what: String, last: u64, published: u64) -> Result<Row> {
    let there = house.system.crew.there(last, WITHIN).await?;
    let clients = house.system.crew.count;
    let seen = house.system.crew.take().await?;
    house.close().await?;
    Ok(row(id, what, &seen, clients as u64 * published)?
        .at_most("p99_ms", 100.0)
        .same("clients that have everything", clients as u64, there as u64))
}

/// Catch-ups, and whether everything was delivered, in order, once.
pub(super) fn row(id: &'static str, what: String, seen: &Seen, wanted: u64) -> Result<Row> {
    let (mut catch_ups, mut returns) = (Measured::new()?, Measured::new()?);
    catch_ups.round_of(&seen.catch_ups)?;
    returns.round_of(&seen.returns)?;
    let counts = &seen.counts;
    let returns = returns.figures();
    Ok(Row::new(id, what, catch_ups.figures(), None)
        .fact("delivered_percent", float(counts.events) * 100.0 / float(wanted))
        .fact("delivered", float(counts.events))
        .fact("cuts", float(counts.cuts))
        .fact("resumed", float(counts.resumed))
        .fact("told_everything_anew", float(counts.snapshots))
        .fact("failed_connections", float(counts.failed))
        .fact("with_its_ticket_p50_ms", returns.p50_ms.unwrap_or(f64::NAN))
        .fact("with_its_ticket_p99_ms", returns.p99_ms.unwrap_or(f64::NAN))
        .fact("with_its_ticket_max_ms", returns.max_ms.unwrap_or(f64::NAN))
        .same("events delivered", wanted, counts.events)
        .same("events missing before a later one", 0, counts.missing)
        .same("events delivered again", 0, counts.again)
        .same("heartbeats ahead of what was sent", 0, counts.ahead)
        .same("positions refused", 0, counts.resets)
        .same("frames that broke the protocol", 0, counts.broken))
}
