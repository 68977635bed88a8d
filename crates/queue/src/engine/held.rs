//! The book of all deliveries that this process holds. Pure: no Redis, no waiting.

use std::collections::{HashMap, VecDeque};
use std::sync::Arc;
use std::time::Duration;

use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::delivery::{Delivery, Lease};

/// Where a held delivery is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Phase {
    /// Waits for a slot.
    Buffered,
    /// A handler works on it.
    Running,
    /// Its result is on the way to Redis. A refused renewal means nothing now.
    Settling,
}

#[derive(Debug)]
struct Entry {
    token: u64,
    phase: Phase,
    lost: CancellationToken,
    /// A newer delivery of the same job, fetched while the old one still runs here. It waits until the
    /// old handler is really gone: never two runs of one id in one process.
    next: Option<Delivery>,
}

/// All deliveries of one worker.
#[derive(Debug, Default)]
pub(super) struct Held {
    entries: HashMap<Arc<str>, Entry>,
    buffer: VecDeque<Delivery>,
    running: usize,
}

impl Held {
    pub(super) fn len(&self) -> usize {
        self.entries.len()
    }

    pub(super) fn running(&self) -> usize {
        self.running
    }

    pub(super) fn accept(&mut self, delivery: Delivery) {
        let token = delivery.lease.token;
        let Some(entry) = self.entries.get_mut(&delivery.lease.id) else {
            self.buffer(delivery);
            return;
        };
        match entry.phase {
            Phase::Buffered => {
                entry.token = token;
                let id = Arc::clone(&delivery.lease.id);
                self.buffer.retain(|old| old.lease.id != id);
                self.buffer.push_back(delivery);
            }
            Phase::Running | Phase::Settling => {
                entry.lost.cancel();
                entry.next = Some(delivery);
            }
        }
    }

    fn buffer(&mut self, delivery: Delivery) {
        let entry = Entry {
            token: delivery.lease.token,
            phase: Phase::Buffered,
            lost: CancellationToken::new(),
            next: None,
        };
        self.entries.insert(Arc::clone(&delivery.lease.id), entry);
        self.buffer.push_back(delivery);
    }

    /// The next delivery to run and the signal that its lease is lost.
    pub(super) fn take(&mut self) -> Option<(Delivery, CancellationToken)> {
        let delivery = self.buffer.pop_front()?;
        let entry = self.entries.get_mut(&delivery.lease.id)?;
        entry.phase = Phase::Running;
        self.running += 1;
        Some((delivery, entry.lost.clone()))
    }

    pub(super) fn settling(&mut self, id: &str) {
        if let Some(entry) = self.entries.get_mut(id) {
            entry.phase = Phase::Settling;
        }
    }

    /// The run is over and its handler gone.
    pub(super) fn release(&mut self, id: &str) {
        if let Some(entry) = self.entries.remove(id) {
            self.running -= 1;
            if let Some(next) = entry.next {
                self.buffer(next);
            }
        }
    }

    /// The leases to renew.
    pub(super) fn leases(&self) -> Vec<Lease> {
        let lease = |(id, entry): (&Arc<str>, &Entry)| {
            let token = entry.next.as_ref().map_or(entry.token, |next| next.lease.token);
            let settling = entry.phase == Phase::Settling && entry.next.is_none();
            (!settling).then(|| Lease {
                id: Arc::clone(id),
                token,
            })
        };
        self.entries.iter().filter_map(lease).collect()
    }

    /// Redis refused to renew this lease; true if that was news.
    pub(super) fn lost(&mut self, lease: &Lease) -> bool {
        let Some(entry) = self.entries.get_mut(&lease.id) else {
            return false;
        };
        if entry
            .next
            .as_ref()
            .is_some_and(|next| next.lease.token == lease.token)
        {
            entry.next = None;
            return true;
        }
        if entry.token != lease.token {
            return false;
        }
        match entry.phase {
            Phase::Buffered => {
                self.entries.remove(&lease.id);
                self.buffer.retain(|delivery| delivery.lease != *lease);
                true
            }
            Phase::Running => {
                let news = !entry.lost.is_cancelled();
                entry.lost.cancel();
                news
            }
            Phase::Settling => false,
        }
    }

    /// Takes back what has not been started and was fetched at least `age` ago.
    pub(super) fn unstarted(&mut self, age: Duration) -> Vec<Lease> {
        let mut leases = Vec::new();
        self.buffer.retain(|delivery| {
            let old = delivery.fetched.elapsed() >= age;
            if old {
                self.entries.remove(&delivery.lease.id);
                leases.push(delivery.lease.clone());
            }
            !old
        });
        leases
    }

    /// Like [`Self::unstarted`] for the deliveries that wait for an older run to end.
    pub(super) fn superseding(&mut self) -> Vec<Lease> {
        self.entries
            .values_mut()
            .filter_map(|entry| entry.next.take())
            .map(|next| next.lease)
            .collect()
    }

    pub(super) fn oldest_buffered(&self) -> Option<Instant> {
        self.buffer.front().map(|delivery| delivery.fetched)
    }
}
