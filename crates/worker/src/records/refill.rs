//! Puts back into Redis the overrides that it has lost.
//!
//! The copy never wins: what Redis has, and what it has seen withdrawn, stays. What the records know as withdrawn does
//! not come back; so an override comes again only when Redis lost its withdrawal together with the job that would have
//! recorded it, in its last second. Several workers may do this at once, and as often as they like.
//!
//! All times in the records came from the deployment's clock, and they are compared with what that says now. A new Redis
//! on another machine may be wrong by minutes, which is nothing beside weeks; the database's clock is never asked.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use switchboard_records::Records;
use switchboard_store::Store;
use tokio_util::sync::CancellationToken;
use tracing::{info, warn};

/// Overrides that ended longer ago are of no use in Redis, which forgets them a day later: what it has just forgotten
/// is not put back.
const WORTH: Duration = Duration::from_hours(34 * 24);
/// Between two looks. Redis may be emptied while this process lives, and two small requests find out.
const EVERY: Duration = Duration::from_secs(10);
/// While one of the two does not answer.
const AGAIN: Duration = Duration::from_secs(1);

#[derive(Clone, Debug)]
pub(crate) struct Refill {
    store: Store,
    records: Records,
    done: Arc<AtomicBool>,
}

impl Refill {
    pub(crate) fn new(store: Store, records: Records) -> Self {
        Self {
            store,
            records,
            done: Arc::default(),
        }
    }

    /// Whether it was done since the start.
    pub(crate) fn is_done(&self) -> bool {
        self.done.load(Ordering::Acquire)
    }

    /// Goes on until `shutdown`.
    pub(crate) async fn keep(&self, shutdown: &CancellationToken) {
        let mut missed = false;
        loop {
            let pause = match self.once().await {
                Ok(count) => {
                    if count > 0 {
                        warn!(
                            count,
                            "redis had lost {count} overrides of opening hours, they are back"
                        );
                    }
                    if !self.done.swap(true, Ordering::AcqRel) {
                        info!("redis has the overrides of opening hours that the records have");
                    }
                    missed = false;
                    EVERY
                }
                Err(reason) => {
                    // One line an outage, not one a try.
                    if !missed {
                        warn!("overrides cannot be compared with the records: {reason}");
                    }
                    missed = true;
                    AGAIN
                }
            };
            tokio::select! {
                () = shutdown.cancelled() => return,
                () = tokio::time::sleep(pause) => {}
            }
        }
    }

    async fn once(&self) -> Result<u64, String> {
        let now = self.store.clock().await.map_err(|error| error.to_string())?.now;
        let worth = i64::try_from(WORTH.as_millis()).unwrap_or(i64::MAX);
        let kept = self
            .records
            .overrides_until(now.as_millis().saturating_sub(worth));
        let kept = kept.await.map_err(|error| error.to_string())?;
        let standing: Vec<_> = kept
            .into_iter()
            .filter(|kept| kept.withdrawn.is_none())
            .map(|kept| kept.over)
            .collect();
        let restored = self.store.restore_overrides(&standing).await;
        restored.map_err(|error| error.to_string())
    }
}
