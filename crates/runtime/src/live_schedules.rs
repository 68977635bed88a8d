//! Schedules that follow the overrides of the running system, in whatever process answers by them.

use std::collections::BTreeMap;
use std::fmt::Display;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::{Notify, watch};
use tokio_util::sync::CancellationToken;
use tracing::{debug, info};

use crate::{Schedules, read_overrides};

/// Somebody who closes the office expects the next caller to hear it: well within a second. A message that says so can
/// be missed, a look cannot.
const EVERY: Duration = Duration::from_millis(400);

/// The schedules of a deployment with the overrides that were known last, which go on to count while Redis is away.
#[derive(Debug)]
pub struct LiveSchedules {
    current: watch::Sender<Arc<Schedules>>,
    known: Mutex<Option<BTreeMap<String, String>>>,
    look: Notify,
}

impl LiveSchedules {
    /// Without overrides, until the first look.
    pub fn new(schedules: Schedules) -> Self {
        Self {
            current: watch::Sender::new(Arc::new(schedules)),
            known: Mutex::new(None),
            look: Notify::new(),
        }
    }

    /// As they are now.
    pub fn current(&self) -> Arc<Schedules> {
        Arc::clone(&self.current.borrow())
    }

    /// Whether there was a look yet: before it, nobody knows what was done by hand.
    pub fn is_known(&self) -> bool {
        self.known
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .is_some()
    }

    /// Tells when other overrides count.
    pub fn changes(&self) -> watch::Receiver<Arc<Schedules>> {
        self.current.subscribe()
    }

    /// Asks for a look at once: somebody said that there is news.
    pub fn look_now(&self) {
        self.look.notify_one();
    }

    /// From now on these overrides count, by id as they are kept, and no others.
    pub fn take(&self, kept: BTreeMap<String, String>) {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        if known.as_ref() == Some(&kept) {
            return;
        }
        let overrides = read_overrides(&kept);
        let count = overrides.len();
        self.current
            .send_modify(|current| *current = Arc::new(current.with_records(&overrides)));
        info!(count, "{count} overrides of opening hours are known");
        *known = Some(kept);
    }

    /// Changes what counts, in one step with whoever else does.
    pub(crate) fn change(&self, change: impl Fn(&Schedules) -> Arc<Schedules>) {
        self.current.send_modify(|current| *current = change(current));
    }

    /// Looks for overrides until `shutdown`, every 400 ms and whenever asked to.
    pub async fn follow<F, E>(&self, look: impl Fn() -> F, shutdown: &CancellationToken)
    where
        F: Future<Output = Result<BTreeMap<String, String>, E>>,
        E: Display,
    {
        loop {
            match look().await {
                Ok(kept) => self.take(kept),
                Err(error) => debug!("overrides of opening hours stay as they are: {error}"),
            }
            tokio::select! {
                () = tokio::time::sleep(EVERY) => {}
                () = self.look.notified() => {}
                () = shutdown.cancelled() => return,
            }
        }
    }
}
