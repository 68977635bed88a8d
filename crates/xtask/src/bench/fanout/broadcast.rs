//! From publishing to being read: by all clients, by one, and when there is more than can be written one by one.

use std::time::Duration;

use anyhow::Result;

use super::house::{House, Plan, Round};
use crate::figures::{Measured, float, rounded};
use crate::report::Row;

/// For the last to arrive; what is later is behind.
const WITHIN: Duration = Duration::from_secs(10);

/// So many clients, and the row's name.
pub(super) const ROWS: [(usize, &str); 3] = [(1_000, "all-1000"), (5_000, "all-5000"), (10_000, "all-10000")];

/// What both sides gave over all rounds.
struct Both {
    system: Measured,
    floor: Measured,
    /// Events that the system's clients should have got and did not get in their place.
    undelivered: u64,
    delivered: u64,
    /// Connections of the system that did not hold.
    closed: u64,
}

async fn both(clients: usize, rounds: u64, per_s: u64, count: u64) -> Result<Both> {
    let mut house = House::open(Plan {
        clients,
        floor: true,
        apart: true,
    })
    .await?;
    let mut both = Both {
        system: Measured::new()?,
        floor: Measured::new()?,
        undelivered: 0,
        delivered: 0,
        closed: 0,
    };
    // Everything becomes warm, and every client of the floor learns where it is.
    house.both(10, 5, WITHIN).await?;
    for _ in 0..rounds {
        let (own, bare) = house.both(per_s, count, WITHIN).await?;
        let counts = &own.seen.counts;
        let wanted = clients as u64 * count;
        both.undelivered += wanted.abs_diff(counts.events) + counts.missing + counts.again + own.behind;
        both.delivered += counts.events;
        if !counts.closed.is_empty() {
            eprintln!("fanout: the server ended connections: {:?}", counts.closed);
        }
        both.closed += counts.closed.values().sum::<u64>();
        for (side, round) in [(&mut both.system, own), (&mut both.floor, bare)] {
            let Round { seen, cost, .. } = round;
            side.round_of(&seen.latencies)?;
            side.cost(seen.counts.events, cost);
        }
    }
    house.close().await?;
    Ok(both)
}

/// To everybody.
pub(super) async fn all(quick: bool, (clients, id): (usize, &'static str)) -> Result<Row> {
    let (clients, rounds, count) = if quick {
        (clients / 10, 1, 2)
    } else {
        (clients, 8, 5)
    };
    eprintln!("fanout: to all of {clients} clients, {rounds} rounds of {count} events on each side");
    let both = both(clients, rounds, 2, count).await?;
    let what = format!(
        "publish -> read by all of {clients} clients, 256 B; floor: a loop of writes with as many threads, same processor"
    );
    let each = |side: &Measured| side.figures().cpu_us_per_unit.unwrap_or(f64::NAN);
    Ok(Row::beside(id, what, &both.system, &both.floor)
        .fact("clients", float(clients as u64))
        // The system's side holds its heartbeats, which come whatever is published.
        .fact("cpu_ratio_to_floor", rounded(each(&both.system) / each(&both.floor)))
        .at_most("p99_ratio_to_floor", 1.25)
        .same("events not delivered in their place", 0, both.undelivered)
        .same("connections that did not hold", 0, both.closed))
}

/// To the only client, fast. Every agent sees every event, so there are no events for one among many: this is the
/// way of one event from Redis to one screen, without the others' writes.
pub(super) async fn one(quick: bool) -> Result<Row> {
    let (rounds, count) = if quick { (1, 500) } else { (4, 10_000) };
    eprintln!("fanout: to one client, 1,000 events/s, {rounds} rounds on each side");
    let both = both(1, rounds, 1000, count).await?;
    let what = "publish -> read by the only client, 1,000/s; floor: as above";
    Ok(Row::beside("one-1000", what, &both.system, &both.floor)
        .at_most("p99_ms", 0.6)
        .at_most("max_ms", 10.0)
        .same("events not delivered in their place", 0, both.undelivered))
}

/// More than can be written one by one.
pub(super) async fn burst(quick: bool) -> Result<Row> {
    let (clients, rounds, seconds) = if quick { (200, 1, 1) } else { (1_000, 3, 8) };
    eprintln!("fanout: 200 events/s to {clients} clients for {seconds} s, {rounds} rounds on each side");
    let both = both(clients, rounds, 200, 200 * seconds).await?;
    let wanted = rounds * seconds * 200 * clients as u64;
    let what = format!(
        "publish -> read by {clients} clients, 200/s for {seconds} s; floor: one write for each event"
    );
    Ok(Row::beside("burst-1000x200", what, &both.system, &both.floor)
        .fact("delivered_percent", float(both.delivered) * 100.0 / float(wanted))
        .at_most("p99_ms", 60.0)
        .same("events not delivered in their place", 0, both.undelivered)
        .same("connections that did not hold", 0, both.closed))
}
