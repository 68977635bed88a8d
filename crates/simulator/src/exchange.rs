//! The exchange: the shared state behind one lock, the tasks over it, and the count of who is busy.
//!
//! Idleness is exact, not guessed: every task counts as busy until it parks itself under the lock,
//! and whoever wakes it counts it busy again under the same lock. So there is no moment at which
//! work is under way and the count is zero.

use std::ops::{Deref, DerefMut};
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::{mpsc, oneshot, watch};

use crate::id::LegId;
use crate::signal::{Parked, Signal, Timer};
use crate::simulator::TimedOut;
use crate::state::State;

/// A task to be run by `run`.
pub(crate) type Job = Pin<Box<dyn Future<Output = ()> + Send>>;

pub(crate) struct Exchange {
    state: Mutex<State>,
    changed: watch::Sender<u64>,
    jobs: Mutex<Option<mpsc::UnboundedReceiver<Job>>>,
    pub(crate) http: reqwest::Client,
    /// Held by whoever moves our clock and a companion's together.
    pub(crate) moving: tokio::sync::Mutex<()>,
}

/// The state, locked for writing: whoever waits for a change is told when it is let go.
pub(crate) struct Locked<'a> {
    state: MutexGuard<'a, State>,
    changed: &'a watch::Sender<u64>,
}

impl Deref for Locked<'_> {
    type Target = State;

    fn deref(&self) -> &State {
        &self.state
    }
}

impl DerefMut for Locked<'_> {
    fn deref_mut(&mut self) -> &mut State {
        &mut self.state
    }
}

impl Drop for Locked<'_> {
    fn drop(&mut self) {
        self.changed
            .send_modify(|version| *version = version.wrapping_add(1));
    }
}

impl Exchange {
    pub(crate) fn new(build: impl FnOnce(mpsc::UnboundedSender<Job>) -> State) -> Arc<Self> {
        let (sender, receiver) = mpsc::unbounded_channel();
        let (changed, _) = watch::channel(0);
        let http = reqwest::Client::builder()
            .redirect(reqwest::redirect::Policy::limited(10))
            .connect_timeout(std::time::Duration::from_secs(5))
            .user_agent("TwilioProxy/1.1")
            .build()
            .unwrap_or_default();
        let mut state = build(sender);
        Arc::new_cyclic(|me| {
            state.me = me.clone();
            Self {
                state: Mutex::new(state),
                changed,
                jobs: Mutex::new(Some(receiver)),
                http,
                moving: tokio::sync::Mutex::new(()),
            }
        })
    }

    /// The state, for writing.
    pub(crate) fn lock(&self) -> Locked<'_> {
        Locked {
            state: self.peek(),
            changed: &self.changed,
        }
    }

    /// The state, for reading: nobody is told.
    pub(crate) fn peek(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn subscribe(&self) -> watch::Receiver<u64> {
        self.changed.subscribe()
    }

    /// The queue of tasks to run; only the first caller gets it.
    pub(crate) fn take_jobs(&self) -> Option<mpsc::UnboundedReceiver<Job>> {
        self.jobs.lock().unwrap_or_else(PoisonError::into_inner).take()
    }

    /// Parks the task of a leg until it is told something or virtual time reaches `until`, which is `None`.
    pub(crate) async fn wait(&self, id: &LegId, until: Option<i64>) -> Option<Signal> {
        let waiting = {
            let mut state = self.lock();
            let now = state.clock.now_ms();
            let key = until.map(|at| (at, state.next_number()));
            let leg = state.leg_mut(id)?;
            if let Some(signal) = leg.inbox.pop_front() {
                return Some(signal);
            }
            if until.is_some_and(|at| at <= now) {
                return None;
            }
            let (wake, waiting) = oneshot::channel();
            leg.parked = Some(Parked { wake, timer: key });
            if let Some(key) = key {
                state.timers.insert(key, Timer::Leg(id.clone()));
            }
            state.busy -= 1;
            waiting
        };
        // An error means that the exchange is going away; the task is about to be dropped too.
        let _ = waiting.await;
        self.lock().leg_mut(id)?.inbox.pop_front()
    }

    /// Parks a task that belongs to no leg for some virtual time.
    pub(crate) async fn sleep(&self, ms: i64) {
        if ms <= 0 {
            return;
        }
        let waiting = {
            let mut state = self.lock();
            let key = (state.clock.now_ms() + ms, state.next_number());
            let (wake, waiting) = oneshot::channel();
            state.timers.insert(key, Timer::Task(wake));
            state.busy -= 1;
            waiting
        };
        let _ = waiting.await;
    }

    /// Waits in real time until the state is as wanted.
    pub(crate) async fn wait_until(
        &self,
        mut wanted: impl FnMut(&State) -> bool,
        limit: Duration,
    ) -> Result<(), TimedOut> {
        let mut changed = self.subscribe();
        let so = async {
            loop {
                changed.borrow_and_update();
                if wanted(&self.peek()) || changed.changed().await.is_err() {
                    return;
                }
            }
        };
        tokio::time::timeout(limit, so).await.map_err(|_| TimedOut)
    }

    /// Until the guard is dropped only the driver fires timers.
    pub(crate) fn advancing(self: &Arc<Self>) -> Advancing {
        self.lock().advancing += 1;
        Advancing(Arc::clone(self))
    }

    /// Counts something as under way until the guard is dropped.
    pub(crate) fn occupy(self: &Arc<Self>) -> Busy {
        self.lock().busy += 1;
        Busy(Arc::clone(self))
    }
}

/// Something under way.
pub(crate) struct Busy(pub(crate) Arc<Exchange>);

impl Drop for Busy {
    fn drop(&mut self) {
        let mut state = self.0.lock();
        // A task that is ended while it is parked has been counted off already.
        state.busy = state.busy.saturating_sub(1);
    }
}

/// Somebody moves the clock and fires the timers one by one.
pub(crate) struct Advancing(Arc<Exchange>);

impl Drop for Advancing {
    fn drop(&mut self) {
        let mut state = self.0.lock();
        state.advancing = state.advancing.saturating_sub(1);
    }
}
