//! Time that passes faster than real time, for people who watch.

use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::exchange::Exchange;
use crate::simulator::Simulator;

/// Nothing an application waits for is shorter than this, so a deadline is met at most so much late.
const STEP_MS: i64 = 1_000;
/// Real time between two steps, so that what a step set off can take effect in the application.
const BREATH: Duration = Duration::from_millis(10);
/// How often a faster clock is moved.
const TICK: Duration = Duration::from_millis(50);
/// A machine that stood still does not make up for it.
const MOST: Duration = Duration::from_millis(500);
/// Steps and breaths allow no more.
pub(crate) const FASTEST: u32 = 60;

impl Simulator {
    /// How many virtual seconds pass in a real one.
    pub fn speed(&self) -> u32 {
        self.exchange.peek().speed
    }

    /// Sets how many virtual seconds pass in a real one: 1 (as in life) to 60.
    pub fn set_speed(&self, speed: u32) {
        self.exchange.lock().speed = speed.clamp(1, FASTEST);
    }

    /// Moves virtual time ahead in steps of a second, the companion's first, with a moment of real time between
    /// them. For people and their page; a driver that has its own idea of what is due next uses
    /// [`advance`](Self::advance).
    ///
    /// # Errors
    /// When the companion cannot be moved; our own clock has stayed beside it.
    pub async fn advance_together(&self, by_ms: i64) -> Result<(), String> {
        let companion = self.exchange.peek().config.companion.clone();
        let _turn = self.exchange.moving.lock().await;
        let mut left = by_ms;
        while left > 0 {
            let step = left.min(STEP_MS);
            left -= step;
            if let Some(companion) = &companion {
                companion.advance(step).await?;
            }
            self.advance(step).await;
            tokio::time::sleep(BREATH).await;
        }
        Ok(())
    }
}

/// Moves the clock on while a speed above 1 is set.
pub(crate) async fn keep_pace(exchange: Arc<Exchange>) {
    let simulator = Simulator {
        exchange: Arc::clone(&exchange),
    };
    let mut changed = exchange.subscribe();
    let mut since = Instant::now();
    loop {
        changed.borrow_and_update();
        let speed = exchange.peek().speed;
        if speed <= 1 {
            if changed.changed().await.is_err() {
                return;
            }
            since = Instant::now();
            continue;
        }
        tokio::time::sleep(TICK).await;
        // By what has really passed: steps take time of their own.
        let passed = since.elapsed().min(MOST);
        since = Instant::now();
        let passed_ms = i64::try_from(passed.as_millis()).unwrap_or(0);
        if let Err(error) = simulator.advance_together(passed_ms * i64::from(speed - 1)).await {
            tracing::warn!(error, "virtual time goes on as real time: {error}");
            simulator.set_speed(1);
        }
    }
}
