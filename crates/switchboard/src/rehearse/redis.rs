//! The Redis of a rehearsal, and how it is taken away.

use anyhow::{Context, bail};
use switchboard_runtime::PrivateRedis;

use crate::gate::{Mode, Remote};

/// Whose it is.
pub(super) enum Redis {
    /// A private server of the rehearsal.
    Own(PrivateRedis),
    /// That of a running system, behind a gate if there is one.
    Theirs(Option<Remote>),
}

impl Redis {
    /// It does not answer any more, and keeps what it is sent.
    pub(super) async fn stall(&self) -> anyhow::Result<()> {
        match self {
            Self::Own(server) => Ok(server.pause()?),
            Self::Theirs(gate) => order(gate.as_ref(), Mode::Stalled).await,
        }
    }

    /// It is gone from one moment to the next.
    pub(super) async fn kill(&mut self) -> anyhow::Result<()> {
        match self {
            Self::Own(server) => Ok(server.kill9()?),
            Self::Theirs(gate) => order(gate.as_ref(), Mode::Shut).await,
        }
    }

    /// Destroys what it knew, while it is dead.
    pub(super) fn forget(&self) -> anyhow::Result<()> {
        let Self::Own(server) = self else {
            bail!("the data of a running system are not destroyed");
        };
        let data = server.dir().join("appendonlydir");
        std::fs::remove_dir_all(&data).with_context(|| format!("no data in {}", data.display()))
    }

    /// It answers again, after it stalled or was killed.
    pub(super) async fn back(&mut self, killed: bool) -> anyhow::Result<()> {
        match self {
            Self::Own(server) if killed => Ok(server.restart().await?),
            Self::Own(server) => Ok(server.resume()?),
            Self::Theirs(gate) => order(gate.as_ref(), Mode::Open).await,
        }
    }

    /// The end of the rehearsal: its own server goes, another one stays reachable.
    pub(super) async fn leave(&mut self) -> anyhow::Result<()> {
        match self {
            Self::Own(server) => Ok(server.kill9()?),
            Self::Theirs(None) => Ok(()),
            Self::Theirs(gate) => order(gate.as_ref(), Mode::Open).await,
        }
    }
}

async fn order(gate: Option<&Remote>, mode: Mode) -> anyhow::Result<()> {
    gate.context("there is no gate before this Redis")?
        .order(mode)
        .await
}
