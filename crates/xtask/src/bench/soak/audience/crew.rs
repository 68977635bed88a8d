//! The screens, from the benchmark's side.

use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use serde::de::DeserializeOwned;
use tempfile::TempDir;

use super::{Ask, Seen, Standing};
use crate::rig::Part;

/// For thousands to connect, some at a time.
const OPEN_WITHIN: Duration = Duration::from_secs(180);

/// All screens.
pub(in crate::soak) struct Crew {
    part: Part,
    count: usize,
    // Behind it: its log is in there.
    _folder: TempDir,
}

impl Crew {
    /// Starts them, and waits until all are connected.
    pub(in crate::soak) async fn gather(arguments: &[&str], count: usize) -> Result<Self> {
        let screens = count.to_string();
        let all = [arguments, &["--screens", &screens]].concat();
        let folder = TempDir::with_prefix("switchboard-audience-")?;
        let (part, _) = Part::ready("soak-audience", &all, folder.path()).await?;
        let mut crew = Self {
            part,
            count,
            _folder: folder,
        };
        let begun = Instant::now();
        loop {
            let open = crew.stand(0).await?.open;
            if open == count {
                return Ok(crew);
            }
            ensure!(
                begun.elapsed() < OPEN_WITHIN,
                "{open} of {count} screens are open"
            );
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    }

    async fn ask<T: DeserializeOwned>(&mut self, ask: Ask) -> Result<T> {
        let answer = self.part.ask(&serde_json::to_string(&ask)?).await?;
        serde_json::from_str(&answer).context("what screens answered")
    }

    async fn stand(&mut self, offset: u64) -> Result<Standing> {
        self.ask(Ask::Stand { offset }).await
    }

    /// How many do not have everything up to the offset, after waiting for them.
    pub(in crate::soak) async fn behind(&mut self, offset: u64, within: Duration) -> Result<usize> {
        let begun = Instant::now();
        loop {
            let there = self.stand(offset).await?.there;
            if there == self.count || begun.elapsed() > within {
                return Ok(self.count - there);
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    /// What they saw since last asked.
    pub(in crate::soak) async fn take(&mut self) -> Result<Seen> {
        self.ask(Ask::Take).await
    }

    pub(in crate::soak) fn pid(&self) -> u32 {
        self.part.pid
    }

    pub(in crate::soak) async fn stop(self) -> Result<()> {
        self.part.stop().await
    }
}
