//! Schedules that follow the calendars of the running system.

use std::collections::BTreeMap;
use std::fmt::Display;
use std::sync::Arc;
use std::time::Duration;

use tokio_util::sync::CancellationToken;
use tracing::{debug, info, warn};

use crate::feeds::tell_skipped;
use crate::{FeedCopy, FeedMark, LiveSchedules};

/// As for overrides: whoever has corrected a calendar expects the next caller to hear it.
const EVERY: Duration = Duration::from_millis(400);

impl LiveSchedules {
    /// Looks for newer copies of the calendars until `shutdown`. `marks` tells how all of them stand, by the settings
    /// that name them, `copy` gives one. While Redis is away the last ones known go on to count.
    pub async fn follow_feeds<M, C, E>(
        &self,
        marks: impl Fn() -> M,
        copy: impl Fn(String) -> C,
        shutdown: &CancellationToken,
    ) where
        M: Future<Output = Result<BTreeMap<String, String>, E>>,
        C: Future<Output = Result<Option<String>, E>>,
        E: Display,
    {
        let names: Vec<String> = self.current().feeds().map(str::to_owned).collect();
        let mut known: BTreeMap<String, String> = BTreeMap::new();
        // Without calendars there is nothing to look for, ever: settings do not change while a process lives.
        while !names.is_empty() {
            match marks().await {
                Ok(found) => {
                    for name in &names {
                        let Some(mark) = found.get(name).filter(|mark| known.get(name) != Some(mark)) else {
                            continue;
                        };
                        match copy(name.clone()).await {
                            Ok(text) => {
                                self.take_feed(name, mark, text.as_deref()).await;
                                known.insert(name.clone(), mark.clone());
                            }
                            Err(error) => debug!("the copy of {name} stays as it is: {error}"),
                        }
                    }
                }
                Err(error) => debug!("the copies of calendars stay as they are: {error}"),
            }
            tokio::select! {
                () = tokio::time::sleep(EVERY) => {}
                () = shutdown.cancelled() => return,
            }
        }
        shutdown.cancelled().await;
    }

    /// From now on this copy of a calendar counts, if it is one of what the settings name.
    pub async fn take_feed(&self, name: &str, mark: &str, copy: Option<&str>) {
        let (Some(mark), Some(copy)) = (FeedMark::read(mark), copy.and_then(FeedCopy::read)) else {
            return;
        };
        let Some((short, zone, stale_after)) = self.current().wants(name, &copy.source) else {
            debug!("the copy of {name} is of another place than the settings name");
            return;
        };
        // A stranger wrote it: reading it may take a while, and nobody else must wait for that.
        let read = tokio::task::spawn_blocking(move || copy.feed(&short, &zone)).await;
        match read {
            Ok(Ok(feed)) => {
                let days = feed.days().len();
                let feed = mark.stands(feed, stale_after);
                let told = self
                    .current()
                    .feed(name)
                    .is_some_and(|known| known.skipped() == feed.skipped());
                self.change(|current| Arc::new(current.with_feed(name, feed.clone())));
                info!(feed.name = name, days, "{name}: {days} days off are known");
                // A mark of its copy is new with every look; what was said of it is not.
                if !told {
                    tell_skipped(name, &feed);
                }
            }
            Ok(Err(error)) => warn!("the copy of {name} cannot be read: {error}"),
            Err(error) => warn!("the copy of {name} cannot be read: {error}"),
        }
    }
}
