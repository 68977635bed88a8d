//! A look at the present: legs, queues and conferences as they stand.

use serde::{Deserialize, Serialize};

use super::{Bridge, Entry, Sound, Who};
use crate::id::LegId;
use crate::legs::{CallStatus, Direction, Leg};
use crate::state::State;

/// A leg as it stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LegView {
    /// Its `CallSid`.
    pub id: LegId,
    /// Who began it.
    pub direction: Direction,
    /// The number or `client:` it comes from.
    pub from: String,
    /// The number or `client:` it goes to.
    pub to: String,
    /// Who is at its far end.
    pub who: Who,
    /// The leg that dialled it.
    pub parent: Option<LegId>,
    /// Its status.
    pub status: CallStatus,
    /// The name of the queue it waits in.
    pub queue: Option<String>,
    /// The name of the conference it is in.
    pub conference: Option<String>,
    /// What it heard last.
    pub hears: Option<Sound>,
    /// Whom it can talk with.
    pub bridged_with: Vec<LegId>,
    /// Virtual time of its beginning, Unix epoch milliseconds.
    pub created_ms: i64,
    /// Virtual time of the answer.
    pub answered_ms: Option<i64>,
    /// Virtual time of its end.
    pub ended_ms: Option<i64>,
}

/// A queue as it stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct QueueView {
    /// Its SID.
    pub sid: String,
    /// Its name.
    pub name: String,
    /// Who waits, the next one first.
    pub members: Vec<LegId>,
}

/// A participant as it stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ParticipantView {
    /// The leg.
    pub leg: LegId,
    /// Its label.
    pub label: Option<String>,
    /// Cannot be heard.
    pub muted: bool,
    /// Neither hears nor is heard.
    pub hold: bool,
}

/// A conference, running or over.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConferenceView {
    /// Its SID.
    pub sid: String,
    /// Its name.
    pub name: String,
    /// `init`, `in-progress` or `completed`.
    pub status: String,
    /// Who is in it.
    pub participants: Vec<ParticipantView>,
}

/// The present, as a predicate of [`Simulator::wait_for`](crate::Simulator::wait_for) sees it.
#[derive(Clone, Copy)]
pub struct View<'a> {
    state: &'a State,
}

impl std::fmt::Debug for View<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("View").field("legs", &self.legs()).finish()
    }
}

impl<'a> View<'a> {
    pub(crate) fn new(state: &'a State) -> Self {
        Self { state }
    }

    /// Virtual time, Unix epoch milliseconds.
    pub fn now_ms(&self) -> i64 {
        self.state.clock.now_ms()
    }

    /// All legs ever, oldest first.
    pub fn legs(&self) -> Vec<LegView> {
        self.state.all_legs().map(|leg| self.show(leg)).collect()
    }

    /// One leg.
    pub fn leg(&self, id: &LegId) -> Option<LegView> {
        self.state.leg(id).map(|leg| self.show(leg))
    }

    /// All bridges ever, oldest first.
    pub fn bridges(&self) -> &'a [Bridge] {
        &self.state.bridges
    }

    /// Whether two legs can talk with each other right now.
    pub fn are_bridged(&self, one: &LegId, other: &LegId) -> bool {
        self.state
            .bridges
            .iter()
            .any(|bridge| bridge.to_ms.is_none() && bridge.joins(one, other))
    }

    /// The time-line so far.
    pub fn timeline(&self) -> &'a [Entry] {
        &self.state.timeline
    }

    /// All queues.
    pub fn queues(&self) -> Vec<QueueView> {
        self.state
            .queues
            .iter()
            .map(|queue| QueueView {
                sid: queue.sid.clone(),
                name: queue.name.clone(),
                members: queue.members.iter().map(|member| member.leg.clone()).collect(),
            })
            .collect()
    }

    /// All conferences ever, oldest first.
    pub fn conferences(&self) -> Vec<ConferenceView> {
        self.state
            .conferences
            .iter()
            .map(|conference| ConferenceView {
                sid: conference.sid.clone(),
                name: conference.name.clone(),
                status: conference.status.as_str().to_owned(),
                participants: conference
                    .participants
                    .iter()
                    .map(|participant| ParticipantView {
                        leg: participant.leg.clone(),
                        label: participant.label.clone(),
                        muted: participant.muted,
                        hold: participant.hold,
                    })
                    .collect(),
            })
            .collect()
    }

    fn show(self, leg: &Leg) -> LegView {
        let named =
            |sid: &Option<String>, names: &dyn Fn(&str) -> Option<String>| sid.as_deref().and_then(names);
        LegView {
            id: leg.id.clone(),
            direction: leg.new.direction,
            from: leg.new.from.clone(),
            to: leg.new.to.clone(),
            who: leg.new.who.clone(),
            parent: leg.new.parent.clone(),
            status: leg.status,
            queue: named(&leg.queue, &|sid| {
                self.state
                    .queues
                    .iter()
                    .find(|queue| queue.sid == sid)
                    .map(|queue| queue.name.clone())
            }),
            conference: named(&leg.conference, &|sid| {
                self.state
                    .conferences
                    .iter()
                    .find(|one| one.sid == sid)
                    .map(|one| one.name.clone())
            }),
            hears: leg.hears.clone(),
            bridged_with: self.state.bridged_with(&leg.id),
            created_ms: leg.created_ms,
            answered_ms: leg.answered_ms,
            ended_ms: leg.ended_ms,
        }
    }
}
