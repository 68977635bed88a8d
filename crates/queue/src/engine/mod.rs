//! What feeds a worker: five loops on a thread of their own.
//!
//! - the *fetcher* leases jobs as slots become free;
//! - the *listener* wakes the fetcher when somebody pushes;
//! - the *acker* settles deliveries, many in one call;
//! - the *keeper* renews the leases of all that is held;
//! - the *counter* tells the metrics how the queue stands.
//!
//! They have their own thread and runtime because a handler that blocks or burns the processor must not
//! stop the renewal of its own lease, or anybody else's acknowledgement. The worker sees them through
//! [`Shared`] only. One engine serves a queue for the whole [`run`](crate::run), across restarts of the
//! apalis worker before it, so a restart loses nothing that was leased.

mod acker;
mod counter;
mod delivery;
mod fetcher;
mod held;
mod keeper;
mod listener;
mod shared;

use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use futures::FutureExt;
use tokio::sync::{Mutex, mpsc, watch};
use tokio::task::JoinSet;
use tracing::{error, warn};

pub(crate) use acker::{Run, Settled, Verdict};
pub(crate) use delivery::{Delivery, Lease};
pub(crate) use shared::{RunGuard, Shared};

use crate::error::Result;
use crate::keys::Prefix;
use crate::line;
use crate::link::Address;
use crate::names::Names;
use crate::options::WorkerOptions;

/// How long the last fetch, hand-backs and acknowledgements may take after the worker is gone; used up only
/// when Redis is gone as well.
const CLOSING: Duration = fetcher::ANSWER.saturating_add(Duration::from_secs(1));

/// A running engine. Dropping it stops the thread soon; [`Self::close`] waits for it.
pub(crate) struct Engine {
    pub(crate) shared: Arc<Shared>,
    ended: watch::Receiver<()>,
}

impl Engine {
    /// Starts the thread.
    pub(crate) fn start(redis_url: &str, prefix: Prefix, options: WorkerOptions) -> Result<Self> {
        let address = (line::client(redis_url)?, Names::new());
        let (acks, receiver) = mpsc::unbounded_channel();
        let (running, ended) = watch::channel(());
        let shared = Arc::new(Shared::new(prefix, options, acks));
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()?;
        let inside = Arc::clone(&shared);
        thread::Builder::new()
            .name(format!("queue-{}", shared.options.queue))
            .spawn(move || {
                runtime.block_on(drive(address, inside, receiver));
                // Its drop is what `close` waits for.
                drop(running);
            })?;
        Ok(Self { shared, ended })
    }

    /// Settles what is left, stops the thread and waits for it.
    pub(crate) async fn close(mut self) {
        self.shared.close();
        // The sender never sends, so this ends when the thread drops it.
        while self.ended.changed().await.is_ok() {}
    }
}

impl Drop for Engine {
    fn drop(&mut self) {
        self.shared.close();
    }
}

async fn drive(address: Address, shared: Arc<Shared>, acks: mpsc::UnboundedReceiver<acker::Ack>) {
    let acks = Arc::new(Mutex::new(acks));
    let mut loops = JoinSet::new();
    loops.spawn(supervise("fetcher", {
        let (address, shared) = (address.clone(), Arc::clone(&shared));
        move || fetcher::run(address.clone(), Arc::clone(&shared))
    }));
    loops.spawn(supervise("listener", {
        let (address, shared) = (address.clone(), Arc::clone(&shared));
        move || listener::run(address.clone(), Arc::clone(&shared))
    }));
    loops.spawn(supervise("keeper", {
        let (address, shared) = (address.clone(), Arc::clone(&shared));
        move || keeper::run(address.clone(), Arc::clone(&shared))
    }));
    loops.spawn(supervise("counter", {
        let (address, shared) = (address.clone(), Arc::clone(&shared));
        move || counter::run(address.clone(), Arc::clone(&shared))
    }));
    loops.spawn(supervise("acker", {
        let shared = Arc::clone(&shared);
        move || acker::run(address.clone(), Arc::clone(&shared), Arc::clone(&acks))
    }));
    shared.closed.cancelled().await;
    let all = async { while loops.join_next().await.is_some() {} };
    if tokio::time::timeout(CLOSING, all).await.is_err() {
        let queue = &shared.options.queue;
        warn!(
            queue,
            "redis did not take the last acknowledgements of {queue}: those jobs will run again"
        );
    }
}

/// Runs a loop until it ends by itself; a panic in it is a bug, but must not leave a deaf engine.
async fn supervise<F: Future<Output = ()>>(what: &'static str, make: impl Fn() -> F) {
    while AssertUnwindSafe(make()).catch_unwind().await.is_err() {
        error!(what, "the engine's {what} panicked, starting it again");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}
