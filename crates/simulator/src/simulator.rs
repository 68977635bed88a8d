//! The handle: what drivers and tests hold.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use crate::clock::ClockMode;
use crate::config::{Configuration, SimulatorConfig};
use crate::exchange::Exchange;
use crate::faults::Faults;
use crate::id::LegId;
use crate::judge::{Bridge, ConferenceView, LegView, QueueView, Timeline, View};
use crate::state::State;
use crate::switches::Switches;

/// The stand-in, as its drivers hold it; cheap to clone, every clone is the same one.
///
/// Nothing happens until [`run`](crate::run) runs it.
#[derive(Clone)]
pub struct Simulator {
    pub(crate) exchange: Arc<Exchange>,
}

impl fmt::Debug for Simulator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Simulator").finish_non_exhaustive()
    }
}

/// What was waited for did not happen in time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TimedOut;

impl fmt::Display for TimedOut {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("it did not happen in time")
    }
}

impl std::error::Error for TimedOut {}

impl Simulator {
    /// A stand-in for one account. Time is real until [`set_clock`](Self::set_clock) says otherwise.
    pub fn new(config: SimulatorConfig) -> Self {
        Self {
            exchange: Exchange::new(|jobs| State::new(config, jobs)),
        }
    }

    /// Sets URLs, numbers and pace; what is absent stays as it is.
    pub fn configure(&self, change: Configuration) {
        let mut state = self.exchange.lock();
        let Configuration {
            numbers,
            application,
            api_url,
            timings,
        } = change;
        if let Some(numbers) = numbers {
            state.config.numbers = numbers;
        }
        if let Some(application) = application {
            state.config.application = application;
        }
        if let Some(api_url) = api_url {
            state.config.api_url = api_url;
        }
        if let Some(timings) = timings {
            state.config.timings = timings;
        }
    }

    /// What goes wrong at the moment.
    pub fn faults(&self) -> Faults {
        self.exchange.peek().config.faults.clone()
    }

    /// Changes what goes wrong from now on.
    pub fn set_faults(&self, faults: Faults) {
        self.exchange.lock().config.faults = faults;
    }

    /// The notifications of a storm so far, sent or not, by names that are the same in every run of the same calls.
    pub fn notifications(&self) -> Vec<String> {
        self.exchange.peek().names.told.clone()
    }

    /// The position of every switch.
    pub fn switches(&self) -> Switches {
        self.exchange.peek().config.switches.clone()
    }

    /// Puts every switch into a position; it holds from the next time it matters.
    pub fn set_switches(&self, switches: Switches) {
        self.exchange.lock().config.switches = switches;
    }

    /// Virtual time, Unix epoch milliseconds.
    pub fn now_ms(&self) -> i64 {
        self.exchange.peek().clock.now_ms()
    }

    /// Whether virtual time flows.
    pub fn clock(&self) -> ClockMode {
        self.exchange.peek().clock.mode()
    }

    /// Lets virtual time flow, or stops it where it is.
    pub fn set_clock(&self, mode: ClockMode) {
        self.exchange.lock().clock.set_mode(mode);
    }

    /// When the next timer is due in virtual time; `None` when there is none.
    pub fn next_timer_ms(&self) -> Option<i64> {
        self.exchange.peek().next_timer_ms()
    }

    /// Whether nothing is under way: no webhook, no REST request, and every leg waits for a timer or a
    /// person. Requests to the CRM do not count, see [`crm_in_flight`](Self::crm_in_flight).
    pub fn is_idle(&self) -> bool {
        self.exchange.peek().is_idle()
    }

    /// Requests to the demo CRM that are being answered: its delays are real time.
    pub fn crm_in_flight(&self) -> usize {
        self.exchange.peek().crm_in_flight
    }

    /// Waits in real time until [`is_idle`](Self::is_idle).
    ///
    /// # Errors
    /// When it is still busy after `limit` of real time.
    pub async fn wait_idle(&self, limit: Duration) -> Result<(), TimedOut> {
        self.exchange.wait_until(State::is_idle, limit).await
    }

    /// Moves virtual time ahead to `target_ms` (Unix epoch), firing every timer on the way at its own
    /// time and in order; after each, whatever it set off is given real time to settle. Time never goes
    /// back. Something that stays busy for more than two webhook time-outs is left behind.
    pub async fn advance_to(&self, target_ms: i64) {
        let patience = self.exchange.peek().config.webhook_timeout * 2 + Duration::from_secs(2);
        let _advancing = self.exchange.advancing();
        loop {
            if self
                .exchange
                .wait_until(|state| state.busy == 0, patience)
                .await
                .is_err()
            {
                tracing::warn!("the simulator is busy, time moves on all the same");
            }
            if !self.exchange.lock().fire_next(target_ms) {
                break;
            }
        }
        self.exchange.lock().clock.move_to(target_ms);
    }

    /// Moves virtual time ahead by `ms`; see [`advance_to`](Self::advance_to).
    pub async fn advance(&self, ms: i64) {
        let target = self.now_ms().saturating_add(ms);
        self.advance_to(target).await;
    }

    /// All that was seen so far.
    pub fn timeline(&self) -> Timeline {
        Timeline(self.exchange.peek().timeline.clone())
    }

    /// Who could talk with whom so far, oldest first.
    pub fn bridges(&self) -> Vec<Bridge> {
        self.exchange.peek().bridges.clone()
    }

    /// One leg as it stands.
    pub fn leg(&self, id: &LegId) -> Option<LegView> {
        View::new(&self.exchange.peek()).leg(id)
    }

    /// All legs as they stand, oldest first.
    pub fn legs(&self) -> Vec<LegView> {
        View::new(&self.exchange.peek()).legs()
    }

    /// All queues as they stand.
    pub fn queues(&self) -> Vec<QueueView> {
        View::new(&self.exchange.peek()).queues()
    }

    /// All conferences ever, as they stand or ended, oldest first.
    pub fn conferences(&self) -> Vec<ConferenceView> {
        View::new(&self.exchange.peek()).conferences()
    }

    /// Looks at the present; the closure must be quick, everything waits for it.
    pub fn look<T>(&self, question: impl FnOnce(&View<'_>) -> T) -> T {
        question(&View::new(&self.exchange.peek()))
    }

    /// Waits in real time until the predicate holds; virtual time is not moved by waiting.
    ///
    /// # Errors
    /// When it does not hold within `limit` of real time.
    pub async fn wait_for(
        &self,
        mut predicate: impl FnMut(&View<'_>) -> bool,
        limit: Duration,
    ) -> Result<(), TimedOut> {
        self.exchange
            .wait_until(|state| predicate(&View::new(state)), limit)
            .await
    }

    /// The whole wire log, both directions, as HAR 1.2. Credentials are left out.
    pub fn har(&self) -> serde_json::Value {
        crate::har::har(&self.exchange.peek().wire)
    }
}
