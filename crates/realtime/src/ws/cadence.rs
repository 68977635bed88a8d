//! When everybody is told at once, and when most are told several things in one go.
//!
//! A write to a socket costs about 12 µs however short it is. An office of some hundred agents is told everything at
//! once. A call centre of 14,000 in which 260 things happen in a second would need 3.6 million writes a second for
//! that, which is forty processors; told four times a second what happened meanwhile, it needs 56,000. So the more
//! sockets a thread has, the longer it may gather, and it gathers only while there is more to tell than that.

use std::time::Duration;

use tokio::time::Instant;

/// Rounds to everybody that may follow each other without a pause: a call that comes and is answered is some events
/// within a second, and no reason to gather.
const ROUNDS: f64 = 8.0;

/// How long news may be gathered, by how many sockets one thread has.
#[derive(Debug, Clone, Copy)]
pub struct Cadence {
    /// Up to so many sockets nothing is ever gathered: what has come meanwhile goes out in one write anyway.
    pub free: usize,
    /// From so many on it is gathered for the longest time; below in proportion.
    pub full: usize,
    /// The longest time.
    pub longest: Duration,
}

impl Default for Cadence {
    /// Free up to 750, 250 ms from 5,000 on. That is at most 20,000 writes a second on one thread, a quarter of it.
    fn default() -> Self {
        Self {
            free: 750,
            full: 5_000,
            longest: Duration::from_millis(250),
        }
    }
}

impl Cadence {
    /// How long news may be gathered for so many sockets of a thread.
    pub(crate) fn period(&self, sockets: usize) -> Duration {
        if sockets <= self.free {
            return Duration::ZERO;
        }
        let share = u32::try_from(sockets.min(self.full)).unwrap_or(u32::MAX);
        let full = u32::try_from(self.full.max(1)).unwrap_or(u32::MAX);
        self.longest.mul_f64(f64::from(share) / f64::from(full))
    }
}

/// Whether there is too much to tell everybody everything at once: a bucket that holds some rounds and loses one in
/// each period.
#[derive(Debug, Default)]
pub(crate) struct Pace {
    held: f64,
    at: Option<Instant>,
    gathering: bool,
}

impl Pace {
    /// There is news. Whether it goes to everybody at once.
    pub(crate) fn is_calm(&mut self, now: Instant, period: Duration) -> bool {
        if period.is_zero() {
            *self = Self::default();
            return true;
        }
        let since = self.at.replace(now).map(|at| now.duration_since(at));
        let lost = since.map_or(ROUNDS, |since| since.as_secs_f64() / period.as_secs_f64());
        self.held = (self.held - lost).max(0.0) + 1.0;
        // Not back at the first drop below the brim: it would flutter, and each flutter is a round to everybody.
        let limit = if self.gathering { ROUNDS / 2.0 } else { ROUNDS };
        self.gathering = self.held > limit;
        self.held = self.held.min(ROUNDS);
        !self.gathering
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use tokio::time::Instant;

    use super::{Cadence, Pace};

    fn ms(millis: u64) -> Duration {
        Duration::from_millis(millis)
    }

    /// Which of so many pieces of news, one in so long, go out at once.
    fn calm(pace: &mut Pace, from: Instant, every: Duration, count: u32) -> Vec<bool> {
        (0..count)
            .map(|number| pace.is_calm(from + every * number, ms(250)))
            .collect()
    }

    #[test]
    fn the_more_sockets_the_longer_but_never_too_long() {
        let cadence = Cadence::default();
        let periods = [0, 750, 1_000, 2_500, 5_000, 14_000].map(|sockets| cadence.period(sockets));
        assert_eq!(periods, [ms(0), ms(0), ms(50), ms(125), ms(250), ms(250)]);
    }

    #[test]
    fn a_small_office_never_gathers() {
        let (mut pace, now) = (Pace::default(), Instant::now());
        assert!((0..10_000).all(|_| pace.is_calm(now, Duration::ZERO)));
    }

    #[test]
    fn what_comes_now_and_then_goes_out_at_once() {
        let (mut pace, now) = (Pace::default(), Instant::now());
        assert!(calm(&mut pace, now, ms(250), 1_000).iter().all(|calm| *calm));
        // As is the flurry of one call, again and again.
        for call in 0..20 {
            let from = now + Duration::from_secs(1_000 + 5 * call);
            assert!(
                calm(&mut pace, from, ms(20), 8).iter().all(|calm| *calm),
                "{call}"
            );
        }
    }

    #[test]
    fn what_comes_all_the_time_is_gathered_until_there_is_less() {
        let (mut pace, now) = (Pace::default(), Instant::now());
        let said = calm(&mut pace, now, ms(4), 1_000);
        let rounds = said.iter().filter(|calm| **calm).count();
        assert!((8..=9).contains(&rounds), "{rounds} rounds, then none");
        assert!(said.iter().skip(20).all(|calm| !calm));
        let later = calm(&mut pace, now + Duration::from_secs(4), ms(1_000), 10);
        assert!(later.iter().skip(3).all(|calm| *calm), "{later:?}");
    }
}
