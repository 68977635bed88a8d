//! Stopping, owned by one type.
//!
//! Soft stop: the token is cancelled, nothing new is begun, what runs is finished. Deadline: whoever still runs is
//! named. Hard stop: it is dropped. Every task is spawned here, so that stopping can wait for all of them.

mod outcome;
mod roll;

use std::{
    borrow::Cow, fmt::Display, future::Future, io, panic::AssertUnwindSafe, sync::Arc, time::Duration,
};

use futures::FutureExt as _;
use tokio::{
    runtime::Handle,
    signal::unix::{SignalKind, signal},
    task::JoinHandle,
    time::timeout,
};
use tokio_util::{sync::CancellationToken, task::TaskTracker};

pub use self::outcome::Outcome;
use self::{outcome::panic_text, roll::Roll};

/// How long dropped tasks get to be gone after the hard stop. Dropping is immediate unless a task blocks its thread.
const DROP_WITHIN: Duration = Duration::from_secs(1);

/// Owns the stopping of a process, or of a part of one in a test. Clones are the same lifecycle.
///
/// ```
/// # tokio::runtime::Runtime::new()?.block_on(async {
/// use std::time::Duration;
/// use switchboard_runtime::Lifecycle;
///
/// let lifecycle = Lifecycle::new();
/// let token = lifecycle.token();
/// lifecycle.spawn("ticker", async move { token.cancelled().await });
/// let outcome = lifecycle.shutdown(Duration::from_secs(5)).await;
/// assert!(outcome.is_clean());
/// # });
/// # Ok::<(), std::io::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct Lifecycle {
    runtime: Handle,
    soft: CancellationToken,
    hard: CancellationToken,
    tasks: TaskTracker,
    roll: Arc<Roll>,
}

impl Lifecycle {
    /// A lifecycle whose tasks run on the runtime it is made in, wherever they are spawned from: a task spawned on the
    /// runtime of a web server's thread would end with that thread.
    ///
    /// # Panics
    /// Outside a tokio runtime.
    #[expect(
        clippy::new_without_default,
        reason = "it needs a runtime, which a default must not"
    )]
    pub fn new() -> Self {
        Self {
            runtime: Handle::current(),
            soft: CancellationToken::new(),
            hard: CancellationToken::new(),
            tasks: TaskTracker::new(),
            roll: Arc::default(),
        }
    }

    /// Cancelled when stopping begins: finish what you do and begin nothing new.
    pub fn token(&self) -> CancellationToken {
        self.soft.clone()
    }

    /// Whether stopping has begun.
    pub fn is_stopping(&self) -> bool {
        self.soft.is_cancelled()
    }

    /// Begins to stop, without waiting.
    pub fn stop(&self) {
        self.soft.cancel();
    }

    /// Runs a task that stopping waits for. If it panics, that is logged under its name, the others go on, and the
    /// outcome tells at the end.
    pub fn spawn<F>(&self, name: impl Into<Cow<'static, str>>, task: F) -> JoinHandle<()>
    where
        F: Future<Output = ()> + Send + 'static,
    {
        let entry = Roll::enter(&self.roll, name.into());
        let hard = self.hard.clone();
        let watched = async move {
            let task = AssertUnwindSafe(task).catch_unwind();
            match hard.run_until_cancelled(task).await {
                Some(Ok(())) => {}
                Some(Err(panic)) => entry.failed(format!("panicked: {}", panic_text(&*panic))),
                None => entry.dropped(),
            }
        };
        self.tasks.spawn_on(watched, &self.runtime)
    }

    /// Runs a part that the process is useless without. If it ends before stopping has begun, or fails at any time,
    /// that counts as a failure and the stop begins: whoever supervises the process starts it anew.
    pub fn spawn_vital<F, E>(&self, name: impl Into<Cow<'static, str>>, task: F) -> JoinHandle<()>
    where
        F: Future<Output = Result<(), E>> + Send + 'static,
        E: Display,
    {
        let name = name.into();
        let lifecycle = self.clone();
        let part = name.clone();
        self.spawn(name, async move {
            // Also when the part panics: its guard is dropped on the way out.
            let begin_stop = lifecycle.soft.clone().drop_guard();
            match task.await {
                Ok(()) if lifecycle.is_stopping() => {}
                Ok(()) => lifecycle
                    .roll
                    .fail(&part, "ended before it was told to".to_owned()),
                Err(error) => lifecycle.roll.fail(&part, format!("failed: {error:#}")),
            }
            drop(begin_stop);
        })
    }

    /// Begins to stop at SIGTERM or SIGINT; a second signal is the hard stop at once.
    ///
    /// # Errors
    /// When the system does not let us listen for signals.
    pub fn stop_on_signals(&self) -> io::Result<()> {
        let _guard = self.runtime.enter();
        let mut terminate = signal(SignalKind::terminate())?;
        let mut interrupt = signal(SignalKind::interrupt())?;
        let (soft, hard) = (self.soft.clone(), self.hard.clone());
        let watch = async move {
            for token in [soft, hard] {
                let name = tokio::select! {
                    _ = terminate.recv() => "SIGTERM",
                    _ = interrupt.recv() => "SIGINT",
                };
                tracing::info!(signal = name, "{name} received, stopping");
                token.cancel();
            }
        };
        // Not tracked: it waits for a second signal that may never come.
        drop(self.runtime.spawn(watch));
        Ok(())
    }

    /// Waits until stopping begins, then ends as [`Lifecycle::shutdown`] does.
    pub async fn run(&self, deadline: Duration) -> Outcome {
        self.soft.cancelled().await;
        self.shutdown(deadline).await
    }

    /// Begins to stop, waits for the tasks until the deadline, drops those that still run, and tells what happened.
    pub async fn shutdown(&self, deadline: Duration) -> Outcome {
        self.stop();
        self.tasks.close();
        let finish = async {
            tokio::select! {
                () = self.tasks.wait() => {}
                () = self.hard.cancelled() => {}
            }
        };
        if timeout(deadline, finish).await.is_err() {
            let late = self.roll.running().join(", ");
            tracing::warn!(tasks = late, "still running after {deadline:?}, dropping: {late}");
        }
        self.hard.cancel();
        if timeout(DROP_WITHIN, self.tasks.wait()).await.is_err() {
            let stuck = self.roll.running().join(", ");
            tracing::error!(
                tasks = stuck,
                "tasks that block their thread were left behind: {stuck}"
            );
        }
        self.roll.outcome()
    }
}
