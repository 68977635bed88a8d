//! `refresh-feed`: looks whether a calendar of days off has changed.
//!
//! First to Redis, where every process takes it from within a second, then to the records, from which it comes back
//! when Redis has lost it. Whatever goes wrong, the last good copy stays in both.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use switchboard_contracts::v1::RefreshFeed;
use switchboard_queue::JobError;
use switchboard_records::{KeptFeed, Records};
use switchboard_runtime::settings::{FeedSource, Settings};
use switchboard_runtime::{FeedCopy, FeedMark};
use switchboard_store::Store;
use tracing::{info, warn};

use super::fetch::{Fetch, Found};
use crate::error::{WorkerError, of_store};

/// After something went wrong a calendar is not left alone for as long as it is when all is well.
const AFTER_TROUBLE: Duration = Duration::from_mins(5);

/// The calendars of the settings.
#[derive(Clone, Debug)]
pub(crate) struct Calendars {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    store: Store,
    records: Records,
    fetch: Fetch,
    every: Duration,
    sources: BTreeMap<String, FeedSource>,
}

/// A copy, and since when it is this one.
struct Known {
    copy: FeedCopy,
    mark: FeedMark,
}

impl Calendars {
    pub(crate) fn new(settings: &Settings, store: Store, records: Records) -> Result<Self, WorkerError> {
        let named = |section: &str, feeds: &BTreeMap<String, FeedSource>| -> Vec<(String, FeedSource)> {
            let setting =
                |(name, source): (&String, &FeedSource)| (format!("{section}.feeds.{name}"), source.clone());
            feeds.iter().map(setting).collect()
        };
        let mut sources: BTreeMap<_, _> = named("hours", &settings.hours.feeds).into_iter().collect();
        for (name, other) in &settings.schedules {
            sources.extend(named(&format!("schedules.{name}"), &other.feeds));
        }
        let fetch = Fetch::new(
            settings.feeds.timeout,
            switchboard_runtime::rules::reach(settings),
        )
        .map_err(|error| WorkerError::Settings(vec![format!("feeds: {error}")]))?;
        Ok(Self {
            inner: Arc::new(Inner {
                store,
                records,
                fetch,
                every: settings.feeds.refresh_every,
                sources,
            }),
        })
    }

    /// A timer for each.
    pub(crate) fn timers(&self) -> Vec<RefreshFeed> {
        let timer = |(feed, source): (&String, &FeedSource)| RefreshFeed {
            feed: feed.clone(),
            source: source.id(),
        };
        self.inner.sources.iter().map(timer).collect()
    }

    /// The ids that versions up to 0.1 gave those timers: with the address written out, which may be a secret.
    pub(crate) fn plain_timers(&self) -> Vec<String> {
        let plain = |(feed, source): (&String, &FeedSource)| match source {
            FeedSource::Url(url) => Some(format!("refresh-feed:{feed}:{url}")),
            FeedSource::File(_) => None,
        };
        self.inner.sources.iter().filter_map(plain).collect()
    }

    /// One look; it asks for the next by itself.
    pub(super) async fn refresh_feed(&self, job: &RefreshFeed) -> Result<(), JobError> {
        let Inner {
            store,
            every,
            sources,
            fetch,
            ..
        } = &*self.inner;
        let Some(source) = sources.get(&job.feed).filter(|source| source.id() == job.source) else {
            // Another worker has other settings, or is of a version that wrote the address itself. If those settings
            // are the newer ones, it will start this timer again.
            return Ok(());
        };
        let name = job.feed.as_str();
        let known = self.known(name, source).await?;
        let found = fetch.get(source, known.as_ref().map(|known| &known.copy)).await;
        let now = store.clock().await.map_err(of_store)?.now.as_millis();
        match found {
            Ok(Found::Same) => {
                if let Some(Known { copy, mark }) = known {
                    let mark = FeedMark {
                        checked_ms: now,
                        trouble: String::new(),
                        ..mark
                    };
                    self.keep(name, &mark, &copy, false).await?;
                }
                Err(JobError::again(*every))
            }
            Ok(Found::Other(copy)) => {
                let mark = FeedMark {
                    changed_ms: now,
                    checked_ms: now,
                    trouble: String::new(),
                };
                self.keep(name, &mark, &copy, true).await?;
                info!(feed.name = name, "{name}: there is another copy");
                Err(JobError::again(*every))
            }
            Err(trouble) => {
                let counts = if known.is_some() {
                    "its last copy counts"
                } else {
                    "there is no copy of it"
                };
                warn!(feed.name = name, "{name} cannot be read, {counts}: {trouble}");
                if let Some(Known { mark, .. }) = known {
                    let mark = FeedMark {
                        trouble: trouble.to_string(),
                        ..mark
                    };
                    store.put_feed(name, &mark.text(), None).await.map_err(of_store)?;
                }
                Err(JobError::again((*every).min(AFTER_TROUBLE)))
            }
        }
    }

    /// The last good copy from that place: of Redis, else of the records, and then Redis has it again.
    async fn known(&self, name: &str, source: &FeedSource) -> Result<Option<Known>, JobError> {
        let Inner { store, records, .. } = &*self.inner;
        let text = store.feed(name).await.map_err(of_store)?;
        if let Some(copy) = text
            .as_deref()
            .and_then(FeedCopy::read)
            .filter(|copy| source.is(&copy.source))
        {
            let marks = store.feed_marks().await.map_err(of_store)?;
            let mark = marks
                .get(name)
                .and_then(|text| FeedMark::read(text))
                .unwrap_or_default();
            if !source.is_plain(&copy.source) {
                return Ok(Some(Known { copy, mark }));
            }
            // A version that wrote the address itself left it there, and in the records.
            let copy = FeedCopy {
                source: source.id(),
                ..copy
            };
            self.keep(name, &mark, &copy, true).await?;
            return Ok(Some(Known { copy, mark }));
        }
        let kept = match records.kept_feed(name).await {
            Ok(kept) => kept.filter(|kept| source.is(&kept.source)),
            Err(error) => {
                warn!(
                    feed.name = name,
                    "{name}: the copy in the records is out of reach: {error}"
                );
                None
            }
        };
        let Some(kept) = kept else { return Ok(None) };
        let now = store.clock().await.map_err(of_store)?.now.as_millis();
        let mark = FeedMark {
            changed_ms: now,
            checked_ms: kept.checked_ms,
            trouble: String::new(),
        };
        let copy = FeedCopy {
            source: source.id(),
            calendar: kept.calendar,
            etag: kept.etag,
            last_modified: kept.last_modified,
        };
        let put = store.put_feed(name, &mark.text(), Some(&copy.text())).await;
        put.map_err(of_store)?;
        info!(
            feed.name = name,
            "{name}: redis has the copy of the records again"
        );
        Ok(Some(Known { copy, mark }))
    }

    async fn keep(
        &self,
        name: &str,
        mark: &FeedMark,
        copy: &FeedCopy,
        changed: bool,
    ) -> Result<(), JobError> {
        let Inner { store, records, .. } = &*self.inner;
        let text = changed.then(|| copy.text());
        let put = store.put_feed(name, &mark.text(), text.as_deref()).await;
        put.map_err(of_store)?;
        let kept = KeptFeed {
            name: name.to_owned(),
            source: copy.source.clone(),
            calendar: copy.calendar.clone(),
            etag: copy.etag.clone(),
            last_modified: copy.last_modified.clone(),
            checked_ms: mark.checked_ms,
        };
        if let Err(error) = records.keep_feed(&kept).await {
            // It counts already; the next look tries again.
            warn!(
                feed.name = name,
                "{name}: the records do not take the copy: {error}"
            );
        }
        Ok(())
    }
}
