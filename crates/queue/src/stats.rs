//! What is in the queues, at one moment.

use redis::{FromRedisValue, Value, from_redis_value};
use serde::Deserialize;

use crate::envelope::Envelope;

/// All queues at one moment; the sums are over all of them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
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
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct QueueStats {
    /// Its name.
    pub name: String,
    /// Jobs that may run now.
    pub ready: u64,
    /// Jobs that may run later.
    pub due: u64,
    /// Jobs that a worker holds.
    pub leased: u64,
    /// Dead letters.
    pub dead: u64,
    /// The earliest due time, virtual ms.
    pub next_due_ms: Option<i64>,
    /// Since when the next job in line could have run, virtual ms: the age of the backlog.
    pub oldest: Option<i64>,
}

/// A dead letter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeadJob {
    /// The job's id.
    pub id: String,
    /// The job's name, if its envelope could be read.
    pub name: Option<String>,
    /// Why it was given up.
    pub reason: String,
    /// The attempts that counted.
    pub attempts: u32,
    /// When it was given up, virtual ms.
    pub died_at_ms: i64,
    /// The envelope as it lay in Redis.
    pub envelope: String,
}

#[derive(Deserialize)]
struct Letter {
    reason: String,
    attempts: u32,
    died_at_ms: i64,
    job: String,
}

impl DeadJob {
    /// Reads a letter written by `qbury`; one that cannot be read still shows up.
    pub(crate) fn parse(id: String, letter: &[u8]) -> Self {
        let text = String::from_utf8_lossy(letter);
        match serde_json::from_str::<Letter>(&text) {
            Ok(Letter {
                reason,
                attempts,
                died_at_ms,
                job,
            }) => {
                let name = serde_json::from_str::<Envelope>(&job)
                    .ok()
                    .map(|envelope| envelope.name);
                Self {
                    id,
                    name,
                    reason,
                    attempts,
                    died_at_ms,
                    envelope: job,
                }
            }
            Err(error) => {
                let reason = format!("unreadable dead letter: {error}");
                Self {
                    id,
                    name: None,
                    reason,
                    attempts: 0,
                    died_at_ms: 0,
                    envelope: text.into_owned(),
                }
            }
        }
    }
}

type Row = (String, u64, u64, u64, u64, i64, Vec<u8>);

impl FromRedisValue for Stats {
    fn from_redis_value(value: Value) -> Result<Self, redis::ParsingError> {
        let mut values = Vec::<Value>::from_redis_value(value)?.into_iter();
        let now_ms = values.next().map_or(Ok(0), from_redis_value)?;
        let mut stats = Self {
            now_ms,
            ..Self::default()
        };
        for value in values {
            let (name, ready, due, leased, dead, next, oldest): Row = from_redis_value(value)?;
            let next_due_ms = (next >= 0).then_some(next);
            stats.ready += ready;
            stats.due += due;
            stats.leased += leased;
            stats.dead += dead;
            stats.next_due_ms = stats.next_due_ms.into_iter().chain(next_due_ms).min();
            let oldest = serde_json::from_slice::<Envelope>(&oldest)
                .ok()
                .map(|e| e.ready_at_ms());
            stats.queues.push(QueueStats {
                name,
                ready,
                due,
                leased,
                dead,
                next_due_ms,
                oldest,
            });
        }
        Ok(stats)
    }
}
