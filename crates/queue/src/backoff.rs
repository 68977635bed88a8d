//! How long to wait before trying again.

use std::time::Duration;

use rand::{Rng, RngExt};

/// Exponential back-off with full jitter: before try `n + 1` a random time up to
/// `min(cap, base * 2^(n-1))`. Full jitter, because what failed together must not come back together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Backoff {
    /// Upper bound after the first failure.
    pub base: Duration,
    /// Upper bound after many failures.
    pub cap: Duration,
}

impl Backoff {
    /// The pause after `failures` failures in a row (1 = the first); never under a millisecond, so that
    /// a loop over it cannot spin.
    pub fn pause(&self, failures: u32, rng: &mut impl Rng) -> Duration {
        let factor = 2_u32.saturating_pow(failures.saturating_sub(1));
        let bound = self.base.saturating_mul(factor).min(self.cap);
        let millis = u64::try_from(bound.as_millis()).unwrap_or(u64::MAX).max(1);
        Duration::from_millis(rng.random_range(1..=millis))
    }
}

impl Default for Backoff {
    /// 500 ms to 30 s: a waiting caller has three minutes in all.
    fn default() -> Self {
        Self {
            base: Duration::from_millis(500),
            cap: Duration::from_secs(30),
        }
    }
}

#[cfg(test)]
mod tests {
    use rand::SeedableRng;
    use rand::rngs::StdRng;

    use super::*;

    #[test]
    fn pauses_grow_stay_bounded_and_repeat_with_the_seed() {
        let backoff = Backoff {
            base: Duration::from_millis(100),
            cap: Duration::from_secs(1),
        };
        let run = || {
            let mut rng = StdRng::seed_from_u64(7);
            (1..200).map(|n| backoff.pause(n, &mut rng)).collect::<Vec<_>>()
        };
        let pauses = run();
        assert!(pauses[0] <= Duration::from_millis(100));
        assert!(
            pauses
                .iter()
                .all(|p| *p >= Duration::from_millis(1) && *p <= Duration::from_secs(1))
        );
        assert!(pauses.iter().any(|p| *p > Duration::from_millis(500)));
        assert_eq!(pauses, run());
    }
}
