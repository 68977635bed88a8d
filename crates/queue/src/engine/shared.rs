//! What the engine's loops and the worker have in common.

use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::Waker;
use std::time::Duration;

use futures::task::AtomicWaker;
use tokio::sync::{Notify, mpsc, oneshot};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::acker::{Ack, Settled, Verdict};
use super::delivery::{Delivery, Lease};
use super::held::Held;
use crate::keys::Prefix;
use crate::options::WorkerOptions;

/// How long a delivery may lie in the buffer while all slots are busy.
const STALE: Duration = Duration::from_millis(50);

pub(crate) struct Shared {
    pub(crate) prefix: Prefix,
    pub(crate) options: WorkerOptions,
    pub(super) queue: Arc<str>,
    state: Mutex<State>,
    worker: AtomicWaker,
    acks: mpsc::UnboundedSender<Ack>,
    /// Somebody pushed, or the clock jumped.
    pub(super) kick: Notify,
    /// A slot became free.
    pub(super) slot: Notify,
    /// No new jobs: the worker is to stop.
    pub(super) draining: CancellationToken,
    /// The worker is gone; the loops may end when their work is done.
    pub(super) closed: CancellationToken,
    /// The fetcher has ended, so nothing more will be handed back.
    pub(super) fetched_out: CancellationToken,
}

#[derive(Default)]
struct State {
    held: Held,
    /// A prefetched delivery went stale: no prefetch until a slot becomes free.
    crowded: bool,
    /// When Redis last confirmed our leases.
    renewed: Option<Instant>,
}

impl Shared {
    pub(super) fn new(prefix: Prefix, options: WorkerOptions, acks: mpsc::UnboundedSender<Ack>) -> Self {
        Self {
            prefix,
            queue: options.queue.as_str().into(),
            options,
            state: Mutex::default(),
            worker: AtomicWaker::new(),
            acks,
            kick: Notify::new(),
            slot: Notify::new(),
            draining: CancellationToken::new(),
            closed: CancellationToken::new(),
            fetched_out: CancellationToken::new(),
        }
    }

    // A panic under this lock can only be a bug in `held`; the book is still better than a dead queue.
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// No new jobs from now on; what has not been started goes back to the queue at once.
    pub(crate) fn drain(&self) {
        self.draining.cancel();
    }

    pub(super) fn close(&self) {
        self.draining.cancel();
        self.closed.cancel();
    }

    /// The worker's next job. The waker must be registered first, or a job that arrives in between is
    /// not noticed.
    pub(crate) fn poll(self: &Arc<Self>, waker: &Waker) -> Option<Delivery> {
        self.worker.register(waker);
        let mut state = self.state();
        if self.draining.is_cancelled() || state.held.running() >= self.options.concurrency {
            return None;
        }
        let (mut delivery, lost) = state.held.take()?;
        let id = Arc::clone(&delivery.lease.id);
        delivery.guard = Some(RunGuard {
            shared: Arc::clone(self),
            id,
            lost,
        });
        Some(delivery)
    }

    /// How many jobs to fetch.
    pub(super) fn want(&self) -> usize {
        let state = self.state();
        let prefetch = if state.crowded { 0 } else { self.options.prefetch };
        (self.options.concurrency + prefetch).saturating_sub(state.held.len())
    }

    pub(super) fn accept(&self, deliveries: Vec<Delivery>) {
        if deliveries.is_empty() {
            return;
        }
        let mut state = self.state();
        if state.held.len() == 0 {
            // A lease that was just given is as good as renewed.
            state.renewed = Some(Instant::now());
        }
        for delivery in deliveries {
            state.held.accept(delivery);
        }
        drop(state);
        self.worker.wake();
    }

    fn release(&self, id: &str) {
        let mut state = self.state();
        state.held.release(id);
        state.crowded = false;
        drop(state);
        self.worker.wake();
        self.slot.notify_one();
    }

    pub(super) fn leases(&self) -> Vec<Lease> {
        self.state().held.leases()
    }

    pub(super) fn renewed(&self) {
        self.state().renewed = Some(Instant::now());
    }

    /// Whether our own leases are fresh. Who has not renewed its own has no business taking others'.
    pub(super) fn is_fresh(&self) -> bool {
        let state = self.state();
        state.held.len() == 0
            || state
                .renewed
                .is_some_and(|at| at.elapsed() < self.options.lease.mul_f64(0.75))
    }

    pub(super) fn lost(&self, lease: &Lease) -> bool {
        self.state().held.lost(lease)
    }

    /// Takes back everything that has not been started.
    pub(super) fn unstarted(&self) -> Vec<Lease> {
        let mut state = self.state();
        let mut leases = state.held.unstarted(Duration::ZERO);
        leases.extend(state.held.superseding());
        leases
    }

    /// Takes back what has lain in the buffer too long.
    pub(super) fn stale(&self) -> Vec<Lease> {
        let mut state = self.state();
        if state.held.running() < self.options.concurrency {
            return Vec::new();
        }
        let leases = state.held.unstarted(STALE);
        state.crowded |= !leases.is_empty();
        leases
    }

    /// When to look again whether the first delivery in the buffer has gone stale. Never at once: there may
    /// be a free slot that the worker has yet to notice.
    pub(super) fn stale_at(&self) -> Option<Instant> {
        let oldest = self.state().held.oldest_buffered()?;
        Some((oldest + STALE).max(Instant::now() + STALE / 5))
    }

    /// Settles a delivery; ends when Redis has answered, however long it is away.
    pub(crate) async fn settle(&self, lease: Lease, verdict: Verdict) -> Settled {
        self.state().held.settling(&lease.id);
        let (reply, answer) = oneshot::channel();
        let ack = Ack {
            lease,
            verdict,
            reply: Some(reply),
        };
        if self.acks.send(ack).is_err() {
            return Settled::Unknown;
        }
        answer.await.unwrap_or(Settled::Unknown)
    }

    /// Settles a delivery without waiting.
    pub(super) fn settle_later(&self, lease: Lease, verdict: Verdict) {
        // Fails only after the engine has ended; then the lease runs out.
        let _ = self.acks.send(Ack {
            lease,
            verdict,
            reply: None,
        });
    }
}

/// Holds a slot and the entry of a running delivery; dropped when its handler is gone for good and its
/// result settled.
pub(crate) struct RunGuard {
    shared: Arc<Shared>,
    id: Arc<str>,
    lost: CancellationToken,
}

impl RunGuard {
    /// Resolves when somebody else has the job.
    pub(crate) fn lost(&self) -> CancellationToken {
        self.lost.clone()
    }
}

impl fmt::Debug for RunGuard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RunGuard")
            .field("id", &self.id)
            .finish_non_exhaustive()
    }
}

impl Drop for RunGuard {
    fn drop(&mut self) {
        self.shared.release(&self.id);
    }
}
