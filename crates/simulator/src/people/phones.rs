//! Phones that are rung, by number, and how each of them reacts.

use serde::{Deserialize, Serialize};

use crate::id::LegId;
use crate::judge::{Party, What, Who};
use crate::legs::{CallStatus, Direction, NewLeg, outbound};
use crate::signal::{Act, Signal};
use crate::simulator::Simulator;
use crate::state::State;
use crate::webhook::Source;

/// What a phone does when it is rung. Times are virtual milliseconds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case", deny_unknown_fields)]
pub enum Behaviour {
    /// It rings until somebody picks up by [`Simulator::pick_up`]. The default of every number.
    Ring,
    /// A person picks up.
    PickUp {
        /// After ringing so long.
        after_ms: i64,
        /// The keys pressed then, if any.
        #[serde(default)]
        press: Option<Press>,
    },
    /// A mailbox picks up, never presses a key, and hangs up.
    Mailbox {
        /// After ringing so long.
        after_ms: i64,
        /// So long after picking up.
        hang_up_after_ms: i64,
    },
    /// The line is busy.
    Busy,
    /// A person refuses the call.
    Reject {
        /// After ringing so long.
        after_ms: i64,
    },
    /// The call cannot be placed. The default of every browser that has not been told otherwise.
    Unreachable,
}

/// Keys that a person presses after picking up.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Press {
    /// The keys.
    pub digits: String,
    /// So long after picking up.
    pub after_ms: i64,
}

impl Simulator {
    /// Tells how the phone of a number behaves from its next ring on. A browser that is dialled as a
    /// `<Client>` is named `client:` and its identity.
    pub fn set_phone(&self, number: &str, behaviour: Behaviour) {
        self.exchange.lock().phones.insert(number.to_owned(), behaviour);
    }

    /// Another system of the same account calls a phone from one of the account's numbers. What is told of it goes
    /// elsewhere.
    pub fn another_system_calls(&self, from: &str, to: &str) -> LegId {
        let mut state = self.exchange.lock();
        let new = NewLeg {
            direction: Direction::OutboundApi,
            from: from.to_owned(),
            to: to.to_owned(),
            who: Who::OfficePhone(to.to_owned()),
            parent: None,
            of_dial: None,
            fallback: None,
            first: Some(Source::Twiml(String::from(
                "<Response><Say>Your parcel is on its way.</Say><Pause length=\"30\"/></Response>",
            ))),
            extra: Vec::new(),
            callback: None,
            timeout_ms: 65_000,
        };
        let leg = state.add_leg(new, CallStatus::Queued);
        let id = leg.clone();
        let turn = state.take_turn(&leg);
        state.spawn(move |exchange| outbound(exchange, id, turn));
        leg
    }

    /// How the phone of a number behaves when it is rung next.
    pub fn phone(&self, number: &str) -> Behaviour {
        self.exchange.peek().behaviour(number)
    }

    /// Picks up a ringing phone; the leg, or `None` when it does not ring or is in a call already.
    pub fn pick_up(&self, number: &str) -> Option<LegId> {
        let mut state = self.exchange.lock();
        let leg = state.ringing(number)?;
        (!state.in_a_call(&leg)).then(|| {
            state.signal(&leg, Signal::PickedUp);
            leg
        })
    }

    /// The leg that rings a phone at the moment, or is in progress on it; the oldest of several.
    pub fn phone_leg(&self, number: &str) -> Option<LegId> {
        let state = self.exchange.peek();
        state
            .all_legs()
            .find(|leg| leg.new.direction != Direction::Inbound && leg.new.to == number && leg.is_live())
            .map(|leg| leg.id.clone())
    }

    /// Hangs up the phone of a number, or refuses the call that rings it; false when there is none.
    pub fn hang_up_phone(&self, number: &str) -> bool {
        self.phone_leg(number).is_some_and(|leg| self.hang_up(&leg))
    }
}

impl State {
    pub(crate) fn behaviour(&self, to: &str) -> Behaviour {
        let default = if to.starts_with("client:") {
            Behaviour::Unreachable
        } else {
            Behaviour::Ring
        };
        self.phones.get(to).cloned().unwrap_or(default)
    }

    fn ringing(&self, number: &str) -> Option<LegId> {
        self.all_legs()
            .find(|leg| leg.new.to == number && leg.status == CallStatus::Ringing && leg.is_ringing_out())
            .map(|leg| leg.id.clone())
    }

    /// Whether the phone or browser of a leg is already talking on another one.
    pub(crate) fn in_a_call(&self, id: &LegId) -> bool {
        let Some(leg) = self.leg(id) else { return false };
        let to = &leg.new.to;
        self.all_legs().any(|other| {
            let here = match other.new.direction {
                Direction::Inbound => &other.new.from == to && matches!(other.new.who, Who::Agent(_)),
                Direction::OutboundApi | Direction::OutboundDial => &other.new.to == to,
            };
            &other.id != id && here && other.status == CallStatus::InProgress
        })
    }

    /// What the person at a phone will do about its ringing.
    pub(crate) fn react_to_ringing(&mut self, id: &LegId, behaviour: &Behaviour) {
        match behaviour {
            Behaviour::PickUp { after_ms, .. } | Behaviour::Mailbox { after_ms, .. } => {
                self.plan(id, *after_ms, Act::PickUp);
            }
            Behaviour::Reject { after_ms } => self.plan(id, *after_ms, Act::Refuse),
            Behaviour::Ring | Behaviour::Busy | Behaviour::Unreachable => {}
        }
    }

    /// What the person will do after picking up.
    pub(crate) fn react_to_talking(&mut self, id: &LegId, behaviour: &Behaviour) {
        match behaviour {
            Behaviour::PickUp {
                press: Some(press), ..
            } => {
                self.plan(id, press.after_ms, Act::Press(press.digits.clone()));
            }
            Behaviour::Mailbox { hang_up_after_ms, .. } => self.plan(id, *hang_up_after_ms, Act::HangUp),
            Behaviour::PickUp { press: None, .. }
            | Behaviour::Ring
            | Behaviour::Busy
            | Behaviour::Reject { .. }
            | Behaviour::Unreachable => {}
        }
    }

    /// A person does something; false when the leg is over.
    pub(crate) fn act(&mut self, id: &LegId, act: Act) -> bool {
        let Some(leg) = self.leg(id).filter(|leg| leg.is_live()) else {
            return false;
        };
        let ringing = leg.is_ringing_out();
        match act {
            Act::PickUp => {
                // In a call already: it goes on ringing, as a browser in a call lets others ring.
                if !ringing || self.in_a_call(id) {
                    return false;
                }
                self.signal(id, Signal::PickedUp);
            }
            Act::Press(digits) => {
                self.note(id, What::Pressed(digits.clone()));
                for digit in digits.chars() {
                    self.signal(id, Signal::Digit(digit));
                }
            }
            Act::HangUp => {
                self.note(id, What::HungUp(Party::Person));
                self.signal(id, if ringing { Signal::Declined } else { Signal::HungUp });
            }
            Act::Refuse => {
                self.note(id, What::HungUp(Party::Person));
                self.signal(id, Signal::Declined);
            }
            Act::Vanish => self.signal(id, Signal::HungUp),
        }
        true
    }
}
