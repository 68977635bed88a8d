//! Endurance: an office that is busy for half an hour, and what its processes hold meanwhile.
//!
//! Real processes over one Redis, callers and agents in this one. Calls come at a constant rate; every agent has a
//! screen. What is told is whether every call was as it must be, and how memory went: after a fifth of the time, for
//! warming up, no process and no Redis may hold more and more.

mod audience;
mod curve;
mod stretch;

use std::time::Duration;

use anyhow::{Context as _, Result};
use switchboard_crowd::house::{House, HouseOptions};
use switchboard_crowd::{Account, Crowd, Plan, Shares, desks};
use tokio::time::{Instant, sleep_until};
use tokio_util::sync::CancellationToken;

pub(crate) use self::audience::{AudienceArgs, audience};
use crate::SoakArgs;
use crate::cpu;
use crate::figures::Figures;
use crate::report::{Report, Row};
use crate::resp::Link;
use curve::{Curves, Growth};

const SEED: u64 = 1;
const EVERY: Duration = Duration::from_secs(10);
const MIB: f64 = 1024.0 * 1024.0;

/// An office that its agents are enough for.
struct Load {
    id: &'static str,
    calls_per_second: f64,
    agents: usize,
    length: Duration,
}

impl Load {
    /// One of each service, beside this program, and the load's agents.
    async fn house(&self) -> Result<House> {
        House::start(&HouseOptions {
            programs: std::env::current_exe()?
                .parent()
                .context("no folder of programs")?
                .to_owned(),
            each: 1,
            agents: self.agents,
            settings: SETTINGS.to_owned(),
            seed: SEED,
        })
        .await
    }
}

/// Ended calls go after two minutes, so that Redis can be seen to come to rest within the run.
const SETTINGS: &str = r#"
calls.ended_ttl = "2m"
log.filter = "warn"
"#;

/// The row, if it was asked for. Whoever wants to know how much this machine carries raises calls and agents until it is
/// not good any more.
pub(crate) async fn bench(args: &SoakArgs, report: &mut Report) -> Result<()> {
    args.bench.only.check(&["office", "stretch"])?;
    // A quarter of an hour at the limits of the machine: only for whoever asks for it by name.
    if args.bench.only.names.iter().any(|name| name == "stretch") {
        stretch::climb(args, report).await?;
    }
    let (calls, agents, minutes) = if args.bench.quick {
        (5.0, 200, 2.0)
    } else {
        (10.0, 500, 30.0)
    };
    let load = Load {
        id: "office",
        calls_per_second: args.calls.unwrap_or(calls),
        agents: args.agents.unwrap_or(agents),
        length: Duration::from_secs_f64(args.minutes.unwrap_or(minutes) * 60.0),
    };
    if args.bench.only.wants(load.id) {
        report.add(soak(&load).await?);
    }
    Ok(())
}

async fn soak(load: &Load) -> Result<Row> {
    let mut house = load.house().await?;
    let crowd = Crowd::new(
        house.simulator.clone(),
        house.api()?,
        desks(&house.settings),
        plan(&house, load),
    );
    let account = crowd.account();
    let before = processor_time(&mut house)?;
    let mut curves = Curves::default();
    let ringing = crowd.run(CancellationToken::new());
    tokio::pin!(ringing);
    let began = Instant::now();
    let mut next = began;
    loop {
        next += EVERY;
        tokio::select! {
            _ = &mut ringing => break,
            () = sleep_until(next) => sample(&house, began, &account, &mut curves).await?,
        }
    }
    let used = processor_time(&mut house)? - before;
    house.stop().await?;
    println!("{account}");
    Ok(row(load, &account, &curves, used))
}

fn plan(house: &House, load: &Load) -> Plan {
    let office = &house.settings.office;
    let calls = &house.settings.calls;
    // Each round rings twice if a mailbox came first.
    let rounds = (office.ring_time * 2 + calls.office_retry_after) * calls.office_rings;
    Plan {
        seed: SEED,
        office: office
            .numbers
            .first()
            .map(|number| number.as_str().to_owned())
            .unwrap_or_default(),
        calls_per_second: load.calls_per_second,
        length: load.length,
        shares: Shares {
            ignored: 1,
            absent: 1,
            dying: 1,
            ..Shares::default()
        },
        talk: Duration::from_secs(30),
        think: Duration::from_secs(1),
        wrap_up: Duration::from_secs(5),
        forgotten_after: calls.unanswered_after + rounds + Duration::from_mins(1),
        office_phones: office
            .phones
            .iter()
            .map(|phone| phone.number.as_str().to_owned())
            .collect(),
        hurry: None,
    }
}

/// Looks at what everybody holds, and says it.
async fn sample(house: &House, began: Instant, account: &Account, curves: &mut Curves) -> Result<()> {
    let mut held = house.memory()?;
    held.push((String::from("in redis"), in_redis(house).await?));
    let line: Vec<String> = held
        .iter()
        .map(|(name, bytes)| format!("{name} {:.1}", mib(*bytes)))
        .collect();
    let (rung, events) = (account.rung(), account.events());
    println!(
        "{:>5} s  {rung:>6} calls  {events:>9} events  MiB: {}",
        began.elapsed().as_secs(),
        line.join(", ")
    );
    for (name, bytes) in held {
        curves.add(&name, began.elapsed(), mib(bytes));
    }
    Ok(())
}

#[expect(
    clippy::cast_precision_loss,
    reason = "megabytes with a digit behind the point"
)]
fn mib(bytes: u64) -> f64 {
    bytes as f64 / MIB
}

async fn in_redis(house: &House) -> Result<u64> {
    let info = Link::open(house.redis.socket())
        .await?
        .ask(&[b"INFO", b"memory"])
        .await?
        .text()?;
    let info = String::from_utf8_lossy(&info);
    let used = info.lines().find_map(|line| line.strip_prefix("used_memory:"));
    Ok(used.context("redis does not tell its memory")?.trim().parse()?)
}

/// Of all services, in µs.
fn processor_time(house: &mut House) -> Result<u64> {
    let pids: Vec<u32> = house
        .nodes()
        .iter()
        .filter_map(switchboard_crowd::house::Node::pid)
        .collect();
    pids.into_iter().map(cpu::used_us).sum()
}

fn row(load: &Load, account: &Account, curves: &Curves, used_us: u64) -> Row {
    let what = format!(
        "{} calls a second for {} s, {} agents with a screen each; {} events told",
        load.calls_per_second,
        load.length.as_secs(),
        load.agents,
        account.events()
    );
    #[expect(clippy::cast_precision_loss, reason = "some thousands of calls")]
    let cost = used_us as f64 / account.rung().max(1) as f64;
    let figures = Figures {
        count: account.rung(),
        cpu_us_per_unit: Some(cost),
        ..Figures::default()
    };
    let mut row = Row::new(load.id, what, figures, None);
    for (
        name,
        Growth {
            figure,
            percent,
            bound,
        },
        last,
    ) in curves.after_warm_up(load.length)
    {
        println!("{name}: {last:.1} MiB at the end, {percent:+.2} % over the second half");
        row = row.fact(figure, percent).at_most(figure, bound);
    }
    // What must never happen: calls or events that are not as they must be.
    row.same("accounts that are good", 1, u64::from(account.is_good()))
        .same("calls that are over", account.rung(), account.over())
}
