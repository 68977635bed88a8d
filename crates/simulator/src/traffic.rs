//! Calls that come by themselves, so that a page has something to show: seeded, and never more than a few.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::crm;
use crate::exchange::Exchange;
use crate::id::{Dice, LegId};
use crate::signal::Act;
use crate::simulator::Simulator;

/// More would not be watched, and each is a task.
const MOST_A_MINUTE: u32 = 60;
/// More are not placed, however long the others stay on the line.
const MOST_AT_ONCE: usize = 200;

/// How many callers ring by themselves, and what they do.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Traffic {
    /// Virtual minutes count; 0 (the default) to 60.
    pub calls_per_minute: u32,
    /// Each caller presses one of these after a few seconds. None: nobody presses anything.
    pub keys: String,
}

impl Default for Traffic {
    fn default() -> Self {
        Self {
            calls_per_minute: 0,
            keys: String::from("12"),
        }
    }
}

/// The traffic and what keeps it within its bounds.
pub(crate) struct Road {
    pub(crate) traffic: Traffic,
    /// Changes with the traffic: a task of an older one ends.
    lane: u64,
    /// Callers of ours who are on the line.
    on_the_line: usize,
    /// Apart from the dice of SIDs, which stay what they are without traffic.
    dice: Dice,
}

impl Road {
    pub(crate) fn new(seed: u64) -> Self {
        Self {
            traffic: Traffic::default(),
            lane: 0,
            on_the_line: 0,
            dice: Dice::new(!seed),
        }
    }

    /// From one call to the next: half to one and a half times the mean.
    fn gap_ms(&mut self) -> i64 {
        let mean = 60_000 / u64::from(self.traffic.calls_per_minute.max(1));
        millis(mean / 2 + self.dice.below(mean + 1))
    }

    fn caller(&mut self) -> Plan {
        let dice = &mut self.dice;
        let from = match dice.below(10) {
            0 => String::from("anonymous"),
            1..=3 => format!("+44161496{:04}", dice.below(1_000)),
            _ => {
                let known = crm::callers();
                let at = usize::try_from(dice.below(known.len() as u64)).unwrap_or(0);
                known
                    .get(at)
                    .map(|caller| caller.number.clone())
                    .unwrap_or_default()
            }
        };
        let keys: Vec<char> = self.traffic.keys.chars().collect();
        let at = usize::try_from(dice.below(keys.len() as u64)).unwrap_or(0);
        Plan {
            from,
            key: keys.get(at).map(ToString::to_string),
            think_ms: millis(3_000 + dice.below(7_000)),
            patience_ms: millis(30_000 + dice.below(270_000)),
            chat_ms: millis(20_000 + dice.below(70_000)),
        }
    }
}

fn millis(ms: u64) -> i64 {
    i64::try_from(ms).unwrap_or(i64::MAX)
}

/// What one caller is going to do.
struct Plan {
    from: String,
    key: Option<String>,
    think_ms: i64,
    patience_ms: i64,
    chat_ms: i64,
}

impl Simulator {
    /// Who rings by themselves at the moment.
    pub fn traffic(&self) -> Traffic {
        self.exchange.peek().road.traffic.clone()
    }

    /// Changes who rings by themselves; callers who are on the line stay. More than 60 calls a minute are 60.
    pub fn set_traffic(&self, traffic: &Traffic) {
        let mut state = self.exchange.lock();
        let calls_per_minute = traffic.calls_per_minute.min(MOST_A_MINUTE);
        let keys = traffic
            .keys
            .chars()
            .filter(|key| key.is_ascii_digit() || matches!(key, '*' | '#'))
            .take(12)
            .collect();
        state.road.traffic = Traffic {
            calls_per_minute,
            keys,
        };
        state.road.lane += 1;
        let lane = state.road.lane;
        if calls_per_minute > 0 {
            state.spawn(move |exchange| drive(exchange, lane));
        }
    }
}

/// Places calls until the traffic is changed.
async fn drive(exchange: Arc<Exchange>, lane: u64) {
    let simulator = Simulator {
        exchange: Arc::clone(&exchange),
    };
    // The first one at once: whoever turned it on is watching.
    let mut gap_ms = 1;
    loop {
        exchange.sleep(gap_ms).await;
        let call = {
            let mut state = exchange.lock();
            if state.road.lane != lane {
                return;
            }
            gap_ms = state.road.gap_ms();
            let to = state.config.numbers.first().map(|number| number.number.clone());
            let room = state.road.on_the_line < MOST_AT_ONCE;
            to.filter(|_| room).map(|to| (state.road.caller(), to))
        };
        if let Some((plan, to)) = call {
            let leg = simulator.dial(&plan.from, &to);
            let mut state = exchange.lock();
            state.road.on_the_line += 1;
            state.spawn(move |exchange| play(exchange, leg, plan));
        }
    }
}

/// One caller: listens, chooses, waits, talks, hangs up.
async fn play(exchange: Arc<Exchange>, leg: LegId, plan: Plan) {
    exchange.sleep(plan.think_ms).await;
    if let Some(key) = plan.key {
        exchange.lock().act(&leg, Act::Press(key));
    }
    exchange.sleep(plan.patience_ms).await;
    // Nobody hangs up in the middle of a sentence.
    let talks = !exchange.peek().bridged_with(&leg).is_empty();
    if talks {
        exchange.sleep(plan.chat_ms).await;
    }
    let mut state = exchange.lock();
    state.act(&leg, Act::HangUp);
    state.road.on_the_line = state.road.on_the_line.saturating_sub(1);
}
