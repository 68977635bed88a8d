//! Callers and agents in numbers over the simulated carrier, and the account of every call.
//!
//! A [`Crowd`] rings a running system at a constant rate and answers it with agents who follow their websockets, in real
//! time. Whatever happens to the system meanwhile, every caller must talk with somebody, be asked for a message, or have
//! hung up by their own wish; nobody may talk with two at once; no connected screen may miss an event. [`Account`] says
//! whether that was so, with the reason for each call that it was not so for.
//!
//! What callers and agents want is drawn from a seed; when they get it depends on the machine.
//!
//! It must never believe what the system says about itself: calls are judged by the legs at the carrier.

mod account;
mod agents;
mod api;
mod board;
mod caller;
mod carrier;
pub mod house;
mod judge;
mod plan;
mod screen;
mod socket;

use std::collections::HashSet;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use switchboard_runtime::Rng;
use switchboard_simulator::{Behaviour, Press, Simulator};
use tokio::task::JoinSet;
use tokio::time::{Instant, MissedTickBehavior, interval, timeout};
use tokio_util::sync::CancellationToken;

pub use account::Account;
pub use agents::Desk;
pub use api::Api;
pub use carrier::{desks, simulator_config};
pub use plan::{Plan, Shares};

use board::Board;

/// Everybody's common ground.
struct Ground {
    simulator: Simulator,
    api: Api,
    plan: Plan,
    board: Board,
    account: Account,
    /// Phones that agents answer on.
    desk_phones: HashSet<String>,
    /// Calls that an agent ended on purpose.
    ended: Mutex<HashSet<String>>,
}

impl Ground {
    /// An agent is about to end the call.
    fn ends(&self, call: &str) {
        self.ended().insert(call.to_owned());
    }

    /// Whether an agent ended the call; forgets it, because it is asked once.
    fn was_ended(&self, call: &str) -> bool {
        self.ended().remove(call)
    }

    fn ended(&self) -> MutexGuard<'_, HashSet<String>> {
        // A set is whole whatever happened to whoever held it.
        self.ended.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Who is at which phone.
    fn set_phones(&self) {
        let person = Behaviour::PickUp {
            after_ms: 3_000,
            press: Some(Press {
                digits: String::from("1"),
                after_ms: 3_000,
            }),
        };
        let mailbox = Behaviour::Mailbox {
            after_ms: 2_000,
            hang_up_after_ms: 10_000,
        };
        for phone in self.desk_phones.iter().chain(self.plan.office_phones.first()) {
            self.simulator.set_phone(phone, person.clone());
        }
        if let Some(phone) = self.plan.office_phones.get(1) {
            self.simulator.set_phone(phone, mailbox);
        }
    }
}

/// Callers, agents and their screens.
pub struct Crowd {
    ground: Arc<Ground>,
    desks: Vec<Desk>,
    screens: usize,
}

impl std::fmt::Debug for Crowd {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Crowd")
            .field("desks", &self.desks.len())
            .finish_non_exhaustive()
    }
}

impl Crowd {
    /// Nobody does anything until [`run`](Self::run).
    pub fn new(simulator: Simulator, api: Api, desks: Vec<Desk>, plan: Plan) -> Self {
        let ground = Ground {
            simulator,
            api,
            plan,
            board: Board::default(),
            account: Account::default(),
            desk_phones: desks.iter().filter_map(|desk| desk.phone.clone()).collect(),
            ended: Mutex::default(),
        };
        Self {
            ground: Arc::new(ground),
            desks,
            screens: usize::MAX,
        }
    }

    /// Only so many agents, at least one, have a screen of their own here; the others look at what these show. For loads
    /// whose other screens somebody else keeps.
    #[must_use]
    pub fn with_screens(self, screens: usize) -> Self {
        Self {
            screens: screens.max(1),
            ..self
        }
    }

    /// What has happened so far; goes on while the crowd runs.
    pub fn account(&self) -> Account {
        self.ground.account.clone()
    }

    /// Lets callers ring for as long as the plan says or until `enough`, then waits until the last of them is served,
    /// and the agents go.
    pub async fn run(self, enough: CancellationToken) -> Account {
        let ground = self.ground;
        ground.set_phones();
        let over = CancellationToken::new();
        let mut staff = JoinSet::new();
        let rng = Rng::from_seed(ground.plan.seed);
        for (at, desk) in self.desks.into_iter().enumerate() {
            let screen = screen::Screen::new(Arc::clone(&ground), desk.id.clone(), at, rng.fork());
            if at < self.screens {
                staff.spawn(screen.watch(over.clone()));
            }
            staff.spawn(agents::work(Arc::clone(&ground), desk, rng.fork(), over.clone()));
        }
        let mut callers = JoinSet::new();
        let mut pulse = interval(Duration::from_secs_f64(1.0 / ground.plan.calls_per_second));
        // A machine that stood still does not make up for it with a flood.
        pulse.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let end = Instant::now() + ground.plan.length;
        let mut number = 0;
        loop {
            tokio::select! {
                () = enough.cancelled() => break,
                () = tokio::time::sleep_until(end) => break,
                Some(_) = callers.join_next() => {}
                _ = pulse.tick() => {
                    callers.spawn(caller::call(Arc::clone(&ground), number));
                    number += 1;
                }
            }
        }
        while !callers.is_empty() {
            // Said again and again: a Redis that was away for a moment brings the carrier back to real time.
            if let Some(speed) = ground.plan.hurry {
                ground.simulator.set_speed(speed);
            }
            let _ = timeout(Duration::from_secs(1), callers.join_next()).await;
        }
        ground.simulator.set_speed(1);
        agents::go_home(&ground).await;
        over.cancel();
        while staff.join_next().await.is_some() {}
        ground.account.clone()
    }
}
