//! Every sample of `proto/examples/` against the types of today: decoded, encoded again to the same, and decoded
//! with what a newer process might have added.

use std::fs;
use std::path::{Path, PathBuf};

use prost::Message;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value, json};
use switchboard_contracts::v1;

/// A sample: the message it is, its path, its JSON.
pub(crate) struct Sample {
    pub(crate) message: String,
    pub(crate) path: PathBuf,
    pub(crate) json: Value,
}

/// All samples, by folder and name.
pub(crate) fn all() -> Vec<Sample> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../proto/examples");
    let mut samples = Vec::new();
    for message in listed(&folder).into_iter().filter(|path| path.is_dir()) {
        for path in listed(&message) {
            assert!(
                path.extension().is_some_and(|extension| extension == "json"),
                "{} is no sample",
                path.display()
            );
            let text = fs::read_to_string(&path).unwrap();
            samples.push(Sample {
                message: message.file_name().unwrap().to_str().unwrap().to_owned(),
                json: serde_json::from_str(&text)
                    .unwrap_or_else(|fault| panic!("{}: {fault}", path.display())),
                path,
            });
        }
    }
    samples
}

fn listed(folder: &Path) -> Vec<PathBuf> {
    let mut paths: Vec<PathBuf> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    paths.sort();
    paths
}

type Check = fn(&Sample);

/// Every message that travels on its own, with its check.
const MESSAGES: [(&str, Check); 20] = [
    ("CallAgent", check::<v1::CallAgent>),
    ("CancelLegs", check::<v1::CancelLegs>),
    ("CheckTalking", check::<v1::CheckTalking>),
    ("CheckUnanswered", check::<v1::CheckUnanswered>),
    ("ClientFrame", check::<v1::ClientFrame>),
    ("ConnectCaller", check::<v1::ConnectCaller>),
    ("DeleteRecording", check::<v1::DeleteRecording>),
    ("EndConference", check::<v1::EndConference>),
    ("Event", check::<v1::Event>),
    ("ExpireClaim", check::<v1::ExpireClaim>),
    ("FindRecording", check::<v1::FindRecording>),
    ("HangUp", check::<v1::HangUp>),
    ("LiveSnapshot", check::<v1::LiveSnapshot>),
    ("LookupCaller", check::<v1::LookupCaller>),
    ("ParkCaller", check::<v1::ParkCaller>),
    ("RecordOverride", check::<v1::RecordOverride>),
    ("RefreshFeed", check::<v1::RefreshFeed>),
    ("RingOffice", check::<v1::RingOffice>),
    ("ServerFrame", check::<v1::ServerFrame>),
    ("Sweep", check::<v1::Sweep>),
];

#[test]
fn every_sample_decodes_and_encodes_to_itself() {
    let samples = all();
    for sample in &samples {
        let (_, check) = MESSAGES
            .iter()
            .find(|(message, _)| *message == sample.message)
            .unwrap_or_else(|| {
                panic!(
                    "{} is of no message that travels on its own",
                    sample.path.display()
                )
            });
        check(sample);
    }
    for (message, _) in MESSAGES {
        assert!(
            samples.iter().any(|sample| sample.message == message),
            "no sample of {message}"
        );
    }
}

fn check<T: Message + Default + Serialize + DeserializeOwned + PartialEq + std::fmt::Debug>(sample: &Sample) {
    let place = sample.path.display();
    let decoded: T =
        serde_json::from_value(sample.json.clone()).unwrap_or_else(|fault| panic!("{place}: {fault}"));
    assert_eq!(
        serde_json::to_value(&decoded).unwrap(),
        sample.json,
        "{place} in JSON"
    );

    let bytes = decoded.encode_to_vec();
    assert_eq!(T::decode(bytes.as_slice()).unwrap(), decoded, "{place} in binary");

    let mut newer = sample.json.clone();
    add_everywhere(&mut newer);
    let read: T = serde_json::from_value(newer).unwrap_or_else(|fault| panic!("{place} with more: {fault}"));
    assert_eq!(read, decoded, "{place} with fields of a newer version");

    // Field 536870911, a text: as far away as a field can be.
    let mut newer = bytes;
    newer.extend([0xfa, 0xff, 0xff, 0xff, 0x0f, 3, b'n', b'e', b'w']);
    assert_eq!(
        T::decode(newer.as_slice()).unwrap(),
        decoded,
        "{place} in binary with a field of a newer version"
    );
}

/// Fields whose keys are data: what is added there is an entry, not an unknown field.
const MAPS: [&str; 2] = ["lookups", "extra"];

/// Adds a field that nobody knows to every message in the JSON.
fn add_everywhere(value: &mut Value) {
    match value {
        Value::Object(fields) => {
            for (name, field) in fields.iter_mut() {
                if MAPS.contains(&name.as_str()) {
                    field
                        .as_object_mut()
                        .into_iter()
                        .flat_map(Map::values_mut)
                        .for_each(add_everywhere);
                } else {
                    add_everywhere(field);
                }
            }
            fields.insert(
                "fieldOfANewerVersion".to_owned(),
                json!({ "deep": [1, "two", null] }),
            );
        }
        Value::Array(items) => items.iter_mut().for_each(add_everywhere),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

/// Overrides are kept in Redis as they travel.
#[test]
fn overrides_of_any_release_are_read() {
    let stored = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../proto/stored");
    let releases = fs::read_to_string(stored.join("releases")).unwrap();
    for release in releases.lines().filter(|line| !line.starts_with('#')) {
        let folder = stored.join(release).join("Override");
        for path in listed(&folder) {
            let json: Value = serde_json::from_str(&fs::read_to_string(&path).unwrap()).unwrap();
            check::<v1::Override>(&Sample {
                message: "Override".to_owned(),
                path,
                json,
            });
        }
    }
}

#[test]
fn an_enum_value_of_a_newer_version_reads_as_unspecified() {
    let newer = json!({ "atMs": "1", "call": { "callId": "CA1", "sequence": 1, "entered": {
        "state": { "ended": { "reason": "END_REASON_TRANSFERRED" } },
        "cause": "CAUSE_SOMETHING_NEW",
    } } });
    let event: v1::Event = serde_json::from_value(newer).unwrap();
    let known = json!({ "atMs": "1", "call": { "callId": "CA1", "sequence": 1, "entered": {
        "state": { "ended": {} },
    } } });
    assert_eq!(serde_json::to_value(event).unwrap(), known);
}

#[test]
fn a_kind_of_event_of_a_newer_version_reads_as_none() {
    let newer =
        json!({ "atMs": "1", "call": { "callId": "CA1", "sequence": 7, "transferred": { "to": "sales" } } });
    let event: v1::Event = serde_json::from_value(newer).unwrap();
    let Some(v1::event::Subject::Call(call)) = event.subject else {
        panic!("not about a call")
    };
    assert_eq!((call.sequence, call.what), (7, None));
}
