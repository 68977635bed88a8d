//! The deployment's time: Redis' own clock, plus an offset that only tests and the simulator set.

use std::sync::Mutex;
use std::time::{Duration, Instant};

use switchboard_domain::Timestamp;

use crate::{Store, StoreError};

/// What the deployment's clock says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ClockReading {
    /// The time.
    pub now: Timestamp,
    /// How far it is ahead of Redis' own clock, in milliseconds; 0 in production.
    pub offset_ms: i64,
}

/// The last answer of Redis, carried on by this process' monotonic clock: so that a first webhook needs no round
/// trip to know the time. A commit checks it.
#[derive(Default)]
pub(crate) struct Anchor(Mutex<Option<(Instant, Timestamp)>>);

impl Anchor {
    pub(crate) fn set(&self, now: Timestamp) {
        if let Ok(mut anchor) = self.0.lock() {
            *anchor = Some((Instant::now(), now));
        }
    }

    pub(crate) fn now(&self) -> Option<Timestamp> {
        let anchor = *self.0.lock().ok()?;
        anchor.map(|(at, now)| now.plus(at.elapsed()))
    }
}

impl Store {
    /// The deployment's time as last heard of it, carried on since; `None` before Redis has ever answered. Needs
    /// no Redis. It stands still while the machine sleeps, until Redis is heard again.
    pub fn last_known_time(&self) -> Option<Timestamp> {
        self.anchor().now()
    }

    /// What time it is.
    ///
    /// # Errors
    /// When Redis does not answer.
    pub async fn clock(&self) -> Result<ClockReading, StoreError> {
        self.turn_clock(Duration::ZERO).await
    }

    /// Moves the deployment's clock forward for every process at once, by whole milliseconds. For tests and the
    /// simulator. Not repeated when its answer is lost.
    ///
    /// # Errors
    /// When Redis does not answer.
    pub async fn advance_clock(&self, by: Duration) -> Result<ClockReading, StoreError> {
        self.turn_clock(by).await
    }

    async fn turn_clock(&self, by: Duration) -> Result<ClockReading, StoreError> {
        let by = i64::try_from(by.as_millis()).unwrap_or(i64::MAX);
        let mut invocation = self.scripts().clock.arg(self.prefix());
        invocation.arg(by);
        let (now, offset_ms): (i64, i64) = self.invoke(&invocation, self.deadline()).await?;
        let now = Timestamp::from_millis(now);
        self.anchor().set(now);
        Ok(ClockReading { now, offset_ms })
    }

    /// Refuses to go on with a clock that somebody moved, unless that is `allowed`: virtual time belongs to tests
    /// and the simulator. A Redis that does not answer is no reason to refuse.
    ///
    /// # Errors
    /// When the clock is not Redis' own and may not be.
    pub async fn refuse_virtual_time(&self, allowed: bool) -> Result<(), StoreError> {
        match self.clock().await {
            Ok(reading) if reading.offset_ms != 0 && !allowed => Err(StoreError::Foreign {
                what: format!(
                    "{}:clock-offset, which only tests and the simulator may set",
                    self.prefix()
                ),
            }),
            Ok(_) => Ok(()),
            Err(error) if error.is_unavailable() => Ok(()),
            Err(error) => Err(error),
        }
    }
}
