//! What a connection costs that has nothing to do.

use std::time::Duration;

use anyhow::Result;

use super::house::{House, Plan};
use crate::cpu::{resident_kb, used_us};
use crate::figures::{Measured, float, rounded};
use crate::report::Row;
use crate::rig::Rig;

/// Connects everybody and looks at the server's memory before and after, and at its processor time at rest.
pub(super) async fn idle(quick: bool) -> Result<Row> {
    let (clients, seconds) = if quick { (500, 2) } else { (10_000, 20) };
    eprintln!("fanout: {clients} idle connections");
    // Of a server of its own: nobody has connected to it.
    let empty_kb = {
        let rig = Rig::start().await?;
        let mut server = super::house::start(&rig)?;
        server.ready().await?;
        tokio::time::sleep(Duration::from_secs(2)).await;
        let kb = resident_kb(server.pid)?;
        server.stop().await?;
        kb
    };
    let mut house = House::open(Plan {
        clients,
        floor: false,
        apart: false,
    })
    .await?;
    let pid = house.system.server.pid;
    let before = used_us(pid)?;
    tokio::time::sleep(Duration::from_secs(seconds)).await;
    let busy = float(used_us(pid)? - before) / 10_000.0 / float(seconds);
    let full_kb = resident_kb(pid)?;
    let seen = house.system.crew.take().await?;
    house.close().await?;
    let each = float(full_kb.saturating_sub(empty_kb)) / float(clients as u64);
    let mut measured = Measured::new()?;
    measured.round_of(&seen.catch_ups)?;
    let what =
        format!("{clients} authenticated connections at rest; the times are those of connecting, 64 at once");
    Ok(Row::new("idle-10000", what, measured.figures(), None)
        .fact("resident_kb_per_connection", rounded(each))
        .fact("resident_kb_without", float(empty_kb))
        .fact("cpu_percent_at_rest", rounded(busy))
        .at_most("resident_kb_per_connection", 6.0)
        .same(
            "connections that did not hold",
            0,
            seen.counts.closed.values().sum(),
        ))
}
