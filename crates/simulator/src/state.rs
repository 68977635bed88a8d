//! All that the stand-in knows, behind the exchange's lock.

use std::collections::{BTreeMap, HashMap, VecDeque};
use std::sync::{Arc, Weak};

use tokio::sync::mpsc;

use crate::clock::Clock;
use crate::conference::Conference;
use crate::config::SimulatorConfig;
use crate::exchange::{Busy, Exchange, Job};
use crate::id::{Dice, LegId};
use crate::judge::{Bridge, Entry, What, Who};
use crate::legs::{CallStatus, Leg, NewLeg};
use crate::numbers::Listing;
use crate::people::Behaviour;
use crate::queue::Queue;
use crate::recording::Recording;
use crate::signal::{Act, Signal, Timer, TimerKey};
use crate::traffic::Road;
use crate::webhook::{Names, Webhook};
use crate::wire::WireLog;

pub(crate) struct State {
    pub(crate) me: Weak<Exchange>,
    jobs: mpsc::UnboundedSender<Job>,
    pub(crate) config: SimulatorConfig,
    pub(crate) clock: Clock,
    pub(crate) dice: Dice,
    /// Tasks and requests under way.
    pub(crate) busy: usize,
    /// Drivers that move the clock at the moment.
    pub(crate) advancing: usize,
    pub(crate) crm_in_flight: usize,
    pub(crate) timers: BTreeMap<TimerKey, Timer>,
    number: u64,
    pub(crate) legs: HashMap<LegId, Leg>,
    pub(crate) order: Vec<LegId>,
    pub(crate) queues: Vec<Queue>,
    pub(crate) conferences: Vec<Conference>,
    pub(crate) recordings: Vec<Recording>,
    /// By number.
    pub(crate) listings: HashMap<String, Listing>,
    pub(crate) phones: HashMap<String, Behaviour>,
    pub(crate) media_ms: HashMap<String, i64>,
    pub(crate) timeline: Vec<Entry>,
    /// How many entries were forgotten before the first of them.
    pub(crate) timeline_first: u64,
    pub(crate) bridges: Vec<Bridge>,
    /// Notifications under way, one line for each call or conference, so that they arrive in order.
    pub(crate) mail: HashMap<String, VecDeque<Webhook>>,
    /// What was told during a storm, by name and in order, and how often each name came up.
    pub(crate) names: Names,
    /// When the next REST call may start.
    pub(crate) next_call_ms: i64,
    pub(crate) wire: WireLog,
    /// How many virtual seconds pass in a real one.
    pub(crate) speed: u32,
    /// Calls that come by themselves.
    pub(crate) road: Road,
}

impl State {
    pub(crate) fn new(config: SimulatorConfig, jobs: mpsc::UnboundedSender<Job>) -> Self {
        let clock = Clock::new();
        Self {
            me: Weak::new(),
            jobs,
            wire: WireLog::new(
                clock.now_ms(),
                vec![config.auth_token.clone(), config.crm_key.clone()],
            ),
            clock,
            dice: Dice::new(config.seed),
            road: Road::new(config.seed),
            speed: 1,
            config,
            busy: 0,
            advancing: 0,
            crm_in_flight: 0,
            timers: BTreeMap::new(),
            number: 0,
            legs: HashMap::new(),
            order: Vec::new(),
            queues: Vec::new(),
            conferences: Vec::new(),
            recordings: Vec::new(),
            listings: HashMap::new(),
            phones: HashMap::new(),
            media_ms: HashMap::new(),
            timeline: Vec::new(),
            timeline_first: 0,
            bridges: Vec::new(),
            mail: HashMap::new(),
            names: Names::default(),
            next_call_ms: 0,
        }
    }

    /// A number that was never given out before: for timers, webhooks and Dials.
    pub(crate) fn next_number(&mut self) -> u64 {
        self.number += 1;
        self.number
    }

    /// Where a leg comes from.
    pub(crate) fn region_of(&self, id: &LegId) -> String {
        let is_browser = self
            .leg(id)
            .is_some_and(|leg| matches!(leg.new.who, Who::Agent(_)));
        if is_browser {
            self.config.browser_region.clone()
        } else {
            self.config.region.clone()
        }
    }

    pub(crate) fn leg(&self, id: &LegId) -> Option<&Leg> {
        self.legs.get(id)
    }

    pub(crate) fn leg_mut(&mut self, id: &LegId) -> Option<&mut Leg> {
        self.legs.get_mut(id)
    }

    /// All legs in the order of their creation.
    pub(crate) fn all_legs(&self) -> impl DoubleEndedIterator<Item = &Leg> {
        self.order.iter().filter_map(|id| self.legs.get(id))
    }

    pub(crate) fn add_leg(&mut self, new: NewLeg, status: CallStatus) -> LegId {
        let id = LegId::from(self.dice.sid("CA"));
        let leg = Leg::new(id.clone(), new, status, self.clock.now_ms());
        self.legs.insert(id.clone(), leg);
        self.order.push(id.clone());
        self.forget_the_oldest();
        id
    }

    /// Starts a task; it counts as busy from this moment.
    pub(crate) fn spawn<F, Fut>(&mut self, task: F)
    where
        F: FnOnce(Arc<Exchange>) -> Fut + Send + 'static,
        Fut: Future<Output = ()> + Send + 'static,
    {
        let Some(exchange) = self.me.upgrade() else { return };
        self.busy += 1;
        let job: Job = Box::pin(async move {
            // Made inside the task: a task dropped unrun must not take the lock that we hold.
            let _busy = Busy(Arc::clone(&exchange));
            task(exchange).await;
        });
        if self.jobs.send(job).is_err() {
            self.busy -= 1;
        }
    }

    /// Starts a task that does not count as busy: one that waits for others to be idle.
    pub(crate) fn spawn_aside(&mut self, task: impl Future<Output = ()> + Send + 'static) {
        // Nobody runs it any more: the server is stopping.
        let _ = self.jobs.send(Box::pin(task));
    }

    /// Tells a leg something and wakes its task; a leg that has ended hears nothing.
    pub(crate) fn signal(&mut self, id: &LegId, signal: Signal) {
        let Some(leg) = self.legs.get_mut(id) else { return };
        if !leg.is_live() {
            return;
        }
        leg.inbox.push_back(signal);
        if let Some(parked) = leg.parked.take() {
            if let Some(key) = parked.timer {
                self.timers.remove(&key);
            }
            self.busy += 1;
            if parked.wake.send(()).is_err() {
                self.busy -= 1;
            }
        }
    }

    /// When the next timer is due.
    pub(crate) fn next_timer_ms(&self) -> Option<i64> {
        self.timers.keys().next().map(|(at, _)| *at)
    }

    /// Fires the earliest timer if it is due by `by_ms`, moving the clock to it. False: none was due.
    pub(crate) fn fire_next(&mut self, by_ms: i64) -> bool {
        let Some((at, _)) = self.timers.keys().next().copied().filter(|(at, _)| *at <= by_ms) else {
            return false;
        };
        self.clock.move_to(at);
        let Some((_, timer)) = self.timers.pop_first() else {
            return false;
        };
        match timer {
            Timer::Leg(id) => {
                if let Some(parked) = self.legs.get_mut(&id).and_then(|leg| leg.parked.take()) {
                    self.busy += 1;
                    if parked.wake.send(()).is_err() {
                        self.busy -= 1;
                    }
                }
            }
            Timer::Task(wake) => {
                self.busy += 1;
                if wake.send(()).is_err() {
                    self.busy -= 1;
                }
            }
            Timer::Person(id, act) => {
                self.act(&id, act);
            }
        }
        true
    }

    /// Plans what a person will do.
    pub(crate) fn plan(&mut self, id: &LegId, in_ms: i64, act: Act) {
        let key = (self.clock.now_ms() + in_ms.max(0), self.next_number());
        self.timers.insert(key, Timer::Person(id.clone(), act));
    }

    /// Notes what a leg saw.
    pub(crate) fn note(&mut self, id: &LegId, what: What) {
        let Some(leg) = self.legs.get_mut(id) else { return };
        if let What::Heard(sound) = &what {
            leg.hears = Some(sound.clone());
        }
        let who = leg.new.who.clone();
        self.timeline.push(Entry {
            at_ms: self.clock.now_ms(),
            leg: Some(id.clone()),
            who,
            what,
        });
    }

    /// Notes what Twilio did, about a leg if there is one.
    pub(crate) fn note_twilio(&mut self, leg: Option<LegId>, what: What) {
        let at_ms = self.clock.now_ms();
        self.timeline.push(Entry {
            at_ms,
            leg,
            who: Who::Twilio,
            what,
        });
    }

    /// Nothing is under way and no timer is due: all wait for a timer or a person.
    pub(crate) fn is_idle(&self) -> bool {
        self.busy == 0 && self.next_timer_ms().is_none_or(|at| at > self.clock.now_ms())
    }
}

impl State {
    /// When a new REST call may start: so many a second, the rest waits.
    pub(crate) fn take_turn(&mut self, id: &LegId) -> i64 {
        let now = self.clock.now_ms();
        let turn = self.next_call_ms.max(now);
        let gap_ms = 1_000 / i64::from(self.config.timings.calls_per_second.max(1));
        self.next_call_ms = turn + gap_ms;
        if let Some(leg) = self.leg_mut(id) {
            leg.queue_time_ms = turn - now;
        }
        turn
    }
}
