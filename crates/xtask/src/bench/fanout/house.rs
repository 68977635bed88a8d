//! The system and the floor over one Redis, each with its clients, and somebody who publishes to either.

use std::time::Duration;

use anyhow::{Context, Result};

use super::FLOOR_PREFIX;
use super::client::Seen;
use super::crew::Crew;
use super::publish::Publisher;
use crate::cores::{Cores, Pinned};
use crate::cpu::{Cost, Meter};
use crate::rig::{Part, Rig};
use crate::service::{Service, free_address, hold};
use crate::time::{Arrivals, SECOND, now_ns};

/// The threads of the system's server; the floor gets as many.
const THREADS: &str = "2";
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
        hold(&[self.pid, self.crew.pid()], still)
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
                crew: Crew::gather(&rig, &["--address", &address, "--bare"], plan.clients).await?,
                publisher: Publisher::open(rig.socket(), FLOOR_PREFIX).await?,
                server,
            }),
            None => None,
        };
        let system = Side {
            pid: server.pid,
            crew: Crew::gather(&rig, &["--address", &server.address.to_string()], plan.clients).await?,
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
        self.system.crew.stop().await?;
        self.system.server.stop().await?;
        if let Some(floor) = self.floor {
            floor.crew.stop().await?;
            floor.server.stop().await?;
        }
        Ok(())
    }
}

/// The product's server, over the rig's Redis.
pub(super) fn start(rig: &Rig) -> Result<Service> {
    let settings = ["--set".to_owned(), format!("redis.url={}", rig.url())];
    let folder = rig.file("");
    Service::start(
        "switchboard-realtime",
        "realtime",
        free_address()?,
        &settings,
        &folder,
    )
}
