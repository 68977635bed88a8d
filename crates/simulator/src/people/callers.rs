//! Callers: they dial, press keys and hang up.

use crate::id::LegId;
use crate::judge::{What, Who};
use crate::legs::{CallStatus, Callback, Direction, NewLeg, Progress, inbound};
use crate::signal::Act;
use crate::simulator::Simulator;

impl Simulator {
    /// Somebody dials one of the numbers. A withheld caller shows a word such as `anonymous`, or
    /// `+266696687`, instead of a number. A number that we do not have fails at once.
    pub fn dial(&self, from: &str, to: &str) -> LegId {
        let mut state = self.exchange.lock();
        let number = state.number(to).cloned();
        let new = NewLeg {
            direction: Direction::Inbound,
            from: from.to_owned(),
            to: to.to_owned(),
            who: Who::Caller(from.to_owned()),
            parent: None,
            of_dial: None,
            fallback: number
                .as_ref()
                .and_then(|number| number.voice_fallback_url.clone()),
            first: number.as_ref().map(|number| state.answers_for(number)),
            extra: Vec::new(),
            callback: number.and_then(|number| number.status_callback).map(at_the_end),
            timeout_ms: i64::MAX / 4,
        };
        let leg = state.add_leg(new, CallStatus::Ringing);
        state.note(&leg, What::Dialled(to.to_owned()));
        let id = leg.clone();
        state.spawn(move |exchange| inbound(exchange, id));
        leg
    }

    /// The person at the far end of a leg presses keys; false when the leg is over.
    pub fn press(&self, leg: &LegId, digits: &str) -> bool {
        self.exchange.lock().act(leg, Act::Press(digits.to_owned()))
    }

    /// The person at the far end of a leg hangs up, or refuses it while it rings; false when it is over.
    pub fn hang_up(&self, leg: &LegId) -> bool {
        self.exchange.lock().act(leg, Act::HangUp)
    }
}

/// The status callback of a number or an application: one request, when the call has ended.
pub(super) fn at_the_end(url: String) -> Callback {
    Callback {
        url,
        method: String::from("POST"),
        events: vec![Progress::Completed],
        sequence: 0,
    }
}
