//! Frames as server-sent events.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use futures::{Stream, stream};
use tokio::sync::watch;
use tokio::time::Instant;

use super::cursor::Cursor;
use crate::exchange::Exchange;

/// A burst of changes is one frame: what a person sees as "at once", and no more than 25 frames a second.
const GAP: Duration = Duration::from_millis(40);
/// A page that has heard nothing for some beats knows that its line is dead.
const BEAT: Duration = Duration::from_secs(1);

struct Feeder {
    exchange: Arc<Exchange>,
    changed: watch::Receiver<u64>,
    cursor: Cursor,
    /// Nothing before this moment.
    not_before: Instant,
}

/// Everything from the position `since` on, for ever. Without a position, or with one that means nothing here, it
/// begins with everything.
pub(crate) fn stream(
    exchange: Arc<Exchange>,
    since: Option<&str>,
) -> impl Stream<Item = Result<Bytes, Infallible>> + use<> {
    let cursor = since.map_or_else(Cursor::default, |id| Cursor::resume(&exchange.peek(), id));
    let feeder = Feeder {
        changed: exchange.subscribe(),
        exchange,
        cursor,
        not_before: Instant::now(),
    };
    // Made when the socket has room for it: a slow page skips states and costs nothing.
    stream::unfold(feeder, async |mut feeder| {
        let event = feeder.next().await;
        Some((Ok(Bytes::from(event)), feeder))
    })
}

impl Feeder {
    async fn next(&mut self) -> String {
        let beat = Instant::now() + BEAT;
        loop {
            tokio::time::sleep_until(self.not_before).await;
            self.changed.borrow_and_update();
            let news = self.cursor.advance(&self.exchange.peek());
            if let Some((id, frame)) = news {
                self.not_before = Instant::now() + GAP;
                match serde_json::to_string(&frame) {
                    Ok(data) => return format!("id: {id}\ndata: {data}\n\n"),
                    Err(error) => tracing::error!(%error, "a frame cannot be written: {error}"),
                }
            }
            tokio::select! {
                _ = self.changed.changed() => {}
                () = tokio::time::sleep_until(beat) => {
                    return format!("event: beat\ndata: {}\n\n", self.exchange.peek().clock.now_ms());
                }
            }
        }
    }
}
