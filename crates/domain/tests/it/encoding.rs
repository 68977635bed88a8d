//! Calls and events are kept as JSON and outlive a deploy: what is written is read back the same, and fields that
//! a newer version wrote are passed over.

use serde_json::{Value, json};
use switchboard_domain::*;

use crate::places::places;
use crate::scene::{Scene, source};

/// The names of variants with something in them. An object with one of these as its only key says which variant
/// it is; it has no fields to which a newer version could add.
const VARIANTS: [&str; 28] = [
    "received",
    "entered",
    "leg_moved",
    "claim_bound",
    "office_reached",
    "agent_dropped",
    "looked_up",
    "recorded",
    "greeting",
    "queued",
    "claimed",
    "connecting",
    "ringing_office",
    "talking",
    "voicemail",
    "ended",
    "agent",
    "office",
    "parked",
    "conference",
    "number",
    "client",
    "sip",
    "other",
    "done",
    "found",
    "failed",
    "several",
];

/// The same with a field that nobody knows in every place where a newer version may put one.
fn from_the_future(value: &Value, map: bool) -> Value {
    match value {
        Value::Object(fields) => {
            let mut changed: serde_json::Map<String, Value> = fields
                .iter()
                .map(|(key, value)| {
                    let is_map = key == "lookups" || key == "extra";
                    (key.clone(), from_the_future(value, is_map))
                })
                .collect();
            let variant = fields.len() == 1 && fields.keys().all(|key| VARIANTS.contains(&key.as_str()));
            if !map && !variant {
                changed.insert("from_the_future".into(), json!({"a": [1, null]}));
            }
            Value::Object(changed)
        }
        Value::Array(items) => items.iter().map(|item| from_the_future(item, false)).collect(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => value.clone(),
    }
}

pub(crate) fn assert_round_trip(call: &Call, events: &[Event]) {
    let written = serde_json::to_value(call).unwrap();
    crate::stored::assert_writable(&written);
    assert_eq!(&serde_json::from_value::<Call>(written.clone()).unwrap(), call);
    let newer = from_the_future(&written, false);
    assert_eq!(&serde_json::from_value::<Call>(newer).unwrap(), call);
    for event in events {
        let written = serde_json::to_value(event).unwrap();
        assert_eq!(&serde_json::from_value::<Event>(written.clone()).unwrap(), event);
        let newer = from_the_future(&written, false);
        assert_eq!(&serde_json::from_value::<Event>(newer).unwrap(), event);
    }
}

#[test]
fn every_place_is_read_back() {
    for (_, scene) in places() {
        assert_round_trip(scene.call(), &scene.last.events);
    }
}

#[test]
fn what_sources_answer_is_read_back() {
    let profile = Profile {
        name: Some("Ada King".into()),
        extra: [("plan".to_owned(), "yearly".to_owned())].into(),
        ..Profile::default()
    };
    let found = |certainty| LookupOutcome::Found {
        profile: Box::new(profile.clone()),
        certainty,
    };
    let outcomes = [
        found(Certainty::Certain),
        found(Certainty::Several(3)),
        found(Certainty::Maybe),
        LookupOutcome::NotFound,
        LookupOutcome::Failed {
            reason: "did not answer".into(),
        },
    ];
    for outcome in outcomes {
        let scene = Scene::waiting().then(Command::LookedUp {
            source: source("crm"),
            outcome,
        });
        assert_round_trip(scene.call(), &scene.last.events);
    }
}

/// A call can be made again from its events alone.
#[test]
fn a_history_replays() {
    let mut scene = Scene::empty();
    let mut history = Vec::new();
    let steps = [
        (None, Command::Incoming(crate::scene::incoming("CA1", true))),
        (
            None,
            Command::Choose {
                attempt: 0,
                pick: MenuPick::Nothing,
            },
        ),
        (
            None,
            Command::Choose {
                attempt: 1,
                pick: MenuPick::Nothing,
            },
        ),
        (Some("pat"), Command::Answer { token: "t".into() }),
        (Some("pat"), Command::Release { claim: None }),
        (None, Command::CallerGone),
    ];
    for (by, command) in steps {
        scene.try_step(by, &command).unwrap();
        history.extend(scene.last.events.clone());
    }
    assert_eq!(history.iter().fold(None, Call::apply), scene.call);
    // Whatever is missing at its beginning, there is no call out of nothing.
    assert_eq!(history.iter().skip(1).fold(None, Call::apply), None);
}
