//! What is in the queues, at one moment.

use std::collections::BTreeMap;

use redis::{FromRedisValue, Value, from_redis_value};
use serde::Serialize;

use crate::envelope::Envelope;

/// All queues at one moment; the sums are over all of them.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Stats {
    /// The virtual time of the count, ms since the Unix epoch.
    pub now_ms: i64,
    /// Jobs that may run now.
    pub ready: u64,
    /// Jobs that may run later.
    pub due: u64,
    /// Jobs that a worker holds.
    pub leased: u64,
    /// Dead letters.
    pub dead: u64,
    /// The earliest due time of all queues, virtual ms.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next_due_ms: Option<i64>,
    /// Each queue that was ever pushed to, by name.
    pub queues: Vec<QueueStats>,
}

impl Stats {
    /// Whether nothing runs and nothing could run now.
    pub fn is_idle(&self) -> bool {
        self.ready == 0 && self.leased == 0
    }
}

/// One queue.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct QueueStats {
    /// Its name.
    pub name: String,
    /// Jobs that may run now.
    pub ready: u64,
    /// Of those, the ones that go before the others.
    pub high: u64,
    /// Jobs that may run later.
    pub due: u64,
    /// Jobs that a worker holds.
    pub leased: u64,
    /// Dead letters.
    pub dead: u64,
    /// The earliest due time, virtual ms.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next_due_ms: Option<i64>,
    /// Since when the next job in line could have run, virtual ms: the age of the backlog.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub oldest: Option<i64>,
    /// What became of its jobs since the queue began.
    pub counts: Counts,
}

/// How often what became of the jobs of a queue, since it began.
///
/// They add up: what was pushed or requeued is done, dead, dropped, or still there.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Counts {
    /// Came in.
    pub pushed: u64,
    /// Ended well.
    pub done: u64,
    /// Failed and were to be tried again.
    pub retried: u64,
    /// Asked to be run again, without having failed.
    pub again: u64,
    /// Leases that ran out: their workers died or stalled.
    pub expired: u64,
    /// Went to the dead letters.
    pub dead: u64,
    /// Came back from there.
    pub requeued: u64,
    /// Were dropped by somebody while they waited.
    pub dropped: u64,
    /// Were dropped by somebody as dead letters.
    pub dropped_dead: u64,
    /// Were dropped as the oldest of too many dead letters.
    pub forgotten: u64,
}

impl Counts {
    fn read(counts: &BTreeMap<String, u64>) -> Self {
        let of = |what: &str| counts.get(what).copied().unwrap_or_default();
        Self {
            pushed: of("pushed"),
            done: of("done"),
            retried: of("retried"),
            again: of("again"),
            expired: of("expired"),
            dead: of("dead"),
            requeued: of("requeued"),
            dropped: of("dropped"),
            dropped_dead: of("dropped_dead"),
            forgotten: of("forgotten"),
        }
    }
}

type Row = (
    String,
    u64,
    u64,
    u64,
    u64,
    u64,
    i64,
    Vec<Vec<u8>>,
    BTreeMap<String, u64>,
);

impl FromRedisValue for Stats {
    fn from_redis_value(value: Value) -> Result<Self, redis::ParsingError> {
        let mut values = Vec::<Value>::from_redis_value(value)?.into_iter();
        let now_ms = values.next().map_or(Ok(0), from_redis_value)?;
        let mut stats = Self {
            now_ms,
            ..Self::default()
        };
        for value in values {
            let (name, ready, high, due, leased, dead, next, oldest, counts): Row = from_redis_value(value)?;
            let next_due_ms = (next >= 0).then_some(next);
            stats.ready += ready;
            stats.due += due;
            stats.leased += leased;
            stats.dead += dead;
            stats.next_due_ms = stats.next_due_ms.into_iter().chain(next_due_ms).min();
            let ready_at = |envelope: &Vec<u8>| {
                let envelope: Envelope = serde_json::from_slice(envelope).ok()?;
                Some(envelope.ready_at_ms())
            };
            stats.queues.push(QueueStats {
                name,
                ready,
                high,
                due,
                leased,
                dead,
                next_due_ms,
                oldest: oldest.iter().filter_map(ready_at).min(),
                counts: Counts::read(&counts),
            });
        }
        Ok(stats)
    }
}
