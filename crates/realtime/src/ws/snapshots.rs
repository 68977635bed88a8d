//! Everything live, taken once for many: after a restart everybody comes back in the same second.

use std::time::Duration;

use switchboard_contracts::v1::server_frame::Frame as Content;
use switchboard_contracts::{convert, v1};
use switchboard_store::{Snapshot, StoreError};
use tokio::sync::Mutex;
use tokio::time::Instant;

use crate::app::Realtime;
use crate::ws::encode::Frame;

/// An older snapshot is as true, followed by the events since; it is only a longer way.
const FRESH: Duration = Duration::from_millis(500);

/// A snapshot, encoded.
#[derive(Debug, Clone)]
pub(crate) struct Taken {
    pub(crate) epoch: String,
    pub(crate) generation: u64,
    pub(crate) offset: u64,
    pub(crate) frame: Frame,
    at: Instant,
}

/// The last one.
#[derive(Debug, Default)]
pub(crate) struct Snapshots(Mutex<Option<Taken>>);

impl Realtime {
    /// A snapshot that the board can go on from.
    ///
    /// # Errors
    /// When Redis does not answer.
    pub(crate) async fn taken(&self) -> Result<Taken, StoreError> {
        let sockets = &self.sockets;
        // Whoever comes meanwhile waits for the one that is being taken.
        let mut last = sockets.snapshots.0.lock().await;
        let generation = {
            let known = sockets.board.read();
            let fits = |taken: &&Taken| {
                let fresh = taken.offset == known.end || taken.at.elapsed() < FRESH;
                taken.generation == known.generation && fresh && known.reaches(taken.offset)
            };
            if let Some(taken) = last.as_ref().filter(fits) {
                return Ok(taken.clone());
            }
            known.generation
        };
        let snapshot = self.store.positioned_snapshot().await?;
        let live = live(&snapshot);
        let taken = Taken {
            epoch: snapshot.epoch,
            generation,
            offset: snapshot.offset,
            frame: Frame::of(Content::Snapshot(live)),
            at: Instant::now(),
        };
        Ok(last.insert(taken).clone())
    }
}

/// In the words of the contract.
pub(crate) fn live(snapshot: &Snapshot) -> v1::LiveSnapshot {
    v1::LiveSnapshot {
        epoch: snapshot.epoch.clone(),
        offset: snapshot.offset,
        calls: snapshot.calls.iter().map(convert::call).collect(),
        agents: snapshot.agents.iter().map(convert::agent).collect(),
    }
}
