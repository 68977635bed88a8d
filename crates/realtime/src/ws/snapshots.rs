//! Everything live, taken once for many: after a restart everybody comes back in the same second.

use std::time::Duration;

use switchboard_contracts::v1::server_frame::Frame as Content;
use switchboard_contracts::{convert, v1};
use switchboard_domain::{AgentId, CallId};
use switchboard_store::{Snapshot, StoreError, Unreadable};
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
    let mut calls: Vec<_> = snapshot.calls.iter().map(convert::call).collect();
    let mut agents: Vec<_> = snapshot.agents.iter().map(convert::agent).collect();
    if !snapshot.unreadable_calls.is_empty() {
        calls.extend(snapshot.unreadable_calls.iter().map(newer_call));
        calls.sort_by_key(|call| call.arrived_at_ms);
    }
    agents.extend(snapshot.unreadable_agents.iter().map(newer_agent));
    count("call", snapshot.unreadable_calls.len());
    count("agent", snapshot.unreadable_agents.len());
    v1::LiveSnapshot {
        epoch: snapshot.epoch.clone(),
        offset: snapshot.offset,
        calls,
        agents,
    }
}

/// A call that only newer processes can read, with as much as this one knows: in no state.
fn newer_call(record: &Unreadable) -> v1::Call {
    let known = convert::KnownOfCall {
        caller: record.part("caller"),
        dialled: record.part("dialled").unwrap_or_default(),
        arrived_at: record.part("arrived_at").unwrap_or_default(),
        entered_at: record.part("entered_at").unwrap_or_default(),
        lookups: record.part("lookups").unwrap_or_default(),
    };
    convert::newer_call(record.id(), &known)
}

/// The same for an agent, who says nothing of themselves then.
fn newer_agent(record: &Unreadable) -> v1::Agent {
    v1::Agent {
        id: record.id().to_owned(),
        name: record
            .part("name")
            .or_else(|| record.part::<AgentId>("id").map(|id| id.to_string()))
            .unwrap_or_default(),
        engaged_call_id: record
            .part::<CallId>("engaged")
            .map(|id| id.to_string())
            .unwrap_or_default(),
        ..v1::Agent::default()
    }
}

fn count(what: &'static str, number: usize) {
    // Far fewer than a number can lose.
    let number = u32::try_from(number).unwrap_or(u32::MAX);
    metrics::gauge!("realtime_records_of_newer_versions", "what" => what).set(f64::from(number));
}
