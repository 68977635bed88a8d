//! From the domain to the wire: what stays behind, and that what comes out is what the samples show.

use std::fs;
use std::path::Path;

use serde_json::Value;
use switchboard_contracts::convert::{agent_event, call, call_event};
use switchboard_domain::{
    Agent, AgentId, AnswersOn, Call, CallId, Caller, Cause, Claim, ClaimOrigin, ConferenceName, Country,
    Event, Leg, LegId, Lookup, Party, PhoneNumber, Presence, QueueName, SourceName, State, Talk, Timestamp,
    Waiting,
};

const CALL: &str = "CA5f0c7a1e9b2d4c6f8a0b1c2d3e4f5a6b";
const ARRIVED: i64 = 1_784_023_200_000;

fn at(millis: i64) -> Timestamp {
    Timestamp::from_millis(ARRIVED + millis)
}

fn sample(name: &str) -> Value {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../proto/examples");
    serde_json::from_str(&fs::read_to_string(folder.join(name)).unwrap()).unwrap()
}

fn waiting() -> Waiting {
    Waiting {
        queue: QueueName::new("support").unwrap(),
        since: at(12_000),
        deadline: at(192_000),
        front: false,
    }
}

fn claim() -> Claim {
    Claim {
        number: 1,
        agent: AgentId::new("amelia").unwrap(),
        phone: Some(PhoneNumber::parse("+447700900021").unwrap()),
        token: "secretsecretsecret".to_owned(),
        leg: Some(LegId::new("CA90ab12cd34ef56ab78cd90ef12ab34cd").unwrap()),
        origin: ClaimOrigin::Queue,
    }
}

fn ringing() -> Call {
    Call {
        id: CallId::new(CALL).unwrap(),
        caller: Caller::read("+442079460750", Country::GB),
        dialled: "+442079460000".to_owned(),
        arrived_at: at(0),
        state: State::Greeting { attempt: 0 },
        entered_at: at(0),
        leg: Leg::Menu,
        queue_entries: 0,
        claims: 0,
        office_rounds: 0,
        lookups: [(SourceName::new("crm").unwrap(), Lookup::Pending)].into(),
        recording: None,
    }
}

fn wire(sequence: u32, event: &Event, when: i64) -> Value {
    serde_json::to_value(call_event(&CallId::new(CALL).unwrap(), sequence, event, at(when))).unwrap()
}

fn entered(state: State, cause: Cause, when: i64) -> Event {
    Event::Entered {
        state: Box::new(state),
        cause,
        at: at(when),
    }
}

#[test]
fn conversions_write_what_the_samples_show() {
    let received = Event::Received(Box::new(ringing()));
    assert_eq!(wire(1, &received, 0), sample("Event/received-number.json"));

    let claimed = State::Claimed {
        waiting: waiting(),
        claim: claim(),
        until: at(35_000),
    };
    assert_eq!(
        wire(4, &entered(claimed, Cause::Answered, 20_000), 20_000),
        sample("Event/entered-claimed.json")
    );

    let talking = State::Talking(Talk {
        with: Party::Agent(claim()),
        since: at(22_000),
        waiting: waiting(),
        hold: false,
        agent_left: None,
        ring: None,
    });
    assert_eq!(
        wire(8, &entered(talking, Cause::Connected, 22_000), 22_000),
        sample("Event/entered-talking-agent.json")
    );

    let agent = Agent {
        id: AgentId::new("dylan").unwrap(),
        name: "Dylan Moss".to_owned(),
        answers_on: AnswersOn::Phone(PhoneNumber::parse("+447700900021").unwrap()),
        presence: Presence::Offline,
        engaged: None,
    };
    let changed = serde_json::to_value(agent_event(&agent, at(20_000))).unwrap();
    assert_eq!(changed, sample("Event/agent-offline-on-phone.json"));
}

#[test]
fn secrets_and_inner_ids_stay_behind() {
    let id = CallId::new(CALL).unwrap();
    let mut call_of_claim = ringing();
    call_of_claim.leg = Leg::Conference {
        name: ConferenceName::of(&id, 1),
    };
    call_of_claim.state = State::Connecting {
        waiting: waiting(),
        claim: claim(),
        check_at: at(31_500),
    };
    let texts = [
        serde_json::to_string(&call(&call_of_claim)).unwrap(),
        wire(
            6,
            &entered(call_of_claim.state.clone(), Cause::AgentReady, 21_500),
            21_500,
        )
        .to_string(),
        wire(
            5,
            &Event::ClaimBound {
                leg: claim().leg.unwrap(),
                until: None,
            },
            20_700,
        )
        .to_string(),
    ];
    for text in texts {
        for hidden in [
            "secretsecretsecret",
            "+447700900021",
            "CA90ab12cd34ef56ab78cd90ef12ab34cd",
        ] {
            assert!(!text.contains(hidden), "{hidden} is in {text}");
        }
    }
}
