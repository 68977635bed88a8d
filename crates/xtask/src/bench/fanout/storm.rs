//! Everybody comes back to a server that has just been started again.

use std::time::{Duration, Instant};

use anyhow::{Result, ensure};

use super::client::Ask;
use super::cuts::row;
use super::house::{House, Plan};
use crate::report::Row;

const WITHIN: Duration = Duration::from_secs(30);
/// What happens while the server is away.
const MISSED: u64 = 50;

/// kill -9, a new start, and all clients in the moment in which it listens.
pub(super) async fn storm(quick: bool) -> Result<Row> {
    let (clients, rounds) = if quick { (500, 1) } else { (5_000, 5) };
    eprintln!("fanout: {clients} clients come back to a restarted server, {rounds} times");
    let mut house = House::open(Plan {
        clients,
        floor: false,
        apart: false,
    })
    .await?;
    let system = &mut house.system;
    let last = system.publisher.burst(1).await?;
    system.crew.all_there(last, WITHIN).await?;
    system.crew.rush().await?;
    system.crew.take().await?;
    for _ in 0..rounds {
        // While there is somebody who gives tickets.
        system.crew.tell(&Ask::Stock).await?;
        let begun = Instant::now();
        while system.crew.stand(0).await?.stocked < clients {
            ensure!(begun.elapsed() < WITHIN, "no tickets");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        system.crew.tell(&Ask::Away).await?;
        system.server.kill().await?;
        let last = system.publisher.burst(MISSED).await?;
        system.server.again()?;
        let since_ns = system.server.listens().await?;
        system.crew.tell(&Ask::Back { since_ns }).await?;
        system.crew.all_there(last, WITHIN).await?;
    }
    let seen = system.crew.take().await?;
    house.close().await?;
    let what = format!(
        "{clients} clients with their tickets come back at once when a restarted server listens, {rounds} times; from then until each has everything"
    );
    // Here the time counts from the listener on, not from each connection.
    let mut served = seen;
    served.catch_ups.clone_from(&served.returns);
    Ok(row("storm-5000", what, &served, clients as u64 * MISSED * rounds)?.at_most("max_ms", 1500.0))
}
