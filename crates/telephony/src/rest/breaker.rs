//! A switch that stops asking somebody who does not answer.
//!
//! Closed, it counts failures in a row. Open, it refuses. When its time is up it lets one request through:
//! success closes it, failure opens it again. The state knows no clock; [`Breaker`] brings one.

use std::{
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use tokio::time::Instant;

use super::BreakerPolicy;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    Closed {
        failures: u32,
    },
    Open {
        until: Instant,
    },
    /// One request is out to see. If nothing is heard of it until then (it was dropped, say, together with
    /// its job), the next may go.
    Probing {
        until: Instant,
    },
}

#[derive(Debug)]
pub(super) struct Breaker {
    policy: BreakerPolicy,
    state: Mutex<State>,
}

impl Breaker {
    pub(super) const fn new(policy: BreakerPolicy) -> Self {
        Self {
            policy,
            state: Mutex::new(State::Closed { failures: 0 }),
        }
    }

    /// Whether a request may go out; if not, how long until it is worth asking again.
    pub(super) fn admit(&self, now: Instant) -> Result<(), Duration> {
        let mut state = self.state();
        match *state {
            State::Closed { .. } => Ok(()),
            State::Open { until } | State::Probing { until } if now < until => Err(until - now),
            State::Open { .. } | State::Probing { .. } => {
                *state = State::Probing {
                    until: now + self.policy.open_for,
                };
                Ok(())
            }
        }
    }

    /// Any answer at all, also a refusal: the server is there.
    pub(super) fn answered(&self) {
        *self.state() = State::Closed { failures: 0 };
    }

    /// No answer, or a 5xx.
    pub(super) fn failed(&self, now: Instant) {
        let mut state = self.state();
        *state = match *state {
            State::Closed { failures } if failures + 1 < self.policy.failures => State::Closed {
                failures: failures + 1,
            },
            // Those that were out already when it opened do not keep it open for longer.
            State::Open { until } => State::Open { until },
            State::Closed { .. } | State::Probing { .. } => State::Open {
                until: now + self.policy.open_for,
            },
        };
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // Every assignment leaves a whole state, so a panic elsewhere cannot have spoilt it.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const OPEN_FOR: Duration = Duration::from_secs(10);
    const SECOND: Duration = Duration::from_secs(1);

    fn breaker() -> (Breaker, Instant) {
        (
            Breaker::new(BreakerPolicy {
                failures: 3,
                open_for: OPEN_FOR,
            }),
            Instant::now(),
        )
    }

    fn opened() -> (Breaker, Instant) {
        let (breaker, now) = breaker();
        for _ in 0..3 {
            assert_eq!(breaker.admit(now), Ok(()));
            breaker.failed(now);
        }
        (breaker, now)
    }

    #[test]
    fn failures_in_a_row_open_it() {
        let (breaker, now) = opened();
        assert_eq!(breaker.admit(now), Err(OPEN_FOR));
        assert_eq!(breaker.admit(now + SECOND), Err(SECOND * 9));
    }

    #[test]
    fn an_answer_between_starts_the_count_again() {
        let (breaker, now) = breaker();
        for _ in 0..5 {
            breaker.failed(now);
            breaker.failed(now);
            breaker.answered();
        }
        assert_eq!(breaker.admit(now), Ok(()));
    }

    #[test]
    fn one_request_goes_to_see() {
        let (breaker, now) = opened();
        let later = now + OPEN_FOR;
        assert_eq!(breaker.admit(later), Ok(()));
        assert_eq!(breaker.admit(later), Err(OPEN_FOR));
        breaker.failed(later + SECOND);
        assert_eq!(breaker.admit(later + SECOND), Err(OPEN_FOR));
        let again = later + SECOND + OPEN_FOR;
        assert_eq!(breaker.admit(again), Ok(()));
        breaker.answered();
        assert_eq!(breaker.admit(again), Ok(()));
        assert_eq!(breaker.admit(again), Ok(()));
    }

    #[test]
    fn a_request_that_never_came_back_does_not_block_it() {
        let (breaker, now) = opened();
        assert_eq!(breaker.admit(now + OPEN_FOR), Ok(()));
        assert_eq!(breaker.admit(now + OPEN_FOR * 2), Ok(()));
    }

    #[test]
    fn late_failures_do_not_prolong_it() {
        let (breaker, now) = opened();
        breaker.failed(now + SECOND * 9);
        assert_eq!(breaker.admit(now + OPEN_FOR), Ok(()));
    }
}
