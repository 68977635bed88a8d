//! Queues: who waits, since when, and at which place.

use crate::id::LegId;
use crate::judge::What;
use crate::state::State;
use crate::twiml::Where;

/// A queue; it is made by the first Enqueue that names it.
pub(crate) struct Queue {
    pub(crate) sid: String,
    pub(crate) name: String,
    pub(crate) max_size: usize,
    pub(crate) created_ms: i64,
    pub(crate) updated_ms: i64,
    /// The next one first.
    pub(crate) members: Vec<Member>,
    /// Who was taken out by REST already, so that a second request can be told.
    pub(crate) taken: Vec<LegId>,
}

/// Somebody who waits.
#[derive(Clone)]
pub(crate) struct Member {
    pub(crate) leg: LegId,
    pub(crate) since_ms: i64,
}

impl Queue {
    /// Seconds that those waiting now have waited, on average.
    pub(crate) fn average_s(&self, now_ms: i64) -> i64 {
        let total: i64 = self
            .members
            .iter()
            .map(|member| (now_ms - member.since_ms) / 1000)
            .sum();
        i64::try_from(self.members.len())
            .ok()
            .and_then(|count| total.checked_div(count))
            .unwrap_or(0)
    }

    /// The place of a leg, 1 being next.
    pub(crate) fn place(&self, leg: &LegId) -> Option<usize> {
        self.members
            .iter()
            .position(|member| &member.leg == leg)
            .map(|index| index + 1)
    }
}

impl State {
    /// A new queue; its SID.
    pub(crate) fn open_queue(&mut self, name: &str) -> String {
        let now = self.clock.now_ms();
        let sid = self.dice.sid("QU");
        self.queues.push(Queue {
            sid: sid.clone(),
            name: name.to_owned(),
            max_size: 1000,
            created_ms: now,
            updated_ms: now,
            members: Vec::new(),
            taken: Vec::new(),
        });
        sid
    }

    /// Puts a leg at the end of a queue; `None` when it is full.
    pub(crate) fn join_queue(&mut self, id: &LegId, name: &str) -> Option<String> {
        let now = self.clock.now_ms();
        let sid = match self.queues.iter().find(|queue| queue.name == name) {
            Some(queue) => queue.sid.clone(),
            None => self.open_queue(name),
        };
        let queue = self.queues.iter_mut().find(|queue| queue.sid == sid)?;
        if queue.members.len() >= queue.max_size {
            return None;
        }
        queue.taken.retain(|leg| leg != id);
        queue.members.push(Member {
            leg: id.clone(),
            since_ms: now,
        });
        queue.updated_ms = now;
        let sid = queue.sid.clone();
        if let Some(leg) = self.leg_mut(id) {
            leg.queue = Some(sid.clone());
        }
        self.note(id, What::Enqueued(name.to_owned()));
        Some(sid)
    }

    /// Takes a leg off a queue's list; its own task notices on its own account.
    pub(crate) fn take_member(&mut self, sid: &str, id: &LegId) -> Option<Member> {
        let now = self.clock.now_ms();
        let queue = self.queues.iter_mut().find(|queue| queue.sid == sid)?;
        let index = queue.members.iter().position(|member| &member.leg == id)?;
        queue.updated_ms = now;
        Some(queue.members.remove(index))
    }

    /// What requests carry besides the standard parameters, depending on what the document is run for.
    pub(crate) fn scope_parameters(&self, id: &LegId, place: Where) -> Vec<(String, String)> {
        if place != Where::Queue {
            return Vec::new();
        }
        let sid = self.leg(id).and_then(|leg| leg.queue.as_deref());
        let Some(queue) = self.queues.iter().find(|queue| Some(queue.sid.as_str()) == sid) else {
            return Vec::new();
        };
        let now = self.clock.now_ms();
        let since = queue
            .members
            .iter()
            .find(|member| &member.leg == id)
            .map_or(now, |m| m.since_ms);
        let pair = |name: &str, value: String| (name.to_owned(), value);
        vec![
            pair("QueueSid", queue.sid.clone()),
            pair("QueuePosition", queue.place(id).unwrap_or(1).to_string()),
            pair("QueueTime", ((now - since) / 1000).to_string()),
            pair("AvgQueueTime", queue.average_s(now).to_string()),
            pair("CurrentQueueSize", queue.members.len().to_string()),
            pair("MaxQueueSize", queue.max_size.to_string()),
        ]
    }
}
