//! Who does what in a storm: callers, agents, people at phones, operators and time, one after the other or all at once.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use switchboard_runtime::Rng;
use switchboard_simulator::{Behaviour, Faults, LegId, Press, View};

use super::super::stage::{Answered, DYLANS_PHONE, MARA, OLIVER, PHONES, STRANGER, Stage};
use super::plan::{Plan, pick};
use crate::services::Service;

/// Three whose agents answer in their browsers, and one who answers on a phone.
const AGENTS: [&str; 4] = ["amelia", "bashir", "carys", "dylan"];
const ON_A_PHONE: &str = "dylan";
const NUMBERS: [&str; 4] = [MARA, OLIVER, STRANGER, "anonymous"];
/// What callers press: choices of the menu, and what is none.
const KEYS: [&str; 7] = ["1", "1", "1", "2", "9", "5", "#"];

/// Requests that may fail in one storm.
const FAILURES: u32 = 4;

/// An agent got a call.
#[derive(Debug, Clone)]
pub(in super::super) struct Win {
    pub(super) agent: &'static str,
    pub(super) caller: LegId,
    pub(super) at_ms: i64,
    ticket: String,
}

/// Everybody.
pub(super) struct People<'a> {
    pub(super) stage: Stage<'a>,
    rng: Rng,
    most: usize,
    deadly: bool,
    /// How many requests more may fail.
    stumbles: u32,
    weather: Faults,
    pub(super) callers: Vec<LegId>,
    pub(super) wins: Vec<Win>,
    /// Lines of agents' browsers.
    browsers: Vec<LegId>,
    /// Which claim's they are.
    softphones: BTreeMap<LegId, Win>,
    dead: BTreeSet<Service>,
}

/// What may happen next.
#[derive(Debug, Clone, Copy)]
enum Act {
    Dial,
    Press,
    CallerHangsUp,
    Answer,
    Connect,
    Release,
    HangUpAsAgent,
    BrowserHangsUp,
    BrowserIsLost,
    TabDies,
    PhoneChanges,
    PhoneHangsUp,
    CarrierStumbles,
    ServiceDies,
    ServiceStarts,
    Moment,
    Time,
    Rush,
}

/// How likely each is.
const ACTS: [(Act, u64); 18] = [
    (Act::Dial, 10),
    (Act::Press, 14),
    (Act::CallerHangsUp, 3),
    (Act::Answer, 14),
    (Act::Connect, 12),
    (Act::Release, 3),
    (Act::HangUpAsAgent, 2),
    (Act::BrowserHangsUp, 3),
    (Act::BrowserIsLost, 1),
    (Act::TabDies, 2),
    (Act::PhoneChanges, 8),
    (Act::PhoneHangsUp, 3),
    (Act::CarrierStumbles, 3),
    (Act::ServiceDies, 4),
    (Act::ServiceStarts, 8),
    (Act::Moment, 14),
    (Act::Time, 14),
    (Act::Rush, 4),
];

impl<'a> People<'a> {
    pub(super) fn new(stage: Stage<'a>, plan: &Plan) -> Self {
        Self {
            stage,
            rng: Rng::from_seed(plan.seed),
            most: plan.callers,
            deadly: plan.deadly,
            stumbles: if plan.stumbles { FAILURES } else { 0 },
            weather: plan.faults(),
            callers: Vec::new(),
            wins: Vec::new(),
            browsers: Vec::new(),
            softphones: BTreeMap::new(),
            dead: BTreeSet::new(),
        }
    }

    /// One thing happens. Requests of people that fail have failed: they would try again, or not.
    pub(super) async fn act(&mut self) -> anyhow::Result<()> {
        match self.next() {
            Act::Dial => self.somebody_rings(),
            Act::Press => {
                let key = pick(&self.rng, &KEYS).unwrap_or_default();
                if let Some(caller) = self.live(|people| people.callers.clone()) {
                    self.stage.system.simulator.press(&caller, key);
                }
            }
            Act::CallerHangsUp => {
                if let Some(caller) = self.live(|people| people.callers.clone()) {
                    self.stage.hang_up(&caller);
                }
            }
            Act::Answer => self.somebody_answers().await,
            Act::Connect => self.a_browser_connects(),
            Act::Release => {
                if let Some(win) = pick(&self.rng, &self.wins) {
                    let _ = self.stage.release(win.agent, &win.caller).await;
                }
            }
            Act::HangUpAsAgent => {
                if let Some(win) = pick(&self.rng, &self.wins) {
                    let _ = self.stage.hang_up_as(win.agent, &win.caller).await;
                }
            }
            Act::BrowserHangsUp => {
                if let Some(browser) = self.live(|people| people.browsers.clone()) {
                    self.a_softphone_is_hung_up(&browser).await?;
                }
            }
            Act::BrowserIsLost => {
                if let Some(browser) = self.live(|people| people.browsers.clone()) {
                    self.stage.hang_up(&browser);
                }
            }
            Act::TabDies => {
                if let Some(browser) = self.live(|people| people.browsers.clone()) {
                    self.stage.system.simulator.browser_dies(&browser);
                }
            }
            Act::PhoneChanges => self.a_phone_changes(),
            Act::PhoneHangsUp => {
                let phone = self.phone();
                self.stage.system.simulator.hang_up_phone(phone);
            }
            Act::CarrierStumbles => self.the_carrier_stumbles(),
            Act::ServiceDies => self.a_service_dies().await?,
            Act::ServiceStarts => self.services_start().await?,
            Act::Moment => self.pass(1, 4_000).await?,
            Act::Time => self.pass(4_000, 60_000).await?,
            Act::Rush => {
                let ms = 100 + self.rng.below(3_000);
                self.stage.rush(Duration::from_millis(ms)).await?;
            }
        }
        Ok(())
    }

    fn next(&self) -> Act {
        let all = ACTS.iter().map(|(_, weight)| weight).sum();
        let mut at = self.rng.below(all);
        for (act, weight) in ACTS {
            if at < weight {
                return act;
            }
            at -= weight;
        }
        Act::Moment
    }

    async fn pass(&mut self, least: u64, span: u64) -> anyhow::Result<()> {
        let ms = least + self.rng.below(span);
        self.stage.pass(Duration::from_millis(ms)).await
    }

    fn phone(&self) -> &'static str {
        let at = usize::try_from(self.rng.below(4)).unwrap_or_default();
        PHONES.get(at).copied().unwrap_or(DYLANS_PHONE)
    }

    /// Somebody of these whose line is not over yet.
    fn live(&self, of: impl FnOnce(&Self) -> Vec<LegId>) -> Option<LegId> {
        let mut legs = of(self);
        let is_live = |view: &View<'_>, leg: &LegId| view.leg(leg).is_some_and(|leg| leg.ended_ms.is_none());
        self.stage
            .system
            .simulator
            .look(|view| legs.retain(|leg| is_live(view, leg)));
        pick(&self.rng, &legs)
    }

    fn waiting(&self) -> Vec<LegId> {
        let waits = |view: &View<'_>, leg: &LegId| view.leg(leg).is_some_and(|leg| leg.queue.is_some());
        let mut callers = self.callers.clone();
        self.stage
            .system
            .simulator
            .look(|view| callers.retain(|leg| waits(view, leg)));
        callers
    }

    fn somebody_rings(&mut self) {
        if self.callers.len() < self.most {
            let number = pick(&self.rng, &NUMBERS).unwrap_or_default();
            self.callers.push(self.stage.dial(number));
        }
    }

    async fn somebody_answers(&mut self) {
        let agent = pick(&self.rng, &AGENTS).unwrap_or_default();
        // Whoever waits, mostly; sometimes somebody whom no screen offers any more, or not yet.
        let waiting = self.live(Self::waiting).filter(|_| self.rng.below(5) > 0);
        let Some(caller) = waiting.or_else(|| self.live(|people| people.callers.clone())) else {
            return;
        };
        let at_ms = self.stage.system.simulator.now_ms();
        if let Ok(Answered::Yours(ticket)) = self.stage.answer(agent, &caller).await {
            self.wins.push(Win {
                agent,
                caller,
                at_ms,
                ticket,
            });
            // Most browsers connect at once; the others are late, or never there.
            if self.rng.below(3) > 0 {
                self.a_browser_connects();
            }
        }
    }

    /// With the ticket of any call they ever got: the last one mostly, sometimes one that is long over or used already.
    fn a_browser_connects(&mut self) {
        let win = if self.rng.below(4) == 0 {
            pick(&self.rng, &self.wins)
        } else {
            self.wins.last().cloned()
        };
        if let Some(win) = win.filter(|win| win.agent != ON_A_PHONE) {
            let browser = self.stage.browser(win.agent, &win.ticket);
            self.softphones.insert(browser.clone(), win);
            self.browsers.push(browser);
        }
    }

    /// Its page tells it before or after the carrier does, soon or late, or cannot tell.
    async fn a_softphone_is_hung_up(&mut self, browser: &LegId) -> anyhow::Result<()> {
        let order = self.rng.below(4);
        let win = self.softphones.get(browser).cloned();
        if order > 0 {
            self.stage.hang_up(browser);
        }
        if order == 2 {
            self.pass(1, 4_000).await?;
        }
        if let Some(win) = win.filter(|_| order < 3) {
            // Nobody answers while realtime is dead.
            let _ = self.stage.tell_hung_up(win.agent, &win.ticket, browser).await;
        }
        if order == 0 {
            self.stage.hang_up(browser);
        }
        Ok(())
    }

    fn a_phone_changes(&mut self) {
        let after_ms = i64::try_from(self.rng.below(18_000)).unwrap_or_default();
        let press = |digits: &str| {
            Some(Press {
                digits: digits.to_owned(),
                after_ms: 500 + after_ms / 3,
            })
        };
        let behaviours = [
            Behaviour::Ring,
            Behaviour::Busy,
            Behaviour::Unreachable,
            Behaviour::Reject { after_ms },
            Behaviour::Mailbox {
                after_ms,
                hang_up_after_ms: 30_000,
            },
            Behaviour::PickUp {
                after_ms,
                press: None,
            },
            Behaviour::PickUp {
                after_ms,
                press: press("1"),
            },
            Behaviour::PickUp {
                after_ms,
                press: press("7"),
            },
        ];
        if let Some(behaviour) = pick(&self.rng, &behaviours) {
            let phone = self.phone();
            self.stage.phone_is(phone, behaviour);
        }
    }

    /// Its API loses the next answers, or refuses the next requests. Never so many that nobody asks any more: that is
    /// measured in real time, of which a storm has next to none, and `outages` has it.
    fn the_carrier_stumbles(&mut self) {
        let times = (1 + u32::try_from(self.rng.below(3)).unwrap_or_default()).min(self.stumbles);
        if times == 0 {
            return;
        }
        self.stumbles -= times;
        let mut faults = self.weather.clone();
        match pick(&self.rng, &[None, Some(429), Some(503)]).flatten() {
            None => faults.api_answers_lost = times,
            refused => {
                faults.api_fail_status = refused;
                faults.api_fail_times = Some(times);
            }
        }
        self.stage.system.simulator.set_faults(faults);
    }

    /// The gateway only when nothing is under way, and it is back at once: another one would have taken over. The others
    /// in the middle of whatever they do, and for as long as it takes.
    async fn a_service_dies(&mut self) -> anyhow::Result<()> {
        let service = pick(&self.rng, &Service::ALL).unwrap_or(Service::WorkerCalls);
        let cleanly = self.rng.below(2) == 0;
        if !self.deadly || self.dead.contains(&service) {
            return Ok(());
        }
        if service == Service::Gateway {
            self.stage.settle().await?;
            self.stage.kill(service).await?;
            return self.stage.start(service).await;
        }
        if cleanly {
            self.stage.settle().await?;
        }
        self.stage.kill(service).await?;
        self.dead.insert(service);
        Ok(())
    }

    pub(super) async fn services_start(&mut self) -> anyhow::Result<()> {
        while let Some(service) = self.dead.pop_first() {
            self.stage.start(service).await?;
        }
        Ok(())
    }

    /// A number below `end`, from the seed.
    pub(super) fn below(&self, end: u64) -> u64 {
        self.rng.below(end)
    }

    /// Where an agent is rung who answers on a phone.
    pub(super) fn rings_for(win: &Win) -> Option<&'static str> {
        (win.agent == ON_A_PHONE).then_some(DYLANS_PHONE)
    }
}
