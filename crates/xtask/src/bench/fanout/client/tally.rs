//! What all clients of a process saw.

use std::collections::BTreeMap;

use anyhow::Result;
use hdrhistogram::Histogram;
use serde::{Deserialize, Serialize};

use crate::figures::microseconds;

/// Times, in µs, each with how often it was seen.
pub(crate) type Counted = Vec<(u64, u64)>;

/// What is counted.
#[derive(Debug, Default, Clone, Serialize, Deserialize)]
pub(crate) struct Counts {
    /// Events that a client got in their place: each the next one after its last.
    pub(crate) events: u64,
    /// Numbers that a client was never told, because a later one came.
    pub(crate) missing: u64,
    /// Events with a number that a client had already.
    pub(crate) again: u64,
    /// Heartbeats that were ahead of what their client had been sent.
    pub(crate) ahead: u64,
    /// Everything, told anew.
    pub(crate) snapshots: u64,
    /// Of those, because a position was worth nothing any more.
    pub(crate) resets: u64,
    /// Connections that went on where they were.
    pub(crate) resumed: u64,
    /// Connections cut by their client.
    pub(crate) cuts: u64,
    /// Connections that could not be made, the refused ones included.
    pub(crate) failed: u64,
    /// Connections that the server ended, by code; 1006 without a word.
    pub(crate) closed: BTreeMap<u16, u64>,
    /// What broke the protocol.
    pub(crate) broken: u64,
}

/// Everything since it was last taken.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Seen {
    pub(crate) counts: Counts,
    /// From the intended moment of an event to when a client that had caught up read it.
    pub(crate) latencies: Counted,
    /// From the beginning of a connection until its client had everything.
    pub(crate) catch_ups: Counted,
    /// The same from the moment at which the client meant to be back.
    pub(crate) returns: Counted,
}

#[derive(Debug)]
pub(super) struct Tally {
    pub(super) counts: Counts,
    latencies: Histogram<u64>,
    catch_ups: Histogram<u64>,
    returns: Histogram<u64>,
}

impl Tally {
    pub(super) fn new() -> Result<Self> {
        Ok(Self {
            counts: Counts::default(),
            latencies: microseconds()?,
            catch_ups: microseconds()?,
            returns: microseconds()?,
        })
    }

    pub(super) fn arrived(&mut self, latency_ns: u64) {
        self.latencies.saturating_record(latency_ns / 1000);
    }

    pub(super) fn caught_up(&mut self, since_connecting_ns: u64, since_return_ns: u64) {
        self.catch_ups.saturating_record(since_connecting_ns / 1000);
        self.returns.saturating_record(since_return_ns / 1000);
    }

    pub(super) fn take(&mut self) -> Seen {
        Seen {
            counts: std::mem::take(&mut self.counts),
            latencies: counted(&mut self.latencies),
            catch_ups: counted(&mut self.catch_ups),
            returns: counted(&mut self.returns),
        }
    }
}

fn counted(histogram: &mut Histogram<u64>) -> Counted {
    let counted = histogram
        .iter_recorded()
        .map(|step| (step.value_iterated_to(), step.count_since_last_iteration()))
        .collect();
    histogram.clear();
    counted
}
