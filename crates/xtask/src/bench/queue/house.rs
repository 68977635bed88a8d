//! Both workers over one Redis, and somebody who pushes.

use std::cell::RefCell;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use switchboard_queue::{Admin, Prefix, Producer, Push};

use super::FLOOR_LIST;
use super::job::{Seen, Work};
use crate::cpu::{Cost, Meter};
use crate::resp::{Link, command};
use crate::rig::{PATIENCE, Part, Rig};
use crate::time::Arrivals;

/// Jobs of one call of the producer when there is no hurry.
const CHUNK: u64 = 1000;

/// What is measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Side {
    /// Our queue.
    System,
    /// A list.
    Floor,
}

/// Our queue on a Redis of its own; a worker is started where one is needed.
pub(super) struct House {
    pub(super) rig: Rig,
    pub(super) producer: Producer,
    pub(super) admin: Admin,
    links: RefCell<Vec<Link>>,
}

impl House {
    pub(super) async fn open() -> Result<Self> {
        let rig = Rig::start().await?;
        let prefix = Prefix::new("{sb}")?;
        let producer = Producer::connect(rig.url(), prefix.clone())?;
        let admin = Admin::connect(rig.url(), prefix)?;
        let links = RefCell::default();
        Ok(Self {
            rig,
            producer,
            admin,
            links,
        })
    }

    pub(super) async fn worker(&self, concurrency: usize, prefetch: usize) -> Result<Worker> {
        let (concurrency, prefetch) = (concurrency.to_string(), prefetch.to_string());
        let (part, _) = self
            .rig
            .child("work", &self.worker_arguments(&concurrency, &prefetch))
            .await?;
        Ok(Worker { part })
    }

    /// A worker that may never come to say that it is ready.
    pub(super) fn doomed(&self) -> Result<Worker> {
        let part = self.rig.spawn("work", &self.worker_arguments("1", "0"))?;
        Ok(Worker { part })
    }

    fn worker_arguments<'a>(&'a self, concurrency: &'a str, prefetch: &'a str) -> [&'a str; 6] {
        [
            "--redis",
            self.rig.url(),
            "--concurrency",
            concurrency,
            "--prefetch",
            prefetch,
        ]
    }

    pub(super) async fn floor(&self, connections: usize) -> Result<Worker> {
        let socket = self.rig.socket().to_string_lossy().into_owned();
        let connections = connections.to_string();
        let arguments = ["--socket", &socket, "--connections", &connections];
        let (part, _) = self.rig.child("work-floor", &arguments).await?;
        Ok(Worker { part })
    }

    pub(super) fn meter(&self, worker: &Worker) -> Result<Meter> {
        Meter::start(worker.part.pid, self.rig.redis_pid()?)
    }

    /// Pushes one job now, and waits until it is in the queue.
    pub(super) async fn push(&self, work: Work) -> Result<()> {
        self.producer.push(&Push::now(&work)?).await?;
        Ok(())
    }

    /// The floor's push: nothing but the list.
    pub(super) async fn push_bare(&self, work: Work) -> Result<()> {
        let kept = self.links.borrow_mut().pop();
        let mut link = match kept {
            Some(link) => link,
            None => self.rig.link().await?,
        };
        link.ask(&[b"LPUSH", FLOOR_LIST, &serde_json::to_vec(&work)?])
            .await?;
        self.links.borrow_mut().push(link);
        Ok(())
    }

    /// Pushes as many as there are, as fast as it goes.
    pub(super) async fn push_all(&self, pushes: impl Iterator<Item = Result<Push>>) -> Result<()> {
        let mut pushes = pushes.peekable();
        while pushes.peek().is_some() {
            let chunk = pushes
                .by_ref()
                .take(usize::try_from(CHUNK)?)
                .collect::<Result<Vec<_>>>()?;
            self.producer.push_many(&chunk).await?;
        }
        Ok(())
    }

    /// The same for the floor.
    pub(super) async fn push_all_bare(&self, work: Work, count: u64) -> Result<()> {
        let one = command(&[b"LPUSH", FLOOR_LIST, &serde_json::to_vec(&work)?]);
        let mut link = self.rig.link().await?;
        let mut left = count;
        while left > 0 {
            let some = left.min(CHUNK);
            link.ask_all(&one.repeat(usize::try_from(some)?), some).await?;
            left -= some;
        }
        Ok(())
    }

    /// Pushes many of the same on either side.
    pub(super) async fn push_many(&self, side: Side, work: Work, count: u64) -> Result<()> {
        match side {
            Side::System => self.push_all((0..count).map(|_| Ok(Push::now(&work)?))).await,
            Side::Floor => self.push_all_bare(work, count).await,
        }
    }

    /// A worker of either side, with so many jobs or pops at the same time.
    pub(super) async fn start(&self, side: Side, at_once: usize, prefetch: usize) -> Result<Worker> {
        match side {
            Side::System => self.worker(at_once, prefetch).await,
            Side::Floor => self.floor(at_once).await,
        }
    }

    /// Pushes jobs at a constant rate, on either side.
    pub(super) async fn push_at(&self, arrivals: Arrivals, side: Side) -> Result<()> {
        arrivals
            .each(|_, since_ns| async move {
                match side {
                    Side::System => self.push(Work::Now { since_ns }).await,
                    Side::Floor => self.push_bare(Work::Now { since_ns }).await,
                }
            })
            .await
    }

    /// Waits until no job runs, waits or is due.
    pub(super) async fn empty(&self) -> Result<()> {
        let begun = Instant::now();
        loop {
            let stats = self.admin.stats().await?;
            if stats.is_idle() && stats.due == 0 {
                return Ok(());
            }
            ensure!(begun.elapsed() < PATIENCE, "jobs are left: {stats:?}");
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }
}

/// A worker's process, of either side.
pub(super) struct Worker {
    pub(super) part: Part,
}

impl Worker {
    /// Waits until it has started so many jobs since last asked, and hears of them.
    pub(super) async fn seen(&mut self, count: u64) -> Result<Seen> {
        let begun = Instant::now();
        loop {
            let so_far: u64 = self.part.ask("count").await?.parse()?;
            if so_far >= count {
                return self.take().await;
            }
            ensure!(
                begun.elapsed() < PATIENCE,
                "{so_far} of {count} jobs have started"
            );
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }

    /// Hears of what it has started since last asked.
    pub(super) async fn take(&mut self) -> Result<Seen> {
        let line = self.part.ask("take").await?;
        serde_json::from_str(&line).context("what a worker saw")
    }
}

/// What one round on one side gave.
pub(super) struct Round {
    pub(super) seen: Seen,
    pub(super) cost: Cost,
}

pub(super) fn micros(times_ns: &[u64]) -> Vec<u64> {
    times_ns.iter().map(|ns| ns / 1000).collect()
}
