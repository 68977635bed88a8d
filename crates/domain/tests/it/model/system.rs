//! The crate under test as the shells use it: calls and agents in a store, effects as jobs that wait to be done.

use std::collections::BTreeMap;
use std::time::Duration;

use switchboard_domain::*;

use super::phase::Seen;
use super::promise::HELD_BACK;
use super::what::{Ask, Found, Line, Pick, Turn, What, Which};
use crate::scene::{START, agent_id, agents, incoming, leg, phone, queue};
use crate::{encoding, rescue};

const NAMES: [&str; 3] = ["anna", "ben", "pat"];

#[derive(Debug, Clone)]
pub(crate) struct System {
    now: Timestamp,
    calls: [Option<Call>; 2],
    agents: BTreeMap<AgentId, Agent>,
    /// What was asked for and is not known to be done.
    pending: [Vec<Effect>; 2],
    policy: Policy,
}

impl Default for System {
    fn default() -> Self {
        Self {
            now: START,
            calls: [None, None],
            agents: agents(),
            pending: [Vec::new(), Vec::new()],
            policy: Policy::default(),
        }
    }
}

fn line_name(line: Line) -> LegId {
    match line {
        Line::Agents => leg("agent"),
        Line::Strangers => leg("stranger"),
    }
}

fn number(this: u32, which: Which) -> u32 {
    match which {
        Which::This => this,
        Which::Earlier => this.saturating_sub(1),
        Which::Later => this + 1,
    }
}

impl System {
    pub(crate) fn turn(&mut self, turn: &Turn) {
        match turn {
            Turn::Wait(millis) => self.now = self.now.plus(Duration::from_millis(*millis)),
            Turn::Happens(call, what) => {
                let (by, command) = self.command(*call, *what);
                self.step(*call, by, &command);
                // The same once more is no news, whatever it is.
                let before = self.calls.clone();
                let again = self.decide(*call, by, &command).unwrap_or_default();
                assert!(again.is_empty(), "{command:?} repeated: {again:?}");
                assert_eq!(self.calls, before);
            }
        }
    }

    fn who(&self, call: usize, by: Option<usize>) -> Option<AgentId> {
        by.map(|agent| agent_id(NAMES[agent]))
            .or_else(|| self.calls[call].as_ref().and_then(|call| call.holder().cloned()))
    }

    fn decide(&self, call: usize, by: Option<usize>, command: &Command) -> Result<Decision, Rejected> {
        let agent = self.who(call, by).and_then(|id| self.agents.get(&id));
        decide(self.calls[call].as_ref(), agent, command, self.now, &self.policy)
    }

    fn step(&mut self, call: usize, by: Option<usize>, command: &Command) {
        let Ok(decision) = self.decide(call, by, command) else {
            return;
        };
        let before = self.calls[call].clone();
        let after = decision.call_after(before.clone()).expect("a call");
        check_call(before.as_ref(), &decision, &after).unwrap();
        if let Some(before) = before.filter(Call::is_ended) {
            assert_eq!(before.state, after.state, "the end is final");
        }
        encoding::assert_round_trip(&after, &decision.events);
        if let Some(id) = self.who(call, by)
            && let Some(agent) = self.agents.get_mut(&id)
        {
            *agent = agent.after(&after);
        }
        self.pending[call].retain(|effect| !done(effect, command));
        self.pending[call].extend(decision.effects);
        self.calls[call] = Some(after);
    }

    /// What must hold between all calls and agents, at every moment.
    pub(crate) fn check(&self) {
        for agent in self.agents.values() {
            check_agent(agent, self.calls.iter().flatten()).unwrap();
        }
        for (call, pending) in self.calls.iter().zip(&self.pending) {
            if let Some(call) = call {
                rescue::rescued(call, pending, self.now, &self.policy).unwrap();
            }
        }
    }

    pub(crate) fn seen(&self) -> [Seen; 2] {
        let seen = |call: &Option<Call>| {
            let Some(call) = call else {
                return Seen {
                    state: "unknown",
                    agent: None,
                    deadline: None,
                    entries: 0,
                    claims: 0,
                    rounds: 0,
                };
            };
            let agent = call
                .holder()
                .and_then(|id| NAMES.iter().position(|name| *name == id.as_str()));
            let millis = |at: Timestamp| u64::try_from(at.since(START).as_millis()).expect("short");
            Seen {
                state: call.state.name(),
                agent,
                deadline: call.state.waiting().map(|waiting| millis(waiting.deadline)),
                entries: call.queue_entries,
                claims: call.claims,
                rounds: call.office_rounds,
            }
        };
        [seen(&self.calls[0]), seen(&self.calls[1])]
    }

    fn command(&self, index: usize, what: What) -> (Option<usize>, Command) {
        let id = ["CA1", "CA2"][index];
        let call = self.calls[index].as_ref();
        let claim_of = |which| number(call.map_or(0, |call| call.claims), which);
        let entry_of = |which| number(call.map_or(0, |call| call.queue_entries), which);
        let command = match what {
            What::Rings { open } => Command::Incoming(incoming(id, open)),
            What::Adopted { found, open } => Command::Adopt {
                incoming: incoming(id, open),
                found: self.found(found),
            },
            What::Chooses { again, pick } => choose(call, again, pick),
            What::Asks(ask) => Command::Ask(at(call, ask)),
            What::Screened => Command::OfficeScreened { phone: phone(1) },
            What::Accepted => Command::OfficeAccepted {
                phone: Some(phone(1)),
                leg: leg("office-1"),
                round: 0,
            },
            What::Connects {
                which,
                agent,
                knows,
                line,
            } => Command::AgentConnects {
                claim: claim_of(which),
                agent: agent_id(NAMES[agent]),
                token: if knows { "secret" } else { "guess" }.into(),
                leg: line_name(line),
            },
            What::Called(which, line) => Command::AgentCalled {
                claim: claim_of(which),
                leg: line_name(line),
                held_back: Duration::from_millis(HELD_BACK),
            },
            What::Joined(which, line) => Command::AgentJoined {
                claim: claim_of(which),
                leg: line_name(line),
            },
            What::Left(which, line) => Command::AgentLeft {
                claim: claim_of(which),
                leg: line_name(line),
            },
            What::Lost(which) => Command::AgentLost {
                claim: claim_of(which),
            },
            What::CallerJoined(which) => Command::CallerJoined {
                claim: claim_of(which),
            },
            What::ConnectFailed(which) => Command::ConnectFailed {
                claim: claim_of(which),
            },
            What::CallerGone => Command::CallerGone,
            What::Stored { empty } => Command::Recorded(Recording {
                id: "RE1".into(),
                seconds: Some(if empty { 0 } else { 9 }),
            }),
            What::Answers(agent) => {
                return (
                    Some(agent),
                    Command::Answer {
                        token: "secret".into(),
                    },
                );
            }
            What::Releases(agent, which) => {
                let claim = which.map(claim_of);
                return (Some(agent), Command::Release { claim });
            }
            What::HangsUp(agent) => return (Some(agent), Command::HangUp),
            What::SoftphoneHungUp(agent, which, line) => {
                let (claim, leg) = (claim_of(which), Some(line_name(line)));
                return (Some(agent), Command::AgentHungUp { claim, leg });
            }
            What::Deadline(which) => Command::CheckUnanswered {
                entry: entry_of(which),
            },
            What::Expires(which) => Command::ExpireClaim {
                claim: claim_of(which),
            },
        };
        (None, command)
    }

    fn found(&self, found: Found) -> Adopted {
        match found {
            Found::Menu => Adopted::Menu,
            Found::WaitingAMinute => Adopted::Waiting {
                queue: queue("sales"),
                since: self.now.minus(Duration::from_mins(1)),
            },
            Found::Office => Adopted::Office,
            Found::Talking => Adopted::Talking,
            Found::Voicemail => Adopted::Voicemail,
        }
    }
}

fn choose(call: Option<&Call>, again: bool, pick: Pick) -> Command {
    let reading = match call.map(|call| &call.state) {
        Some(State::Greeting { attempt }) => *attempt,
        Some(_) | None => 0,
    };
    Command::Choose {
        attempt: if again { reading + 5 } else { reading },
        pick: match pick {
            Pick::Queue => MenuPick::Choice(MenuChoice::Queue(queue("sales"))),
            Pick::Voicemail => MenuPick::Choice(MenuChoice::Voicemail),
            Pick::Nothing => MenuPick::Nothing,
        },
    }
}

fn at(call: Option<&Call>, ask: Ask) -> At {
    match ask {
        Ask::Wait => At::Wait { queue: None },
        Ask::Resume => At::Resume,
        Ask::Astray => At::Astray,
        Ask::Redirected => At::LeftQueue(QueueExit::Redirected),
        Ask::LeftQueue => At::LeftQueue(QueueExit::Leave),
        Ask::QueueFailed => At::LeftQueue(QueueExit::Failed),
        Ask::AfterConference => At::AfterConference,
        Ask::Voicemail => At::Voicemail,
        Ask::Recorded => At::Recorded,
        Ask::OfficeEnded(which, bridged) => {
            let rounds = call.map_or(0, |call| call.office_rounds);
            let ringing = match call.map(|call| &call.state) {
                Some(State::RingingOffice { ring, .. }) => ring.attempt,
                Some(_) | None => 0,
            };
            let (round, attempt) = match which {
                Which::This => (rounds, ringing),
                Which::Earlier => (rounds.saturating_sub(1), 0),
                Which::Later => (rounds, ringing + 1),
            };
            At::OfficeEnded {
                round,
                attempt,
                bridged,
            }
        }
    }
}

/// Whether the job of this effect is the one that gave this command, so that it will not come again.
fn done(effect: &Effect, command: &Command) -> bool {
    match (effect, command) {
        (Effect::CheckUnanswered { entry, .. }, Command::CheckUnanswered { entry: done }) => entry == done,
        (Effect::ExpireClaim { claim, .. }, Command::ExpireClaim { claim: done })
        | (Effect::CheckTalking { claim, .. }, Command::AgentLost { claim: done })
        | (Effect::ConnectCaller { claim, .. }, Command::ConnectFailed { claim: done }) => claim == done,
        _ => false,
    }
}
