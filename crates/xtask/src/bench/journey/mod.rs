//! `journey`: a call's way through all processes to the agents' screens, and Answer's way back to the carrier.

mod carrier;
mod drive;
mod floor;
mod house;
mod relay;

use anyhow::Result;
use tokio::task::LocalSet;

pub(crate) use self::carrier::{CarrierArgs, carrier};
use self::drive::calls;
pub(crate) use self::floor::floor;
use self::house::House;
use crate::Only;
use crate::cpu::{Cost, used_us};
use crate::figures::{Measured, float};
use crate::http::Connection;
use crate::report::{Report, Row};
use crate::time::{Arrivals, now_ns};

const CALLS_PER_S: u64 = 10;
/// Events of a call from its first ring to its end, each of which is told to every screen. The floor tells as many: a
/// round to 500 sockets that falls on another one waits, however little is done besides.
const EVENTS_OF_CALL: u64 = 11;

/// Runs the rows; they come from the same calls.
pub(crate) async fn bench(quick: bool, only: &Only, report: &mut Report) -> Result<()> {
    only.check(&["calls"])?;
    let rows = LocalSet::new().run_until(rows(quick)).await?;
    for row in rows {
        report.add(row);
    }
    Ok(())
}

async fn rows(quick: bool) -> Result<[Row; 3]> {
    let (agents, rounds, seconds) = if quick { (50, 1, 3) } else { (500, 4, 15) };
    eprintln!(
        "journey: {CALLS_PER_S} calls/s, {agents} agents' sockets, {rounds} rounds of {seconds} s on each side"
    );
    let mut house = House::open(agents).await?;
    let mut sides = [(); 4].map(|()| Measured::new());
    let [choices, profiles, answers, floor] = &mut sides;
    let (choices, profiles, answers, floor) = (
        choices.as_mut().map_err(|_| anyhow::anyhow!("no histogram"))?,
        profiles.as_mut().map_err(|_| anyhow::anyhow!("no histogram"))?,
        answers.as_mut().map_err(|_| anyhow::anyhow!("no histogram"))?,
        floor.as_mut().map_err(|_| anyhow::anyhow!("no histogram"))?,
    );
    let count = CALLS_PER_S * seconds;
    let many = agents as u64;
    calls(&mut house, many, 0, CALLS_PER_S, CALLS_PER_S).await?;
    bare(&mut house, EVENTS_OF_CALL * CALLS_PER_S).await?;
    let (mut made, mut incomplete) = (0, 0);
    for round in 0..rounds {
        let before = cost(&house)?;
        let first = CALLS_PER_S + round * count;
        let ways = calls(&mut house, many, first, CALLS_PER_S, count).await?;
        let after = cost(&house)?;
        choices.cost(
            ways.calls,
            Cost {
                own_us: after.own_us - before.own_us,
                redis_us: after.redis_us - before.redis_us,
            },
        );
        choices.round(&ways.choices)?;
        profiles.round(&ways.profiles)?;
        answers.round(&ways.answers)?;
        made += ways.calls;
        incomplete += ways.incomplete;
        floor.round_of(&bare(&mut house, EVENTS_OF_CALL * count).await?)?;
    }
    let seen = house.crew.take().await?;
    house.close().await?;
    let lost = seen.counts.missing + seen.counts.again;
    Ok([
        Row::beside(
            "choice-to-card",
            "the caller's key at our door -> its card on each of 500 screens; CPU of all processes for a whole call; floor: bare actix-web, two round trips, a loop of writes, as many events a second",
            choices,
            floor,
        )
        .fact("calls", float(made))
        .at_most("p99_ms", 10.0)
        .same("calls of which something was not seen", 0, incomplete)
        .same("events lost or told twice", 0, lost),
        Row::beside(
            "answer-to-profile",
            "the customer database's answer at our door -> the profile on each of 500 screens; floor: the same",
            profiles,
            floor,
        )
        .at_most("p99_ms", 10.0),
        Row::new(
            "answer-to-carrier",
            "Answer until it is answered, and the agent's line in the conference -> the request that brings the caller",
            answers.figures(),
            None,
        )
        .at_most("p99_ms", 10.0),
    ])
}

/// The floor's requests, as often as something happens to a call.
async fn bare(house: &mut House, count: u64) -> Result<Vec<(u64, u64)>> {
    house.floor_crew.take().await?;
    let to = house.floor;
    let connection = tokio::sync::Mutex::new(Connection::open(to).await?);
    let connection = &connection;
    Arrivals::soon(EVENTS_OF_CALL * CALLS_PER_S, count)
        .each(|_, _| async move {
            let at = now_ns().to_string();
            let request = format!(
                "POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: {}\r\n\r\n{at}",
                at.len()
            );
            connection.lock().await.exchange(request.as_bytes()).await?;
            Ok(())
        })
        .await?;
    tokio::time::sleep(std::time::Duration::from_millis(300)).await;
    Ok(house.floor_crew.take().await?.latencies)
}

fn cost(house: &House) -> Result<Cost> {
    let own = house.pids().into_iter().map(used_us).sum::<Result<u64>>()?;
    Ok(Cost {
        own_us: own,
        redis_us: used_us(house.rig.redis_pid()?)?,
    })
}
