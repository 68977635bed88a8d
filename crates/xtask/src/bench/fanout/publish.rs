//! Events that go the way of every commit: into the stream, and to whoever listens.

use std::cell::Cell;
use std::path::Path;

use anyhow::{Context, Result, bail};

use crate::resp::{Link, Pipelined, Reply};
use crate::time::{Arrivals, now_ns};

/// What a commit does with an event (`store_append` in `crates/store/src/lua/shared.lua`), and nothing else. ARGV:
/// prefix, event.
pub(crate) const APPEND: &str = "
local key = ARGV[1] .. ':stream'
local last = redis.call('XREVRANGE', key, '+', '-', 'COUNT', 1)
local offset = 0
if #last > 0 then offset = tonumber(string.match(last[1][1], '^(%d+)')) end
local number = string.format('%.0f', offset + 1)
redis.call('XADD', key, 'MAXLEN', '~', 10000, number .. '-0', 'event', ARGV[2])
redis.call('PUBLISH', ARGV[1] .. ':events', number .. ' ' .. ARGV[2])
return offset + 1";

/// Bytes of a frame's payload with such an event in it and an offset of four digits.
const PAYLOAD: usize = 256;
/// Digits of an intended moment, which stands in the agent's name.
const DIGITS: usize = 20;
const NAME: &str = r#""name":""#;

/// Adds events to one stream.
pub(super) struct Publisher {
    prefix: &'static str,
    digest: Vec<u8>,
    links: (Pipelined, std::pin::Pin<Box<dyn Future<Output = Result<()>>>>),
    last: Cell<u64>,
}

impl Publisher {
    pub(super) async fn open(socket: &Path, prefix: &'static str) -> Result<Self> {
        let mut link = Link::open(socket).await?;
        let loaded = link.ask(&[b"SCRIPT", b"LOAD", APPEND.as_bytes()]).await?;
        let digest = loaded.text()?;
        let (asking, work) = Pipelined::open(socket).await?;
        Ok(Self {
            prefix,
            digest,
            links: (asking, Box::pin(work)),
            last: Cell::new(0),
        })
    }

    /// Adds events at a constant rate, each with the moment at which it was meant to be. Answers with the last
    /// one's number when all are in the stream.
    pub(super) async fn publish(&mut self, arrivals: Arrivals) -> Result<u64> {
        let Self {
            prefix,
            digest,
            links: (asking, work),
            last,
        } = self;
        let (prefix, digest, asking, last) = (&*prefix, &*digest, &*asking, &*last);
        let publishing = arrivals.each(|_, at_ns| async move {
            let event = event(at_ns);
            let arguments: [&[u8]; 5] = [b"EVALSHA", digest, b"0", prefix.as_bytes(), event.as_bytes()];
            match asking.ask(&arguments).await {
                Some(Reply::Number(offset)) => {
                    last.set(last.get().max(u64::try_from(offset)?));
                    Ok(())
                }
                Some(other) => bail!("redis answered {other:?}"),
                None => bail!("redis is gone"),
            }
        });
        tokio::select! {
            published = publishing => published?,
            ended = work => ended.context("the line to redis")?,
        }
        Ok(last.get())
    }

    /// Adds so many as fast as they go.
    pub(super) async fn burst(&mut self, count: u64) -> Result<u64> {
        let arrivals = Arrivals {
            first_ns: now_ns(),
            per_s: 10_000,
            count,
        };
        self.publish(arrivals).await
    }
}

/// An agent's change, as JSON of the contract.
pub(crate) fn event(at_ns: u64) -> String {
    let event = |padding: &str| {
        format!(
            r#"{{"atMs":"1784023220000","agent":{{"id":"bench",{NAME}{at_ns:0DIGITS$}{padding}","presence":"PRESENCE_AVAILABLE"}}}}"#
        )
    };
    let frame = r#"{"event":{"offset":"4711","event":}}"#;
    let short = PAYLOAD.saturating_sub(event("").len() + frame.len());
    event(&".".repeat(short))
}

/// The moment at which an event was meant to be; `None` for one that is not ours.
pub(super) fn intended_ns(event: &str) -> Option<u64> {
    let at = event.find(NAME)? + NAME.len();
    event.get(at..at + DIGITS)?.parse().ok()
}

#[cfg(test)]
mod tests {
    #[test]
    fn an_event_carries_its_moment_and_has_its_size() {
        let event = super::event(1_234_567);
        assert_eq!(super::intended_ns(&event), Some(1_234_567));
        let frame = format!(r#"{{"event":{{"offset":"4711","event":{event}}}}}"#);
        assert_eq!(frame.len(), super::PAYLOAD);
    }
}
