//! The end of a leg: everything that has to be tidied up and told, in one place.

use super::{CallStatus, Child, Line, Progress};
use crate::id::LegId;
use crate::judge::What;
use crate::signal::{Signal, Timer};
use crate::state::State;

impl Line {
    /// Ends the leg with its final status.
    pub(super) fn finish(&self, status: CallStatus) {
        self.exchange.lock().end_leg(&self.leg, status);
    }
}

impl State {
    fn end_leg(&mut self, id: &LegId, status: CallStatus) {
        let now = self.clock.now_ms();
        let Some(leg) = self.leg_mut(id).filter(|leg| leg.is_live()) else {
            return;
        };
        // Cancelled while it waited for its turn: nobody is told.
        let silent = leg.status == CallStatus::Queued;
        leg.status = status;
        leg.ended_ms = Some(now);
        leg.inbox.clear();
        leg.dial = None;
        leg.awaiting_bridge = false;
        leg.hears = None;
        let conference = leg.conference.clone();
        let above = leg.new.parent.clone().zip(leg.new.of_dial);
        if let Some(sid) = conference {
            self.leave_conference(&sid, id, false);
        }
        for other in self.bridged_with(id) {
            self.close_bridge(id, &other);
        }
        // Whatever its person still had in mind.
        self.timers.retain(|_, timer| match timer {
            Timer::Person(whose, _) => whose != id,
            Timer::Leg(_) | Timer::Task(_) => true,
        });
        self.stop_recordings_of(id);
        self.note(id, What::Ended(status));
        if !silent {
            self.progress(id, Progress::Completed);
        }
        if let Some((parent, dial)) = above {
            let news = Child::Ended(status);
            self.signal(
                &parent,
                Signal::Child {
                    dial,
                    child: id.clone(),
                    news,
                },
            );
        }
    }
}
