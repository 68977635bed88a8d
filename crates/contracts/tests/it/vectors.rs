//! Vectors for whoever folds events: histories, and what is live after each event of them, as the domain itself has it.
//!
//! `proto/vectors/reducer.json` is read by every reducer, in whatever language: the one of these tests' sockets and the
//! one of the console. Written anew with `SWITCHBOARD_WRITE_VECTORS=1 cargo nextest run -p switchboard-contracts vectors`.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::{env, fs};

use serde_json::{Value, json};
use switchboard_contracts::convert::{agent, agent_event, call, call_event};
use switchboard_contracts::v1;
use switchboard_domain::{
    Agent, AgentId, AnswersOn, Call, CallId, Caller, Cause, Certainty, Claim, ClaimOrigin, ConferenceName,
    EndReason, Event, Leg, LegId, Lookup, LookupOutcome, OfficeRing, Party, PhoneNumber, Presence, Profile,
    QueueName, Recording, SourceName, State, Talk, Timestamp, VoicemailReason, Waiting,
};

const BEGAN: i64 = 1_784_023_200_000;

fn at(seconds: i64) -> Timestamp {
    Timestamp::from_millis(BEGAN + seconds * 1_000)
}

fn front_desk() -> PhoneNumber {
    PhoneNumber::parse("+442079460011").unwrap()
}

fn waiting(since: i64, front: bool) -> Waiting {
    Waiting {
        queue: QueueName::new("support").unwrap(),
        since: at(since),
        deadline: at(since + 180),
        front,
    }
}

fn claim(number: u32, who: &str) -> Claim {
    Claim {
        number,
        agent: AgentId::new(who).unwrap(),
        phone: None,
        token: "secretsecretsecret".to_owned(),
        leg: None,
        origin: ClaimOrigin::Queue,
    }
}

fn ring(round: u32) -> OfficeRing {
    OfficeRing {
        round,
        attempt: 0,
        reached: BTreeSet::new(),
        skipped: BTreeSet::new(),
    }
}

fn talk(with: Party, since: i64) -> State {
    State::Talking(Talk {
        with,
        since: at(since),
        waiting: waiting(5, false),
        hold: false,
        agent_left: None,
        ring: None,
    })
}

fn person(name: &str, presence: Presence, engaged: Option<&str>) -> Agent {
    Agent {
        engaged: engaged.map(|call| CallId::new(call).unwrap()),
        ..Agent::new(AgentId::new(name).unwrap(), name, AnswersOn::Browser, presence)
    }
}

/// What is live, by the domain's own folding, and the events as they are told.
struct Story {
    calls: BTreeMap<CallId, Call>,
    sequences: BTreeMap<CallId, u32>,
    agents: BTreeMap<AgentId, Agent>,
    offset: u64,
    snapshot: Value,
    steps: Vec<Value>,
}

impl Story {
    /// Two agents are there, and nobody rings.
    fn begin() -> Self {
        let agents = [
            person("amelia", Presence::Available, None),
            person("ben", Presence::Away, None),
        ];
        let mut story = Self {
            calls: BTreeMap::new(),
            sequences: BTreeMap::new(),
            agents: agents
                .into_iter()
                .map(|agent| (agent.id.clone(), agent))
                .collect(),
            offset: 41,
            snapshot: Value::Null,
            steps: Vec::new(),
        };
        story.snapshot = story.live();
        story
    }

    fn live(&self) -> Value {
        let snapshot = v1::LiveSnapshot {
            epoch: "vectors".to_owned(),
            offset: self.offset,
            calls: self.calls.values().map(call).collect(),
            agents: self.agents.values().map(agent).collect(),
        };
        serde_json::to_value(snapshot).unwrap()
    }

    fn tell(&mut self, event: v1::Event) {
        self.offset += 1;
        let event = v1::StreamEvent {
            offset: self.offset,
            event: Some(event),
        };
        let event = serde_json::to_value(event).unwrap();
        self.steps.push(json!({ "event": event, "after": self.live() }));
    }

    /// Something becomes true of a call; what has ended is live no more, and later news of it change nothing.
    fn call(&mut self, id: &str, seconds: i64, event: &Event) {
        let id = CallId::new(id).unwrap();
        let sequence = self.sequences.entry(id.clone()).or_default();
        *sequence += 1;
        let told = call_event(&id, *sequence, event, at(seconds));
        // One that has ended is no longer among them, and nothing brings it back.
        let before = self.calls.remove(&id);
        if let Some(after) = Call::apply(before, event).filter(|call| !call.is_ended()) {
            self.calls.insert(id, after);
        }
        self.tell(told);
    }

    fn enters(&mut self, id: &str, seconds: i64, state: State, cause: Cause) {
        let state = Box::new(state);
        self.call(
            id,
            seconds,
            &Event::Entered {
                state,
                cause,
                at: at(seconds),
            },
        );
    }

    fn rings(&mut self, id: &str, seconds: i64, caller: Option<&str>) {
        let lookups = ["crm", "directory"].map(|name| (SourceName::new(name).unwrap(), Lookup::Pending));
        let call = Call {
            id: CallId::new(id).unwrap(),
            caller: caller.map_or(Caller::Withheld, |number| {
                Caller::Number(PhoneNumber::parse(number).unwrap())
            }),
            dialled: "+442079460000".to_owned(),
            arrived_at: at(seconds),
            state: State::Greeting { attempt: 0 },
            entered_at: at(seconds),
            leg: Leg::Menu,
            queue_entries: 0,
            claims: 0,
            office_rounds: 0,
            lookups: lookups.into(),
            recording: None,
        };
        self.call(id, seconds, &Event::Received(Box::new(call)));
        self.enters(
            id,
            seconds + 5,
            State::Queued(waiting(seconds + 5, false)),
            Cause::Chosen,
        );
        let leg = Leg::Parked {
            queue: Some("QU1".to_owned()),
        };
        self.call(id, seconds + 6, &Event::LegMoved { leg });
    }

    fn agent(&mut self, seconds: i64, agent: Agent) {
        let told = agent_event(&agent, at(seconds));
        self.agents.insert(agent.id.clone(), agent);
        self.tell(told);
    }

    fn named(self, name: &str) -> Value {
        json!({ "name": name, "snapshot": self.snapshot, "steps": self.steps })
    }
}

fn looked_up(source: &str, outcome: LookupOutcome) -> Event {
    Event::LookedUp {
        source: SourceName::new(source).unwrap(),
        outcome,
    }
}

fn found(name: &str, certainty: Certainty, said_at: Option<Timestamp>) -> LookupOutcome {
    LookupOutcome::Found {
        profile: Box::new(Profile {
            name: Some(name.to_owned()),
            tier: Some("gold".to_owned()),
            extra: [("email".to_owned(), "someone@example.com".to_owned())].into(),
            ..Profile::default()
        }),
        certainty,
        said_at,
    }
}

/// Answered by an agent, whose phone takes its time; dropped, answered again, over, and a late message of nobody.
fn answered() -> Value {
    let mut story = Story::begin();
    story.rings("CA1", 0, Some("+442079460750"));
    story.call(
        "CA1",
        7,
        &looked_up("crm", found("Priya Raman", Certainty::Certain, None)),
    );
    story.call("CA1", 8, &looked_up("directory", LookupOutcome::NotFound));
    let claimed = |until| State::Claimed {
        waiting: waiting(5, false),
        claim: claim(1, "amelia"),
        until: at(until),
    };
    story.enters("CA1", 10, claimed(25), Cause::Answered);
    story.agent(10, person("amelia", Presence::Available, Some("CA1")));
    let bound = |until: Option<i64>| Event::ClaimBound {
        leg: LegId::new("CA9").unwrap(),
        until: until.map(at),
    };
    story.call("CA1", 11, &bound(None));
    story.call("CA1", 12, &bound(Some(40)));
    let connecting = State::Connecting {
        waiting: waiting(5, false),
        claim: claim(1, "amelia"),
        check_at: at(33),
    };
    story.enters("CA1", 13, connecting, Cause::AgentReady);
    // Of no account outside a claim.
    story.call("CA1", 13, &bound(Some(90)));
    let conference = Leg::Conference {
        name: ConferenceName::of(&CallId::new("CA1").unwrap(), 1),
    };
    story.call("CA1", 14, &Event::LegMoved { leg: conference });
    story.enters(
        "CA1",
        14,
        talk(Party::Agent(claim(1, "amelia")), 14),
        Cause::Connected,
    );
    story.call("CA1", 50, &Event::AgentDropped { at: at(50) });
    story.enters("CA1", 55, State::Queued(waiting(55, true)), Cause::AgentLost);
    // Nobody left a conversation that there is none of.
    story.call("CA1", 56, &Event::AgentDropped { at: at(56) });
    story.agent(56, person("amelia", Presence::Away, None));
    story.enters(
        "CA1",
        60,
        talk(Party::Agent(claim(2, "ben")), 60),
        Cause::Connected,
    );
    story.enters(
        "CA1",
        90,
        State::Ended {
            reason: EndReason::Completed,
            at: at(90),
        },
        Cause::CallerHungUp,
    );
    // Later news of a call that is over are ignored.
    story.call("CA1", 91, &looked_up("crm", LookupOutcome::NotFound));
    story.call(
        "CA1",
        92,
        &Event::Recorded(Recording {
            id: "RE1".to_owned(),
            seconds: Some(3),
        }),
    );
    story.named("a call that two agents answer")
}

/// Rings the office, where one phone's mailbox picks up and a person takes it; beside it another one leaves a message.
fn office() -> Value {
    let mut story = Story::begin();
    story.rings("CA2", 0, None);
    story.rings("CA3", 20, Some("+447700900123"));
    let failed = LookupOutcome::Failed {
        reason: "did not answer".to_owned(),
    };
    story.call("CA3", 27, &looked_up("crm", failed));
    story.call(
        "CA3",
        28,
        &looked_up(
            "directory",
            found("Mara Lind", Certainty::Several(3), Some(at(-120))),
        ),
    );
    let ringing = |round| State::RingingOffice {
        waiting: waiting(5, false),
        ring: ring(round),
    };
    story.enters("CA2", 185, ringing(1), Cause::DeadlinePassed);
    story.call("CA2", 186, &Event::LegMoved { leg: Leg::OfficeDial });
    story.call("CA2", 190, &Event::OfficeReached { phone: front_desk() });
    story.enters(
        "CA2",
        215,
        State::Queued(waiting(215, false)),
        Cause::OfficeUnanswered,
    );
    story.enters("CA2", 275, ringing(2), Cause::DeadlinePassed);
    let office = Party::Office {
        phone: Some(front_desk()),
        leg: LegId::new("CA8").ok(),
    };
    story.enters("CA2", 280, talk(office, 280), Cause::OfficeAccepted);
    story.call("CA2", 281, &Event::OfficeReached { phone: front_desk() });
    story.enters(
        "CA3",
        300,
        State::Voicemail {
            why: VoicemailReason::Asked,
        },
        Cause::Chosen,
    );
    story.call("CA3", 301, &Event::LegMoved { leg: Leg::Recording });
    story.call(
        "CA3",
        320,
        &Event::Recorded(Recording {
            id: "RE2".to_owned(),
            seconds: None,
        }),
    );
    story.call(
        "CA3",
        321,
        &Event::Recorded(Recording {
            id: "RE2".to_owned(),
            seconds: Some(12),
        }),
    );
    story.enters(
        "CA3",
        322,
        State::Ended {
            reason: EndReason::Voicemail,
            at: at(322),
        },
        Cause::MessageLeft,
    );
    story.call("CA2", 330, &Event::LegMoved { leg: Leg::Gone });
    story.enters(
        "CA2",
        330,
        State::Ended {
            reason: EndReason::Completed,
            at: at(330),
        },
        Cause::PartyHungUp,
    );
    story.named("an office that rings, and a message")
}

#[test]
fn vectors_are_what_the_domain_says() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../proto/vectors/reducer.json");
    let vectors = Value::Array(vec![answered(), office()]);
    let text = format!("{}\n", serde_json::to_string_pretty(&vectors).unwrap());
    if env::var_os("SWITCHBOARD_WRITE_VECTORS").is_some() {
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, &text).unwrap();
    }
    let kept = fs::read_to_string(&path).unwrap_or_default();
    assert!(
        kept == text,
        "{} is stale: run the command at the top of this file",
        path.display()
    );
}
