//! Makes sure that every calendar of the settings has its timer.

use std::time::Duration;

use switchboard_contracts::v1::RefreshFeed;
use switchboard_queue::jobs::RECORDS;
use switchboard_queue::{Admin, Prefix, Producer, Push};
use tokio_util::sync::CancellationToken;
use tracing::warn;

use super::Calendars;

/// Between two looks: as long as a timer that was lost with Redis may be missed.
const EVERY: Duration = Duration::from_secs(5);

pub(crate) struct Timers {
    redis_url: String,
    prefix: Prefix,
    feeds: Vec<RefreshFeed>,
    /// Ids of an older version, with what may be a secret.
    plain: Vec<String>,
}

impl Timers {
    pub(crate) fn new(redis_url: &str, prefix: Prefix, calendars: &Calendars) -> Self {
        Self {
            redis_url: redis_url.to_owned(),
            prefix,
            feeds: calendars.timers(),
            plain: calendars.plain_timers(),
        }
    }

    /// Goes on making sure until `shutdown`.
    pub(crate) async fn keep(&self, shutdown: &CancellationToken) {
        let (mut missed, mut forgotten) = (false, false);
        while !self.feeds.is_empty() {
            match self.ensure().await {
                Ok(()) => {
                    missed = false;
                    if !forgotten {
                        forgotten = self.forget_plain().await.is_ok();
                    }
                }
                Err(error) => {
                    if !missed {
                        warn!("the timers of calendars cannot be started yet: {error}");
                    }
                    missed = true;
                }
            }
            tokio::select! {
                () = shutdown.cancelled() => return,
                () = tokio::time::sleep(EVERY) => {}
            }
        }
    }

    /// Takes away the timers of a version that wrote addresses into their ids. An old worker beside this one starts
    /// them again; then they end here with their next round.
    async fn forget_plain(&self) -> switchboard_queue::Result<()> {
        let admin = Admin::connect(&self.redis_url, self.prefix.clone())?;
        for id in &self.plain {
            admin.drop(RECORDS, id).await?;
        }
        Ok(())
    }

    /// Changes nothing where there is a timer: its id is made of the calendar and its place, so that one that has moved
    /// is looked at at once.
    async fn ensure(&self) -> switchboard_queue::Result<()> {
        let mut pushes = Vec::with_capacity(self.feeds.len());
        for timer in &self.feeds {
            let id = format!("refresh-feed:{}:{}", timer.feed, timer.source);
            pushes.push(Push::now(timer)?.id(id));
        }
        // On a connection of its own: one from before an outage would fail once.
        let producer = Producer::connect(&self.redis_url, self.prefix.clone())?;
        producer.push_many(&pushes).await.map(drop)
    }
}
