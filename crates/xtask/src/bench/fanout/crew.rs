//! All clients of one side, from the benchmark's side.

use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use serde::de::DeserializeOwned;

use super::client::{Ask, Seen, Sight, Standing};
use crate::rig::{Part, Rig};

/// Who connects at the same time, when nothing is measured.
const AT_ONCE: usize = 64;
/// The longest that anything waited for may take.
const LONG: Duration = Duration::from_secs(120);

/// All clients of one side.
pub(crate) struct Crew {
    part: Part,
    pub(super) count: usize,
}

impl Crew {
    /// Starts them, and waits until all are connected.
    pub(crate) async fn gather(rig: &Rig, arguments: &[&str], count: usize) -> Result<Self> {
        let (part, _) = rig.child("fanout-clients", arguments).await?;
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
    pub(crate) async fn take(&mut self) -> Result<Seen> {
        self.ask(&Ask::Take).await
    }

    /// What they saw of calls since last asked; from the first asking on they remember it.
    pub(crate) async fn sights(&mut self) -> Result<Vec<Sight>> {
        self.ask(&Ask::Sights).await
    }

    pub(super) fn pid(&self) -> u32 {
        self.part.pid
    }

    pub(crate) async fn stop(self) -> Result<()> {
        self.part.stop().await
    }
}
