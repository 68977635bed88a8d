//! A circuit breaker: a source that fails again and again is left alone, then tried with one question.

use std::{
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use tokio::time::Instant;

/// When a source is left alone, and for how long.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BreakerSettings {
    /// So many failures in a row open the breaker; at least 1.
    pub failures: u32,
    /// How long the source rests before one question tries it again.
    pub rest: Duration,
}

impl Default for BreakerSettings {
    /// Five failures, ten seconds: a source at a two-second deadline costs each of five callers two seconds,
    /// and the others nothing.
    fn default() -> Self {
        Self {
            failures: 5,
            rest: Duration::from_secs(10),
        }
    }
}

/// When to come back while a trial is under way: its outcome is known within a deadline.
const TRIAL: Duration = Duration::from_secs(1);

#[derive(Debug)]
pub(crate) struct Breaker {
    settings: BreakerSettings,
    state: Mutex<State>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    /// Questions pass; so many failed since the last good one.
    Closed { failures: u32 },
    /// None passes until then.
    Open { until: Instant },
    /// One is under way, and decides.
    Trying,
}

/// What one question showed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// The source is alive.
    Good,
    /// It is in trouble.
    Bad,
    /// Nothing: it was not asked after all.
    NotAsked,
}

/// What a verdict did to the breaker, for the log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Change {
    Opened,
    Closed,
}

impl Breaker {
    pub(crate) fn new(settings: BreakerSettings) -> Self {
        Self {
            settings,
            state: Mutex::new(State::Closed { failures: 0 }),
        }
    }

    /// Lets a question pass, or says how long to wait.
    pub(crate) fn admit(&self, now: Instant) -> Result<Ticket<'_>, Duration> {
        let mut state = self.lock();
        match *state {
            State::Closed { .. } => Ok(Ticket {
                breaker: self,
                trial: false,
                settled: false,
            }),
            State::Open { until } if until <= now => {
                *state = State::Trying;
                Ok(Ticket {
                    breaker: self,
                    trial: true,
                    settled: false,
                })
            }
            State::Open { until } => Err(until - now),
            State::Trying => Err(self.settings.rest.min(TRIAL)),
        }
    }

    fn settle(&self, trial: bool, verdict: Verdict, now: Instant) -> Option<Change> {
        let mut state = self.lock();
        let open = State::Open {
            until: now + self.settings.rest,
        };
        let (next, change) = match (*state, trial, verdict) {
            (State::Trying, true, Verdict::Good) => (State::Closed { failures: 0 }, Some(Change::Closed)),
            (State::Trying, true, Verdict::Bad) => (open, None),
            // The next question is the trial.
            (State::Trying, true, Verdict::NotAsked) => (State::Open { until: now }, None),
            (State::Closed { .. }, _, Verdict::Good) => (State::Closed { failures: 0 }, None),
            (State::Closed { failures }, _, Verdict::Bad) if failures + 1 < self.settings.failures => (
                State::Closed {
                    failures: failures + 1,
                },
                None,
            ),
            (State::Closed { .. }, _, Verdict::Bad) => (open, Some(Change::Opened)),
            // Asked before the breaker opened, so old news either way; or no news.
            (State::Open { .. }, _, _)
            | (State::Trying, false, _)
            | (State::Closed { .. }, _, Verdict::NotAsked) => return None,
        };
        *state = next;
        change
    }

    /// The state is one word, written whole: a panic elsewhere cannot have left it half done.
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Permission for one question. Dropped without a verdict it counts as a failure: whoever dropped it had given
/// up waiting, and a trial that vanished must not keep the breaker trying for ever.
#[derive(Debug)]
pub(crate) struct Ticket<'a> {
    breaker: &'a Breaker,
    trial: bool,
    settled: bool,
}

impl Ticket<'_> {
    pub(crate) fn settle(mut self, verdict: Verdict) -> Option<Change> {
        self.settled = true;
        self.breaker.settle(self.trial, verdict, Instant::now())
    }
}

impl Drop for Ticket<'_> {
    fn drop(&mut self) {
        if !self.settled {
            self.breaker.settle(self.trial, Verdict::Bad, Instant::now());
        }
    }
}
