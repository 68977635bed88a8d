//! How much one machine carries: more sockets and more calls, step by step, until something breaks.
//!
//! Every agent has a socket, held by a process of its own whose screens read and count. Some of the agents answer, as
//! many as the calls need. Each step is a system of its own, so that a step that broke does not break the next.

use std::time::Duration;

use anyhow::{Context as _, Result};
use secrecy::ExposeSecret as _;
use switchboard_crowd::house::{House, Kind};
use switchboard_crowd::{Account, Crowd, Plan, desks};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::audience::{Crew, Seen};
use super::{Load, mib, plan};
use crate::SoakArgs;
use crate::cpu;
use crate::figures::{Figures, Measured, float};
use crate::http::Connection;
use crate::report::{Report, Row};

/// Agents with a socket each, and calls a second: from an office to a national call centre.
const STEPS: [(&str, usize, f64); 5] = [
    ("stretch-500", 500, 10.0),
    ("stretch-2000", 2_000, 15.0),
    ("stretch-5000", 5_000, 20.0),
    ("stretch-10000", 10_000, 25.0),
    ("stretch-14000", 14_000, 33.0),
];
const QUICK: [(&str, usize, f64); 2] = [("stretch-50", 50, 2.0), ("stretch-200", 200, 5.0)];
/// Screens that also look at whose an event is.
const WATCHING: usize = 200;
/// For the last events to arrive when nobody rings any more.
const WITHIN: Duration = Duration::from_secs(10);
/// A call keeps an agent for so long with everything: thinking, coming together, talking, wrapping up.
const BUSY_S: f64 = 18.0;

/// What each process used of one processor, and what it holds.
struct Used {
    cpu: Vec<(String, u64)>,
    at: Instant,
}

/// The rows, up to the first that breaks.
pub(super) async fn climb(args: &SoakArgs, report: &mut Report) -> Result<()> {
    let quick = args.bench.quick;
    let steps = if quick { QUICK.as_slice() } else { STEPS.as_slice() };
    let minutes = args.minutes.unwrap_or(if quick { 0.2 } else { 1.0 });
    // Other steps than usual are one step.
    let own = args.calls.is_some() || args.agents.is_some();
    for (id, agents, calls_per_second) in steps {
        let load = Load {
            id: if own { "stretch-own" } else { id },
            calls_per_second: args.calls.unwrap_or(*calls_per_second),
            agents: args.agents.unwrap_or(*agents),
            length: Duration::from_secs_f64(minutes * 60.0),
        };
        println!(
            "stretch: {} sockets, {} calls a second",
            load.agents, load.calls_per_second
        );
        let row = step(&load).await?;
        let broken = row.broken();
        report.add(row);
        match broken {
            Some(why) => {
                println!("stretch: {} breaks: {why}", load.id);
                return Ok(());
            }
            None if own => return Ok(()),
            None => println!("stretch: {id} holds"),
        }
    }
    Ok(())
}

async fn step(load: &Load) -> Result<Row> {
    let mut house = load.house().await?;
    let address = house.address(Kind::Realtime).context("nobody answers agents")?;
    let token = house.settings.realtime.api_token.as_ref();
    let token = token
        .map(|token| token.expose_secret().to_owned())
        .unwrap_or_default();
    let watching = WATCHING.min(load.agents).to_string();
    let arguments = [
        "--address",
        &address.to_string(),
        "--token",
        &token,
        "--watching",
        &watching,
    ];
    let began = Instant::now();
    let mut crew = Crew::gather(&arguments, load.agents).await?;
    println!("all are there after {:.1} s", began.elapsed().as_secs_f64());
    crew.take().await?;

    let mut answering = desks(&house.settings);
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "some hundreds of agents"
    )]
    answering.truncate((load.calls_per_second * BUSY_S * 1.5).ceil() as usize);
    let plan = Plan {
        talk: Duration::from_secs(10),
        wrap_up: Duration::from_secs(2),
        ..plan(&house, load)
    };
    let crowd = Crowd::new(house.simulator.clone(), house.api()?, answering, plan).with_screens(1);
    let account = crowd.account();
    let ringing = crowd.run(CancellationToken::new());
    tokio::pin!(ringing);
    let before = used(&mut house, &crew)?;
    let over = tokio::time::timeout(load.length, &mut ringing).await;
    let (after, held) = (used(&mut house, &crew)?, house.memory()?);
    let rung = account.rung();
    if over.is_err() {
        ringing.await;
    }
    let end = stream_end(address, &token).await?;
    let behind = crew.behind(end, WITHIN).await?;
    let seen = crew.take().await?;
    crew.stop().await?;
    house.stop().await?;
    println!("{account}");
    let row = row(load, &account, rung, &seen, behind)?;
    let row = costs(row, &before, &after);
    Ok(memory(row, load, &held))
}

/// What happened, and what is wanted.
fn row(load: &Load, account: &Account, rung: u64, seen: &Seen, behind: usize) -> Result<Row> {
    let (mut own, mut lists) = (Measured::new()?, Measured::new()?);
    own.round_of(&seen.own)?;
    lists.round_of(&seen.lists)?;
    let lists: Figures = lists.figures();
    let seconds = load.length.as_secs_f64();
    let closed: u64 = seen.closed.values().sum();
    if closed > 0 {
        println!("the server ended connections: {:?}", seen.closed);
    }
    let what = format!(
        "{} sockets, {} calls a second for {seconds:.0} s; from an event to the screen whose it is",
        load.agents, load.calls_per_second
    );
    Ok(Row::new(load.id, what, own.figures(), None)
        .fact(
            "rang_percent",
            float(rung) * 100.0 / (load.calls_per_second * seconds),
        )
        .fact("calls_not_over", float(account.rung().abs_diff(account.over())))
        .fact("bad_accounts", float(u64::from(!account.is_good())))
        .fact("behind_in_the_end", float(behind as u64))
        .fact("misplaced_events", float(seen.misplaced))
        .fact("connections_lost", float(closed + seen.failed))
        .fact(
            "events_a_second",
            float(seen.events) / float(load.agents as u64) / seconds,
        )
        .fact(
            "reads_a_second_and_socket",
            float(seen.reads) / float(load.agents as u64) / seconds,
        )
        .fact("megabytes_a_second", float(seen.bytes) / 1e6 / seconds)
        .fact("lists_p50_ms", lists.p50_ms.unwrap_or(f64::NAN))
        .fact("lists_p99_ms", lists.p99_ms.unwrap_or(f64::NAN))
        .at_least("rang_percent", 97.0)
        .at_most("bad_accounts", 0.0)
        .at_most("calls_not_over", 0.0)
        .at_most("misplaced_events", 0.0)
        .at_most("connections_lost", 0.0)
        .at_most("behind_in_the_end", 0.0)
        .at_most("p99_ms", 100.0)
        .at_most("lists_p99_ms", 500.0))
}

/// Of each process, in percent of one processor. The callers are this process, with the carrier.
const CPU: [(&str, &str); 8] = [
    ("switchboard-gateway-1", "gateway_cpu_percent"),
    ("switchboard-realtime-1", "realtime_cpu_percent"),
    ("worker-lookup-1", "worker_lookup_cpu_percent"),
    ("worker-calls-1", "worker_calls_cpu_percent"),
    ("worker-records-1", "worker_records_cpu_percent"),
    ("redis", "redis_cpu_percent"),
    ("screens", "screens_cpu_percent"),
    ("callers", "callers_cpu_percent"),
];

fn used(house: &mut House, crew: &Crew) -> Result<Used> {
    let mut pids: Vec<(String, u32)> = house
        .nodes()
        .iter()
        .filter_map(|node| Some((node.to_string(), node.pid()?)))
        .collect();
    pids.push((
        String::from("redis"),
        house.redis.pid().context("redis does not run")?,
    ));
    pids.push((String::from("screens"), crew.pid()));
    pids.push((String::from("callers"), std::process::id()));
    let cpu = pids.into_iter().map(|(name, pid)| Ok((name, cpu::used_us(pid)?)));
    Ok(Used {
        cpu: cpu.collect::<Result<_>>()?,
        at: Instant::now(),
    })
}

fn costs(mut row: Row, before: &Used, after: &Used) -> Row {
    let of = |used: &Used, name: &str| {
        let found = used.cpu.iter().find(|(other, _)| other == name);
        found.map_or(0, |(_, us)| *us)
    };
    let seconds = (after.at - before.at).as_secs_f64();
    for (name, figure) in CPU {
        let us = of(after, name).saturating_sub(of(before, name));
        row = row.fact(figure, (float(us) / seconds / 1e4).round());
    }
    row
}

fn memory(row: Row, load: &Load, held: &[(String, u64)]) -> Row {
    let of = |name: &str| {
        held.iter()
            .find(|(other, _)| other == name)
            .map_or(0, |(_, bytes)| *bytes)
    };
    let realtime = of("switchboard-realtime-1");
    row.fact("realtime_mib", mib(realtime).round())
        .fact(
            "realtime_kib_a_socket",
            float(realtime / 1024 / load.agents.max(1) as u64),
        )
        .fact("redis_mib", mib(of("redis")).round())
}

/// The number of the last event.
async fn stream_end(address: std::net::SocketAddr, token: &str) -> Result<u64> {
    let request =
        format!("GET /api/v1/live HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {token}\r\n\r\n");
    let answer = Connection::open(address)
        .await?
        .exchange(request.as_bytes())
        .await?;
    let live: serde_json::Value = serde_json::from_slice(&answer.body)?;
    let offset = live.get("offset").and_then(serde_json::Value::as_str);
    offset
        .context("everything live has no position")?
        .parse()
        .context("a position")
}
