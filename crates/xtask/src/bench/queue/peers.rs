//! Other job queues beside ours, in the same rounds: each with its own client and its own defaults, on a Redis of its
//! own. `crates/xtask/peers` has them.

use std::path::PathBuf;

use anyhow::{Context as _, Result, ensure};
use tokio::process::Command;

use super::due::rate;
use super::house::{House, Side, Worker, micros};
use super::job::Work;
use super::pickup::stream;
use crate::cpu::{Cost, used_us};
use crate::figures::Measured;
use crate::report::Row;
use crate::rig::{PATIENCE, Part, Rig};
use crate::time::Arrivals;

/// A rate that all of them keep up with.
const PER_S: u64 = 100;

#[derive(Debug, Clone, Copy)]
enum Peer {
    BullMq,
    Rq,
    Arq,
    Dramatiq,
}

impl Peer {
    const ALL: [Self; 4] = [Self::BullMq, Self::Rq, Self::Arq, Self::Dramatiq];

    fn name(self) -> &'static str {
        match self {
            Self::BullMq => "bullmq",
            Self::Rq => "rq",
            Self::Arq => "arq",
            Self::Dramatiq => "dramatiq",
        }
    }
}

/// Where they are.
struct Installed {
    folder: PathBuf,
    python: String,
    node: String,
}

impl Installed {
    async fn find() -> Result<Self> {
        let root = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../..");
        let output = Command::new(root.join("scripts/peers"))
            .stderr(std::process::Stdio::inherit())
            .output()
            .await
            .context("starting scripts/peers")?;
        ensure!(output.status.success(), "scripts/peers failed");
        let text = String::from_utf8(output.stdout)?;
        let line = |what: &str| {
            let found = text
                .lines()
                .find_map(|line| line.strip_prefix(what)?.strip_prefix(' '));
            found
                .map(str::to_owned)
                .with_context(|| format!("scripts/peers told of no {what}"))
        };
        Ok(Self {
            folder: root.join("crates/xtask/peers"),
            python: line("python")?,
            node: line("node")?,
        })
    }

    /// One part of a peer, ready.
    async fn part(&self, peer: Peer, rig: &Rig, role: &[&str]) -> Result<Part> {
        let mut command = match peer {
            Peer::BullMq => {
                let mut command = Command::new("node");
                command.arg(self.folder.join("bullmq.mjs")).arg(&self.node);
                command
            }
            Peer::Rq | Peer::Arq | Peer::Dramatiq => {
                let mut command = Command::new(&self.python);
                command.arg(self.folder.join("peer.py")).arg(peer.name());
                command
            }
        };
        command.arg(rig.socket()).args(role);
        let mut part = rig.run(&format!("{}-{}", peer.name(), role.concat()), command)?;
        let line = part.line(PATIENCE).await?;
        ensure!(line == "ready", "{} said {line:?}", peer.name());
        Ok(part)
    }
}

async fn push(pusher: &mut Part, order: &str) -> Result<()> {
    let line = pusher.ask(order).await?;
    ensure!(line == "done", "a pusher said {line:?}");
    Ok(())
}

/// Both rows.
pub(super) async fn rows(quick: bool) -> Result<[Row; 2]> {
    let installed = Installed::find().await?;
    Ok([pickup(&installed, quick).await?, noop(&installed, quick).await?])
}

/// From enqueueing to start.
async fn pickup(installed: &Installed, quick: bool) -> Result<Row> {
    let (rounds, seconds) = if quick { (1, 1) } else { (5, 5) };
    eprintln!("queue: pickup at {PER_S} jobs/s beside peers, {rounds} rounds of {seconds} s each");
    let count = PER_S * seconds;
    let house = House::open().await?;
    let mut worker = house.worker(16, 0).await?;
    stream(&house, &mut worker, Arrivals::soon(PER_S, PER_S), Side::System).await?;
    let mut system = Measured::new()?;
    let mut peers = Vec::new();
    for peer in Peer::ALL {
        let rig = Rig::start().await?;
        let mut worker = Worker {
            part: installed.part(peer, &rig, &["worker", "16"]).await?,
        };
        let mut pusher = installed.part(peer, &rig, &["push"]).await?;
        // Connections, scripts and code become warm.
        push(&mut pusher, &format!("stream {PER_S} {PER_S}")).await?;
        worker.seen(PER_S).await?;
        peers.push((peer, Measured::new()?, worker, pusher, rig));
    }
    for _ in 0..rounds {
        let round = stream(&house, &mut worker, Arrivals::soon(PER_S, count), Side::System).await?;
        system.round(&micros(&round.seen.pickups_ns))?;
        for (_, measured, worker, pusher, _) in &mut peers {
            push(pusher, &format!("stream {PER_S} {count}")).await?;
            let seen = worker.seen(count).await?;
            measured.round(&micros(&seen.pickups_ns))?;
        }
    }
    house.empty().await?;
    let what =
        format!("from enqueueing to start, {PER_S} jobs/s, each queue with its own client and defaults");
    let mut row = Row::new("peers-pickup-100", what, system.figures(), None);
    for (peer, measured, worker, pusher, _rig) in peers {
        row = row.peer(peer.name(), measured.figures());
        pusher.stop().await?;
        worker.part.kill().await?;
    }
    worker.part.stop().await?;
    Ok(row)
}

/// Jobs a second from a full queue.
async fn noop(installed: &Installed, quick: bool) -> Result<Row> {
    let rounds = if quick { 1 } else { 3 };
    eprintln!("queue: jobs that do nothing beside peers, {rounds} rounds each");
    let house = House::open().await?;
    let mut system = Measured::new()?;
    let mut peers = Vec::new();
    for peer in Peer::ALL {
        let rig = Rig::start().await?;
        let pusher = installed.part(peer, &rig, &["push"]).await?;
        peers.push((peer, Measured::new()?, pusher, rig));
    }
    let count_of = |peer: Option<Peer>| match peer {
        _ if quick => 500,
        None => 100_000,
        Some(Peer::BullMq) => 20_000,
        Some(Peer::Rq | Peer::Arq | Peer::Dramatiq) => 4000,
    };
    for _ in 0..rounds {
        let count = count_of(None);
        house.push_many(Side::System, Work::Noop, count).await?;
        let before_us = used_us(house.rig.redis_pid()?)?;
        let mut worker = house.start(Side::System, 50, 50).await?;
        let seen = worker.seen(count).await?;
        system.rate(rate(&seen));
        system.cost(seen.count, cost(&worker, &house.rig, before_us)?);
        house.empty().await?;
        worker.part.stop().await?;
        for (peer, measured, pusher, rig) in &mut peers {
            let count = count_of(Some(*peer));
            push(pusher, &format!("many {count}")).await?;
            let before_us = used_us(rig.redis_pid()?)?;
            let mut worker = Worker {
                part: installed.part(*peer, rig, &["worker", "50"]).await?,
            };
            let seen = worker.seen(count).await?;
            measured.rate(rate(&seen));
            measured.cost(seen.count, cost(&worker, rig, before_us)?);
            worker.part.kill().await?;
        }
    }
    let what = "jobs that do nothing, one worker of each, 50 at a time (rq: one, it knows no other)";
    let best = peers
        .iter()
        .filter_map(|(_, measured, ..)| measured.figures().per_s)
        .fold(0.0, f64::max);
    let mut row = Row::new("peers-noop", what, system.figures(), None).at_least("per_s", best);
    for (peer, measured, pusher, _rig) in peers {
        row = row.peer(peer.name(), measured.figures());
        pusher.stop().await?;
    }
    Ok(row)
}

/// What a worker and its Redis used; the start of the process is in it.
fn cost(worker: &Worker, rig: &Rig, before_us: u64) -> Result<Cost> {
    Ok(Cost {
        own_us: used_us(worker.part.pid)?,
        redis_us: used_us(rig.redis_pid()?)?.saturating_sub(before_us),
    })
}
