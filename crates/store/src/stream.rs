//! Following the event stream: what is added as it is added, and what was missed.
//!
//! Redis publishes every entry as it is committed. Publishing is at most once: whoever was not connected, or was
//! too slow, is not told. The stream itself keeps the last entries, so a follower reads from there what it has
//! missed, and compares from time to time where the stream ends, because the loss of the last message shows no hole.

use std::time::Duration;

use futures::StreamExt as _;
use redis::Msg;
use redis::aio::PubSubStream;
use switchboard_domain::Timestamp;
use tokio::time::{Instant, timeout_at};

use crate::line::connect_within;
use crate::{Snapshot, Store, StoreError, keys};

/// Where the stream is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StreamEnd {
    /// The deployment's time.
    pub now: Timestamp,
    /// Which stream: its stored name and the id of the Redis that holds it. A failover or a restart may lose the
    /// last entries and give their numbers to others, and gives Redis another id. `None` while nobody has named it.
    pub epoch: Option<String>,
    /// The number of the oldest entry that is kept; 0 when there is none.
    pub first: u64,
    /// The number of the last entry; 0 when there never was one.
    pub last: u64,
}

/// One entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StreamEntry {
    /// Its number.
    pub offset: u64,
    /// JSON of a `contracts::v1::Event`.
    pub json: String,
}

/// A connection on which Redis tells every entry as it is added.
pub struct Subscription {
    messages: PubSubStream,
}

impl std::fmt::Debug for Subscription {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Subscription").finish_non_exhaustive()
    }
}

impl Subscription {
    /// The next entry; `None` when the connection has ended. Entries may be missing between two.
    pub async fn next(&mut self) -> Option<StreamEntry> {
        loop {
            // What is no entry was published by somebody else; the stream itself tells what is missing.
            if let Some(entry) = read(&self.messages.next().await?) {
                return Some(entry);
            }
        }
    }
}

/// A published entry: its number, a space, its JSON.
fn read(message: &Msg) -> Option<StreamEntry> {
    let text: String = message.get_payload().ok()?;
    let (offset, json) = text.split_once(' ')?;
    Some(StreamEntry {
        offset: offset.parse().ok()?,
        json: json.to_owned(),
    })
}

/// The name of a stream that is worth something only together with the server that holds it.
fn epoch(stored: &str, server: &str) -> Option<String> {
    (!stored.is_empty()).then(|| format!("{stored}.{server}"))
}

impl Store {
    /// Where the stream begins and ends now.
    ///
    /// # Errors
    /// When Redis does not answer.
    pub async fn stream_end(&self) -> Result<StreamEnd, StoreError> {
        let invocation = self.scripts().stream_end.arg(self.prefix());
        let (now, stored, server, first, last): (i64, String, String, u64, u64) =
            self.read_script(&invocation, self.deadline()).await?;
        let now = Timestamp::from_millis(now);
        self.anchor().set(now);
        Ok(StreamEnd {
            now,
            epoch: epoch(&stored, &server),
            first,
            last,
        })
    }

    /// Everything live, as [`Store::snapshot`] gives it, under the whole name of its stream: its position can be
    /// followed from there.
    ///
    /// # Errors
    /// When Redis does not answer, or changes places meanwhile.
    pub async fn positioned_snapshot(&self) -> Result<Snapshot, StoreError> {
        let before = self.stream_end().await?;
        let snapshot = self.snapshot().await?;
        let after = self.stream_end().await?;
        // No epoch comes back, so what is the same before and after was the same in between.
        if before.epoch != after.epoch {
            return Err(StoreError::Unavailable {
                budget_ms: self.config().budget.as_millis(),
                source: None,
            });
        }
        Ok(Snapshot {
            epoch: after.epoch.unwrap_or_default(),
            ..snapshot
        })
    }

    /// Entries that follow `after`, oldest first, at most `count`. Older ones than the stream keeps are not there:
    /// the first one's number tells.
    ///
    /// # Errors
    /// When Redis does not answer.
    pub async fn stream_after(&self, after: u64, count: usize) -> Result<Vec<StreamEntry>, StoreError> {
        let mut range = redis::cmd("XRANGE");
        range
            .arg(keys::stream(self.prefix()))
            .arg(format!("{}-0", after.saturating_add(1)))
            .arg("+")
            .arg("COUNT")
            .arg(count);
        let entries: Vec<(String, (String, String))> = self.read(&range, self.deadline()).await?;
        entries
            .into_iter()
            .map(|(id, (_, json))| {
                let offset = id.split('-').next().and_then(|number| number.parse().ok());
                let offset = offset.ok_or_else(|| StoreError::Foreign {
                    what: keys::stream(self.prefix()),
                })?;
                Ok(StreamEntry { offset, json })
            })
            .collect()
    }

    /// Asks to be told every entry from now on, on a connection of its own.
    ///
    /// # Errors
    /// When Redis does not answer.
    pub async fn subscribe(&self) -> Result<Subscription, StoreError> {
        let within: Duration = connect_within(self.config().budget);
        let connect = async {
            let mut connection = self.client().await?.get_async_pubsub().await?;
            connection.subscribe(keys::events(self.prefix())).await?;
            Ok::<_, redis::RedisError>(connection.into_on_message())
        };
        let budget_ms = within.as_millis();
        match timeout_at(Instant::now() + within, connect).await {
            Ok(Ok(messages)) => Ok(Subscription { messages }),
            Ok(Err(error)) => Err(StoreError::of(error, budget_ms)),
            Err(_) => Err(StoreError::Unavailable {
                budget_ms,
                source: None,
            }),
        }
    }
}
