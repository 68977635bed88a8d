//! The time of day, as something that is handed down.

use std::{
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
    time::Duration,
};

use chrono::{DateTime, TimeDelta, Utc};

/// Tells the time: the system's, or one that stands still until a test moves it. Clones tell the same time.
///
/// Both have an offset, which is zero in production: virtual time moves a whole deployment by moving its clocks.
#[derive(Clone, Debug)]
pub struct Clock {
    base: Base,
    offset_ms: Arc<AtomicI64>,
}

#[derive(Clone, Copy, Debug)]
enum Base {
    System,
    Fixed(DateTime<Utc>),
}

impl Clock {
    /// The system's time.
    pub fn system() -> Self {
        Self {
            base: Base::System,
            offset_ms: Arc::default(),
        }
    }

    /// Stands at `start` until moved.
    pub fn fixed(start: DateTime<Utc>) -> Self {
        Self {
            base: Base::Fixed(start),
            offset_ms: Arc::default(),
        }
    }

    /// What time it is.
    pub fn now(&self) -> DateTime<Utc> {
        let base = match self.base {
            Base::System => system_now(),
            Base::Fixed(start) => start,
        };
        let offset = TimeDelta::milliseconds(self.offset_ms.load(Ordering::Relaxed));
        base.checked_add_signed(offset).unwrap_or(base)
    }

    /// Moves it forward, for every clone.
    pub fn advance(&self, by: Duration) {
        let by = i64::try_from(by.as_millis()).unwrap_or(i64::MAX);
        let add = |offset: i64| Some(offset.saturating_add(by));
        let _ = self
            .offset_ms
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, add);
    }

    /// How far it is from its base, in milliseconds.
    pub fn offset_ms(&self) -> i64 {
        self.offset_ms.load(Ordering::Relaxed)
    }

    /// Puts it that many milliseconds from its base, for every clone: what follows a deployment's virtual time.
    pub fn set_offset_ms(&self, offset_ms: i64) {
        self.offset_ms.store(offset_ms, Ordering::Relaxed);
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "the one place that asks the machine for the time"
)]
fn system_now() -> DateTime<Utc> {
    Utc::now()
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use chrono::DateTime;

    use super::{Clock, system_now};

    #[test]
    fn a_fixed_clock_moves_only_by_hand_and_for_all_clones() {
        let start = DateTime::from_timestamp(1_800_000_000, 0).expect("a time");
        let clock = Clock::fixed(start);
        let clone = clock.clone();
        assert_eq!(clock.now(), start);
        clone.advance(Duration::from_mins(3));
        assert_eq!((clock.now() - start).num_seconds(), 180);
        clock.set_offset_ms(-1);
        assert_eq!((clone.now() - start).num_milliseconds(), -1);
        assert_eq!(clone.offset_ms(), -1);
        clock.advance(Duration::MAX);
        assert_eq!(clock.now(), start, "beyond the end of time it stays where it can");
    }

    #[test]
    fn the_system_clock_tells_the_time_and_its_offset() {
        let clock = Clock::system();
        let (before, now, after) = (system_now(), clock.now(), system_now());
        assert!(before <= now && now <= after);
        clock.advance(Duration::from_hours(1));
        assert!((clock.now() - now).num_minutes() >= 60);
    }
}
