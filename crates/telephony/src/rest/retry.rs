//! How long to wait before the next attempt.

use std::{
    sync::{Mutex, PoisonError},
    time::Duration,
};

use rand::{RngExt, SeedableRng, rngs::StdRng};

use super::RetryPolicy;

/// Exponential waits with full jitter.
#[derive(Debug)]
pub(super) struct Backoff {
    policy: RetryPolicy,
    jitter: Mutex<StdRng>,
}

impl Backoff {
    pub(super) fn new(policy: RetryPolicy, seed: u64) -> Self {
        Self {
            policy,
            jitter: Mutex::new(StdRng::seed_from_u64(seed)),
        }
    }

    /// The wait after the attempt number `attempt` (from 1); nothing if it was the last one, or if the
    /// server wants a longer wait than a job should sit through.
    pub(super) fn next(&self, attempt: u32, asked: Option<Duration>) -> Option<Duration> {
        if attempt >= self.policy.attempts || asked.is_some_and(|asked| asked > self.policy.cap) {
            return None;
        }
        Some(self.wait(attempt).max(asked.unwrap_or_default()))
    }

    /// What to tell those who will try again themselves.
    pub(super) fn later(&self, asked: Option<Duration>) -> Duration {
        // An hour at most: a server must not be able to postpone a caller's rescue for ever.
        asked
            .unwrap_or(self.policy.cap)
            .max(self.policy.base)
            .min(Duration::from_hours(1))
    }

    fn wait(&self, attempt: u32) -> Duration {
        let doubled = 2_u32.saturating_pow(attempt.saturating_sub(1));
        let longest = self.policy.base.saturating_mul(doubled).min(self.policy.cap);
        let part = self
            .jitter
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .random_range(0.0..=1.0);
        longest.mul_f64(part)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const POLICY: RetryPolicy = RetryPolicy {
        attempts: 9,
        base: Duration::from_millis(100),
        cap: Duration::from_secs(1),
    };

    #[test]
    fn waits_grow_up_to_the_cap_and_vary() {
        let backoff = Backoff::new(POLICY, 7);
        for (attempt, longest) in [(1, 100), (2, 200), (3, 400), (4, 800), (5, 1000), (8, 1000)] {
            let waits: Vec<_> = (0..200).filter_map(|_| backoff.next(attempt, None)).collect();
            let longest = Duration::from_millis(longest);
            assert!(waits.iter().all(|wait| *wait <= longest), "attempt {attempt}");
            assert!(waits.iter().any(|wait| *wait < longest / 4), "attempt {attempt}");
            assert!(
                waits.iter().any(|wait| *wait > longest / 4 * 3),
                "attempt {attempt}"
            );
        }
        assert_eq!(backoff.next(9, None), None);
    }

    #[test]
    fn a_server_may_ask_for_a_little_patience() {
        let backoff = Backoff::new(POLICY, 7);
        let second = Duration::from_secs(1);
        assert_eq!(backoff.next(1, Some(second)), Some(second));
        assert_eq!(backoff.next(1, Some(second * 2)), None);
        assert_eq!(backoff.later(Some(second * 90)), second * 90);
        assert_eq!(backoff.later(Some(second * 90_000)), second * 3600);
        assert_eq!(backoff.later(None), second);
    }
}
