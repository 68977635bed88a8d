//! The system and the floor over one Redis, each with its clients, and somebody who publishes to either.

use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use serde::de::DeserializeOwned;

use super::FLOOR_PREFIX;
use super::client::{Ask, Seen, Standing};
use super::publish::Publisher;
use crate::cores::{Cores, Pinned};
use crate::cpu::{Cost, Meter};
use crate::rig::{Part, Rig};
use crate::service::{Service, free_address, hold};
use crate::time::{Arrivals, SECOND, now_ns};

/// The threads of the system's server; the floor gets as many.
const THREADS: &str = "2";
/// Who connects at the same time, when nothing is measured.
const AT_ONCE: usize = 64;
/// The longest that anything waited for may take.
const LONG: Duration = Duration::from_secs(120);

/// All clients of one side.
pub(super) struct Crew {
    part: Part,
    pub(super) count: usize,
}

impl Crew {
    async fn gather(rig: &Rig, address: &str, bare: bool, count: usize) -> Result<Self> {
        let mut arguments = vec!["--address", address];
        if bare {
            arguments.push("--bare");
        }
        let (part, _) = rig.child("fanout-clients", &arguments).await?;
        let mut crew = Self { part, count };
        let at_once = AT_ONCE;
        crew.tell(&Ask::Add { count, at_once }).await?;
        crew.all_there(0, LONG).await?;
        Ok(crew)
    }

    async fn ask<T: DeserializeOwned>(&mut self, ask: &Ask) -> Result<T> {
        let answer = self.part.ask(&serde_json::to_string(ask)?).await?;
        serde_json::from_str(&answer).context("what clients answered")
    }

    pub(super) async fn tell(&mut self, ask: &Ask) -> Result<()> {
        self.ask::<serde::de::IgnoredAny>(ask).await.map(drop)
    }

    /// How they stand.
    pub(super) async fn stand(&mut self, offset: u64) -> Result<Standing> {
        self.ask(&Ask::Stand { offset }).await
    }

    /// Waits until all are connected and have everything up to the offset, but not for ever. Answers how many are.
    pub(super) async fn there(&mut self, offset: u64, within: Duration) -> Result<usize> {
        let begun = Instant::now();
        loop {
            let there = self.stand(offset).await?.there;
            if there == self.count || begun.elapsed() > within {
                return Ok(there);
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    /// The same, and it must be all.
    pub(super) async fn all_there(&mut self, offset: u64, within: Duration) -> Result<()> {
        let there = self.there(offset, within).await?;
        ensure!(there == self.count, "{there} of {} clients are there", self.count);
        Ok(())
    }

    /// From now on all may connect at the same time.
    pub(super) async fn rush(&mut self) -> Result<()> {
        let at_once = self.count;
        self.tell(&Ask::Add { count: 0, at_once }).await
    }

    /// What they saw since last asked.
    pub(super) async fn take(&mut self) -> Result<Seen> {
        self.ask(&Ask::Take).await
    }
}

/// One server with its clients.
pub(super) struct Side<S> {
    pub(super) server: S,
    pub(super) crew: Crew,
    pub(super) publisher: Publisher,
    pid: u32,
}

/// What a round of events gave.
pub(super) struct Round {
    pub(super) seen: Seen,
    pub(super) cost: Cost,
    /// Clients that had not got everything in the end.
    pub(super) behind: u64,
}

impl<S> Side<S> {
    /// Stops server and clients in their tracks, or lets them go on.
    fn hold(&self, still: bool) -> Result<()> {
        hold(&[self.pid, self.crew.part.pid], still)
    }

    /// Publishes, and waits until everybody has everything, for at most so long.
    pub(super) async fn round(&mut self, rig: &Rig, arrivals: Arrivals, within: Duration) -> Result<Round> {
        self.crew.take().await?;
        let meter = Meter::start(self.pid, rig.redis_pid()?)?;
        let last = self.publisher.publish(arrivals).await?;
        let there = self.crew.there(last, within).await?;
        let cost = meter.read()?;
        let behind = (self.crew.count - there) as u64;
        let seen = self.crew.take().await?;
        Ok(Round { seen, cost, behind })
    }
}

/// Everything; dropped from the top.
pub(super) struct House {
    pub(super) system: Side<Service>,
    pub(super) floor: Option<Side<Part>>,
    pub(super) rig: Rig,
}

/// What a row needs.
#[derive(Debug, Clone, Copy)]
pub(super) struct Plan {
    pub(super) clients: usize,
    /// The floor stands beside the system.
    pub(super) floor: bool,
    /// Server and Redis on one processor, clients on another.
    pub(super) apart: bool,
}

impl House {
    pub(super) async fn open(plan: Plan) -> Result<Self> {
        let cores = Cores::find()?;
        let pin = |core| plan.apart.then(|| Pinned::to(core)).transpose();
        let pinned = pin(cores.served)?;
        let rig = Rig::start().await?;
        let mut server = start(&rig)?;
        server.ready().await?;
        let socket = rig.socket().to_string_lossy().into_owned();
        let floor = if plan.floor {
            let arguments = ["--socket", &socket, "--threads", THREADS];
            Some(rig.child("fanout-floor", &arguments).await?)
        } else {
            None
        };
        drop(pinned);
        let _pinned = pin(cores.asking)?;
        let floor = match floor {
            Some((server, address)) => Some(Side {
                pid: server.pid,
                crew: Crew::gather(&rig, &address, true, plan.clients).await?,
                publisher: Publisher::open(rig.socket(), FLOOR_PREFIX).await?,
                server,
            }),
            None => None,
        };
        let system = Side {
            pid: server.pid,
            crew: Crew::gather(&rig, &server.address.to_string(), false, plan.clients).await?,
            publisher: Publisher::open(rig.socket(), "{sb}").await?,
            server,
        };
        Ok(Self { system, floor, rig })
    }

    /// One round of either side, while the other stands still: its heartbeats would be the other's load.
    pub(super) async fn both(&mut self, per_s: u64, count: u64, within: Duration) -> Result<(Round, Round)> {
        let floor = self.floor.as_mut().context("no floor")?;
        let arrivals = || Arrivals {
            first_ns: now_ns() + SECOND / 2,
            per_s,
            count,
        };
        floor.hold(true)?;
        let own = self.system.round(&self.rig, arrivals(), within).await?;
        self.system.hold(true)?;
        floor.hold(false)?;
        let bare = floor.round(&self.rig, arrivals(), within).await?;
        self.system.hold(false)?;
        Ok((own, bare))
    }

    pub(super) async fn close(self) -> Result<()> {
        self.system.crew.part.stop().await?;
        self.system.server.stop().await?;
        if let Some(floor) = self.floor {
            floor.crew.part.stop().await?;
            floor.server.stop().await?;
        }
        Ok(())
    }
}

/// The product's server, over the rig's Redis.
pub(super) fn start(rig: &Rig) -> Result<Service> {
    let settings = [format!("redis.url={}", rig.url())];
    let folder = rig.file("");
    Service::start(
        "switchboard-realtime",
        "realtime",
        free_address()?,
        &settings,
        &folder,
    )
}
