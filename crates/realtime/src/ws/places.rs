//! How many sockets are open: the web server does not count what was taken over from it.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use tokio::sync::Notify;

/// The count.
#[derive(Debug, Clone)]
pub(crate) struct Places(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    limit: usize,
    taken: AtomicUsize,
    left: Notify,
}

/// One socket's place, free again when it goes.
#[derive(Debug)]
pub(crate) struct Place(Arc<Inner>);

impl Places {
    pub(crate) fn new(limit: usize) -> Self {
        Self(Arc::new(Inner {
            limit,
            taken: AtomicUsize::new(0),
            left: Notify::new(),
        }))
    }

    /// A place, if there is one.
    pub(crate) fn take(&self) -> Option<Place> {
        let more = |taken| (taken < self.0.limit).then_some(taken + 1);
        self.0
            .taken
            .fetch_update(Ordering::AcqRel, Ordering::Acquire, more)
            .ok()?;
        metrics::gauge!("realtime_sockets").increment(1.0);
        Some(Place(Arc::clone(&self.0)))
    }

    /// When all have left.
    pub(crate) async fn empty(&self) {
        loop {
            let left = self.0.left.notified();
            if self.0.taken.load(Ordering::Acquire) == 0 {
                return;
            }
            left.await;
        }
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        metrics::gauge!("realtime_sockets").decrement(1.0);
        if self.0.taken.fetch_sub(1, Ordering::AcqRel) == 1 {
            self.0.left.notify_waiters();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Places;

    #[tokio::test]
    async fn there_are_no_more_than_the_limit_and_a_place_left_is_free() {
        let places = Places::new(2);
        let (one, two) = (places.take().unwrap(), places.take().unwrap());
        assert!(places.take().is_none());
        drop(one);
        let three = places.take().unwrap();
        let (gone, ()) = tokio::join!(places.empty(), async move { drop((two, three)) });
        assert_eq!(gone, ());
    }
}
