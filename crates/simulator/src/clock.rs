//! Virtual time: real time plus an offset, or time that stands still until it is moved.

use std::time::{Instant, SystemTime, UNIX_EPOCH};

use serde::{Deserialize, Serialize};

/// Whether virtual time flows by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ClockMode {
    /// It flows like real time, and can be moved ahead as well.
    Real,
    /// It only moves when it is advanced.
    Frozen,
}

/// The simulator's own clock. It never goes back.
pub(crate) struct Clock {
    mode: ClockMode,
    /// Virtual time at `since`.
    base_ms: i64,
    since: Instant,
    /// By how much it was moved so far.
    ahead_ms: i64,
}

impl Clock {
    #[expect(
        clippy::disallowed_methods,
        reason = "this is the clock: the one place that asks the machine, once"
    )]
    pub(crate) fn new() -> Self {
        let epoch = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        Self {
            mode: ClockMode::Real,
            base_ms: millis(epoch),
            since: Instant::now(),
            ahead_ms: 0,
        }
    }

    /// By how much it was moved so far.
    pub(crate) fn ahead_ms(&self) -> i64 {
        self.ahead_ms
    }

    pub(crate) fn mode(&self) -> ClockMode {
        self.mode
    }

    pub(crate) fn now_ms(&self) -> i64 {
        match self.mode {
            ClockMode::Real => self.base_ms.saturating_add(millis(self.since.elapsed())),
            ClockMode::Frozen => self.base_ms,
        }
    }

    pub(crate) fn set_mode(&mut self, mode: ClockMode) {
        self.base_ms = self.now_ms();
        self.since = Instant::now();
        self.mode = mode;
    }

    /// Moves ahead to `target_ms`; does nothing when that has passed.
    pub(crate) fn move_to(&mut self, target_ms: i64) {
        let now = self.now_ms();
        if target_ms > now {
            self.ahead_ms += target_ms - now;
            self.base_ms = target_ms;
            self.since = Instant::now();
        }
    }
}

fn millis(duration: std::time::Duration) -> i64 {
    i64::try_from(duration.as_millis()).unwrap_or(i64::MAX)
}
