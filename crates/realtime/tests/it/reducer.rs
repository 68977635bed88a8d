//! From frames to what a screen shows: what every client has to do, and no more.

use std::collections::BTreeMap;

use switchboard_contracts::v1;
use switchboard_contracts::v1::call_event::What;
use switchboard_contracts::v1::call_state::State;
use switchboard_contracts::v1::event::Subject;
use switchboard_contracts::v1::server_frame::Frame;

/// What is known after some frames.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Screen {
    /// The position to resume from; none before the first snapshot.
    pub(crate) position: Option<v1::Position>,
    pub(crate) calls: BTreeMap<String, v1::Call>,
    pub(crate) agents: BTreeMap<String, v1::Agent>,
    pub(crate) office: Option<v1::OfficeState>,
}

impl Screen {
    /// Takes a frame; panics when it breaks what is promised.
    pub(crate) fn take(&mut self, frame: Frame) {
        match frame {
            Frame::Hello(hello) => {
                if hello.resumed {
                    let (ours, theirs) = (self.position.as_ref().unwrap(), hello.position.unwrap());
                    assert_eq!(ours.epoch, theirs.epoch);
                    assert!(ours.offset <= theirs.offset);
                }
            }
            Frame::Reset(_) => {
                self.position = None;
                self.calls.clear();
                self.agents.clear();
            }
            Frame::Snapshot(snapshot) => *self = Self::of(snapshot, self.office.take()),
            Frame::Event(event) => {
                let position = self.position.as_mut().expect("a snapshot before events");
                position.offset += 1;
                assert_eq!(event.offset, position.offset, "the next event, once");
                self.happen(event.event.expect("an event that can be read"));
            }
            Frame::Heartbeat(heartbeat) => {
                let position = self.position.as_ref().expect("a snapshot before heartbeats");
                assert!(heartbeat.offset <= position.offset, "nothing is missing");
            }
            Frame::Office(office) => self.office = Some(office),
        }
    }

    pub(crate) fn of(snapshot: v1::LiveSnapshot, office: Option<v1::OfficeState>) -> Self {
        Self {
            position: Some(v1::Position {
                epoch: snapshot.epoch,
                offset: snapshot.offset,
            }),
            calls: snapshot
                .calls
                .into_iter()
                .map(|call| (call.id.clone(), call))
                .collect(),
            agents: snapshot
                .agents
                .into_iter()
                .map(|agent| (agent.id.clone(), agent))
                .collect(),
            office,
        }
    }

    pub(crate) fn offset(&self) -> u64 {
        self.position.as_ref().map_or(0, |position| position.offset)
    }

    fn happen(&mut self, event: v1::Event) {
        let at_ms = event.at_ms;
        match event.subject.expect("a subject") {
            Subject::Agent(agent) if agent.removed => {
                self.agents.remove(&agent.id);
            }
            Subject::Agent(agent) => {
                self.agents.insert(agent.id.clone(), agent);
            }
            // What follows from it, a frame of its own tells.
            Subject::Hours(_) => {}
            Subject::Call(v1::CallEvent {
                call_id,
                what: Some(What::Received(call)),
                ..
            }) => {
                self.calls.insert(call_id, call);
            }
            Subject::Call(event) => {
                // News of a call that has ended are of no account.
                if let Some(call) = self.calls.get_mut(&event.call_id) {
                    change(call, event.what.expect("a fact"), at_ms);
                    if matches!(state(call), Some(State::Ended(_))) {
                        self.calls.remove(&event.call_id);
                    }
                }
            }
        }
    }
}

fn state(call: &mut v1::Call) -> Option<&mut State> {
    call.state.as_mut()?.state.as_mut()
}

fn change(call: &mut v1::Call, what: What, at_ms: i64) {
    match what {
        What::Received(_) => unreachable!("taken above"),
        What::Entered(entered) => {
            call.state = entered.state;
            call.entered_at_ms = at_ms;
        }
        What::LegMoved(leg) => call.leg = Some(leg),
        What::ClaimBound(bound) => {
            if let (Some(State::Claimed(claimed)), Some(until)) = (state(call), bound.until_ms) {
                claimed.until_ms = until;
            }
        }
        // Nothing that is shown.
        What::OfficeReached(_) => {}
        What::AgentDropped(_) => {
            if let Some(State::Talking(talking)) = state(call) {
                talking.agent_left_ms = Some(at_ms);
            }
        }
        What::LookedUp(looked_up) => {
            call.lookups
                .insert(looked_up.source, looked_up.lookup.expect("an answer"));
        }
        What::Recorded(recording) => call.recording = Some(recording),
    }
}
