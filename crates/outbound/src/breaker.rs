//! A circuit breaker: whoever fails again and again is left alone, then asked one question.
//!
//! Each permit remembers in which of the breaker's phases it was given. What becomes of a question that was asked in
//! an earlier phase is old news, good or bad: it changes nothing.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

/// When to come back while a trial is under way: its outcome is known within a deadline.
const TRIAL: Duration = Duration::from_secs(1);

/// When somebody is left alone, and for how long.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BreakerPolicy {
    /// So many failures in a row open the breaker; at least 1.
    pub failures: u32,
    /// How long nobody is let through before one question tries.
    pub open_for: Duration,
}

impl Default for BreakerPolicy {
    /// Five failures, ten seconds: at a two-second deadline each of five callers waits two seconds, and the others
    /// not at all.
    fn default() -> Self {
        Self {
            failures: 5,
            open_for: Duration::from_secs(10),
        }
    }
}

/// The breaker of one thing.
#[derive(Debug)]
pub struct Breaker {
    policy: BreakerPolicy,
    state: Mutex<State>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct State {
    /// Raised whenever the phase changes.
    number: u64,
    phase: Phase,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Phase {
    /// Questions pass; so many failed since the last good one.
    Closed { failures: u32 },
    /// None passes until then.
    Open { until: Instant },
    /// One is under way, and decides.
    Trying,
}

/// What one question showed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// Whoever was asked is alive, also when they refused.
    Good,
    /// They are in trouble.
    Bad,
    /// Nothing: they were not asked after all.
    NotAsked,
}

/// What a verdict did to the breaker, for the log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Change {
    /// From now on they are left alone.
    Opened,
    /// They answer again.
    Closed,
}

impl Breaker {
    /// A closed one.
    pub const fn new(policy: BreakerPolicy) -> Self {
        Self {
            policy,
            state: Mutex::new(State {
                number: 0,
                phase: Phase::Closed { failures: 0 },
            }),
        }
    }

    /// Lets a question pass, or says how long to wait.
    ///
    /// # Errors
    /// How long until it is worth asking again.
    pub fn admit(&self, now: Instant) -> Result<Permit<'_>, Duration> {
        let mut state = self.lock();
        match state.phase {
            Phase::Closed { .. } => {}
            Phase::Open { until } if until <= now => state.enter(Phase::Trying),
            Phase::Open { until } => return Err(until - now),
            Phase::Trying => return Err(self.policy.open_for.min(TRIAL)),
        }
        Ok(Permit {
            breaker: self,
            number: state.number,
            settled: false,
        })
    }

    fn settle(&self, number: u64, verdict: Verdict, now: Instant) -> Option<Change> {
        let mut state = self.lock();
        if state.number != number {
            return None;
        }
        let open = Phase::Open {
            until: now + self.policy.open_for,
        };
        match (state.phase, verdict) {
            (Phase::Trying, Verdict::Good) => {
                state.enter(Phase::Closed { failures: 0 });
                Some(Change::Closed)
            }
            (Phase::Trying, Verdict::Bad) => {
                state.enter(open);
                None
            }
            // The next question is the trial.
            (Phase::Trying, Verdict::NotAsked) => {
                state.enter(Phase::Open { until: now });
                None
            }
            (Phase::Closed { .. }, Verdict::Good) => {
                state.phase = Phase::Closed { failures: 0 };
                None
            }
            (Phase::Closed { failures }, Verdict::Bad) if failures + 1 < self.policy.failures => {
                state.phase = Phase::Closed {
                    failures: failures + 1,
                };
                None
            }
            (Phase::Closed { .. }, Verdict::Bad) => {
                state.enter(open);
                Some(Change::Opened)
            }
            // Nothing is let through while it is open, so no permit has its number.
            (Phase::Open { .. }, _) | (Phase::Closed { .. }, Verdict::NotAsked) => None,
        }
    }

    /// The state is written whole: a panic elsewhere cannot have left it half done.
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn enter(&mut self, phase: Phase) {
        self.number += 1;
        self.phase = phase;
    }
}

/// Permission for one question. Dropped without a verdict it counts as a failure: whoever dropped it had given
/// up waiting, and a trial that vanished must not keep the breaker trying for ever.
#[derive(Debug)]
pub struct Permit<'a> {
    breaker: &'a Breaker,
    number: u64,
    settled: bool,
}

impl Permit<'_> {
    /// Tells what became of the question.
    pub fn settle(mut self, verdict: Verdict) -> Option<Change> {
        self.settled = true;
        self.breaker.settle(self.number, verdict, Instant::now())
    }
}

impl Drop for Permit<'_> {
    fn drop(&mut self) {
        if !self.settled {
            self.breaker.settle(self.number, Verdict::Bad, Instant::now());
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use tokio::time::{Instant, advance};

    use super::{Breaker, BreakerPolicy, Change, Verdict};

    const OPEN_FOR: Duration = Duration::from_secs(10);
    const SECOND: Duration = Duration::from_secs(1);

    fn breaker() -> Breaker {
        Breaker::new(BreakerPolicy {
            failures: 3,
            open_for: OPEN_FOR,
        })
    }

    fn fail(breaker: &Breaker) -> Option<Change> {
        breaker.admit(Instant::now()).unwrap().settle(Verdict::Bad)
    }

    fn opened() -> Breaker {
        let breaker = breaker();
        assert_eq!([fail(&breaker), fail(&breaker)], [None, None]);
        assert_eq!(fail(&breaker), Some(Change::Opened));
        breaker
    }

    fn waits(breaker: &Breaker) -> Option<Duration> {
        breaker.admit(Instant::now()).err()
    }

    #[tokio::test(start_paused = true)]
    async fn failures_in_a_row_open_it() {
        let breaker = opened();
        assert_eq!(waits(&breaker), Some(OPEN_FOR));
        advance(SECOND).await;
        assert_eq!(waits(&breaker), Some(9 * SECOND));
    }

    #[tokio::test(start_paused = true)]
    async fn an_answer_between_starts_the_count_again() {
        let breaker = breaker();
        for _ in 0..5 {
            fail(&breaker);
            fail(&breaker);
            let asked = breaker.admit(Instant::now()).unwrap();
            assert_eq!(asked.settle(Verdict::Good), None);
        }
        assert_eq!(fail(&breaker), None);
    }

    #[tokio::test(start_paused = true)]
    async fn one_question_tries_and_decides() {
        let breaker = opened();
        advance(OPEN_FOR).await;
        let trial = breaker.admit(Instant::now()).unwrap();
        assert_eq!(waits(&breaker), Some(SECOND));
        trial.settle(Verdict::Bad);
        assert_eq!(waits(&breaker), Some(OPEN_FOR));
        advance(OPEN_FOR).await;
        let trial = breaker.admit(Instant::now()).unwrap();
        assert_eq!(trial.settle(Verdict::Good), Some(Change::Closed));
        assert_eq!((fail(&breaker), fail(&breaker)), (None, None));
    }

    #[tokio::test(start_paused = true)]
    async fn a_late_answer_of_an_older_question_does_not_close_it() {
        let breaker = breaker();
        let (late, later) = (
            breaker.admit(Instant::now()).unwrap(),
            breaker.admit(Instant::now()).unwrap(),
        );
        for _ in 0..3 {
            fail(&breaker);
        }
        assert_eq!(late.settle(Verdict::Good), None);
        assert_eq!(waits(&breaker), Some(OPEN_FOR), "still open");
        advance(OPEN_FOR).await;
        let trial = breaker.admit(Instant::now()).unwrap();
        assert_eq!(later.settle(Verdict::Good), None);
        assert_eq!(waits(&breaker), Some(SECOND), "the trial is still under way");
        trial.settle(Verdict::Bad);
        assert_eq!(waits(&breaker), Some(OPEN_FOR));
    }

    #[tokio::test(start_paused = true)]
    async fn late_failures_neither_prolong_it_nor_count_after_it() {
        let breaker = breaker();
        let late: Vec<_> = (0..6).map(|_| breaker.admit(Instant::now()).unwrap()).collect();
        for _ in 0..3 {
            fail(&breaker);
        }
        advance(9 * SECOND).await;
        let mut late = late.into_iter();
        late.by_ref().take(3).for_each(|asked| {
            asked.settle(Verdict::Bad);
        });
        advance(SECOND).await;
        let trial = breaker.admit(Instant::now()).unwrap();
        trial.settle(Verdict::Good);
        late.for_each(|asked| {
            asked.settle(Verdict::Bad);
        });
        assert_eq!(waits(&breaker), None);
    }

    #[tokio::test(start_paused = true)]
    async fn a_question_that_was_dropped_has_failed_and_one_that_was_not_asked_has_not() {
        let breaker = breaker();
        for _ in 0..3 {
            drop(breaker.admit(Instant::now()).unwrap());
        }
        assert_eq!(waits(&breaker), Some(OPEN_FOR));
        advance(OPEN_FOR).await;
        let trial = breaker.admit(Instant::now()).unwrap();
        trial.settle(Verdict::NotAsked);
        drop(breaker.admit(Instant::now()).unwrap());
        assert_eq!(waits(&breaker), Some(OPEN_FOR));
    }
}
