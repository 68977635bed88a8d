//! Stored calls and agents against `proto/stored`: what any release has written is read for ever, and nothing is written
//! that the newest release cannot read. docs/adr/0016-stored-shapes.md says how a new one is introduced.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use switchboard_domain::{Agent, AnswersOn, Call, Presence};

/// Shapes that may be written, because a reader of the newest release passes over what it does not know in them.
const WRITTEN: &str = "next/written";
/// Shapes that are read, and written one release later.
const READ: &str = "next/read";

fn proto() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../proto")
}

/// The releases, oldest first.
fn releases() -> Vec<String> {
    let text = fs::read_to_string(proto().join("stored/releases")).unwrap();
    let names = text.lines().filter(|line| !line.starts_with('#'));
    names.map(str::to_owned).collect()
}

/// The files of a folder, and of those in it; none if there is no such folder.
fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let Ok(entries) = fs::read_dir(folder) else {
        return found;
    };
    for entry in entries {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(files(&path));
        } else {
            found.push(path);
        }
    }
    found.sort();
    found
}

fn samples(folder: &str, kind: &str) -> Vec<(PathBuf, Value)> {
    let paths = files(&proto().join("stored").join(folder).join(kind));
    let read = |path: PathBuf| {
        let text = fs::read_to_string(&path).unwrap();
        let value = serde_json::from_str(&text).unwrap_or_else(|fault| panic!("{}: {fault}", path.display()));
        (path, value)
    };
    paths.into_iter().map(read).collect()
}

/// Fields whose keys are data.
const MAPS: [&str; 2] = ["/lookups", "/extra"];
/// Where a text is one of a few words, and not anybody's data.
const CHOICES: [&str; 11] = [
    "Call/state",
    "Call/leg",
    "Call/caller",
    "/origin",
    "/why",
    "/ended/reason",
    "Agent/presence",
    "Agent/answers_on",
    "/certainty",
    "/lookups/*",
    "/lookups/*/done",
];

fn is_map(at: &str) -> bool {
    MAPS.iter().any(|map| at.ends_with(map))
}

/// Tells every field and every variant in a value, by where it stands. On one text, because millions are looked at.
fn walk(value: &Value, at: &mut String, tell: &mut impl FnMut(&str)) {
    match value {
        Value::Object(fields) => {
            let is_map = is_map(at);
            for (name, field) in fields {
                let length = at.len();
                at.push('/');
                at.push_str(if is_map { "*" } else { name });
                tell(at);
                walk(field, at, tell);
                at.truncate(length);
            }
        }
        Value::Array(items) => items.iter().for_each(|item| walk(item, at, tell)),
        Value::String(word) if CHOICES.iter().any(|choice| at.ends_with(choice)) => {
            let length = at.len();
            at.push_str(" = ");
            at.push_str(word);
            tell(at);
            at.truncate(length);
        }
        Value::String(_) | Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

fn words_of<'a>(kind: &str, folders: impl IntoIterator<Item = &'a str>) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for folder in folders {
        for (_, sample) in samples(folder, kind) {
            walk(&sample, &mut kind.to_owned(), &mut |word| {
                found.insert(word.to_owned());
            });
        }
    }
    found
}

/// What may be written: what some release knew, and fields that all of them pass over.
fn writable(kind: &str) -> BTreeSet<String> {
    let releases = releases();
    words_of(kind, releases.iter().map(String::as_str).chain([WRITTEN]))
}

static CALL: LazyLock<BTreeSet<String>> = LazyLock::new(|| writable("Call"));
static AGENT: LazyLock<BTreeSet<String>> = LazyLock::new(|| writable("Agent"));

/// Fails for what the newest release cannot read. Called for every call that any test of this crate comes to.
pub(crate) fn assert_writable(written: &Value) {
    assert_known("Call", written, &CALL);
}

fn assert_known(kind: &str, written: &Value, known: &BTreeSet<String>) {
    let mut unknown = Vec::new();
    walk(written, &mut kind.to_owned(), &mut |word| {
        if !known.contains(word) {
            unknown.push(word.to_owned());
        }
    });
    assert!(
        unknown.is_empty(),
        "written, and not known to the newest release: {unknown:?}. A new field belongs into a sample in \
         proto/stored/{WRITTEN}/{kind}/; a new variant is first only read, with a sample in proto/stored/{READ}/{kind}/, \
         and written one release later (docs/adr/0016-stored-shapes.md)"
    );
}

fn read_for_ever<T: Serialize + DeserializeOwned>(kind: &str) {
    let releases = releases();
    let mut count = 0;
    for folder in releases.iter().map(String::as_str).chain([WRITTEN, READ]) {
        for (path, sample) in samples(folder, kind) {
            let path = path.display();
            let read: T =
                serde_json::from_value(sample.clone()).unwrap_or_else(|fault| panic!("{path}: {fault}"));
            // A field that was added since is left out as long as it says nothing: an older process reads the same.
            assert_eq!(serde_json::to_value(&read).unwrap(), sample, "{path}");
            count += 1;
        }
    }
    assert!(count > 3, "no samples of {kind}");
}

#[test]
fn what_any_release_wrote_is_read_and_written_the_same() {
    read_for_ever::<Call>("Call");
    read_for_ever::<Agent>("Agent");
}

#[test]
fn an_agent_is_written_as_the_newest_release_reads_it() {
    for (_, sample) in samples(&releases()[0], "Agent") {
        let agent: Agent = serde_json::from_value(sample).unwrap();
        for presence in [Presence::Available, Presence::Away, Presence::Offline] {
            let said = Agent {
                presence,
                answers_on: AnswersOn::Browser,
                ..agent.clone()
            };
            assert_known("Agent", &serde_json::to_value(&said).unwrap(), &AGENT);
        }
        assert_known("Agent", &serde_json::to_value(&agent).unwrap(), &AGENT);
    }
}

/// FNV-1a: against accidents, not against malice.
fn sum(bytes: &[u8]) -> String {
    let sum = bytes.iter().fold(0xcbf2_9ce4_8422_2325_u64, |sum, byte| {
        (sum ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3)
    });
    format!("{sum:016x}")
}

#[test]
fn nothing_of_a_release_is_changed_removed_or_added() {
    for release in releases() {
        let folder = proto().join("stored").join(&release);
        let list = fs::read_to_string(folder.join("LIST")).unwrap();
        let mut listed = BTreeSet::new();
        for line in list.lines() {
            let (known, path) = line.split_once("  ").unwrap();
            let bytes = fs::read(proto().join(path));
            let bytes = bytes.unwrap_or_else(|fault| panic!("{path} of release {release}: {fault}"));
            assert_eq!(sum(&bytes), known, "{path} of release {release} was changed");
            listed.insert(path.to_owned());
        }
        for path in files(&folder) {
            let short = path.strip_prefix(proto()).unwrap().to_str().unwrap();
            if short.ends_with("/LIST") {
                continue;
            }
            let line = format!("{}  {short}", sum(&fs::read(&path).unwrap()));
            assert!(listed.contains(short), "not in the LIST of {release}: {line}");
        }
    }
}

/// Whoever reads by the newest release must come to the same without the fields that it does not know.
#[test]
fn what_may_be_written_at_once_has_new_fields_only() {
    let releases = releases();
    let known = words_of("Call", releases.iter().map(String::as_str));
    for (path, mut sample) in samples(WRITTEN, "Call") {
        strip(&mut sample, "Call", &known);
        let read = serde_json::from_value::<Call>(sample.clone());
        assert!(
            read.is_ok(),
            "{} has more than new fields: {read:?}",
            path.display()
        );
        assert_known("Call", &sample, &known);
    }
    let known = words_of("Agent", releases.iter().map(String::as_str));
    for (path, mut sample) in samples(WRITTEN, "Agent") {
        strip(&mut sample, "Agent", &known);
        let read = serde_json::from_value::<Agent>(sample.clone());
        assert!(
            read.is_ok(),
            "{} has more than new fields: {read:?}",
            path.display()
        );
        assert_known("Agent", &sample, &known);
    }
}

/// Takes out what is not known.
fn strip(value: &mut Value, at: &str, known: &BTreeSet<String>) {
    let Value::Object(fields) = value else { return };
    let is_map = is_map(at);
    fields.retain(|name, _| is_map || known.contains(&format!("{at}/{name}")));
    for (name, field) in fields {
        let name = if is_map { "*" } else { name };
        strip(field, &format!("{at}/{name}"), known);
    }
}

#[test]
fn a_variant_or_a_field_that_no_release_knows_is_refused() {
    let (_, mut sample) = samples(&releases()[0], "Call").swap_remove(0);
    assert_writable(&sample);
    let refused = |sample: &Value| std::panic::catch_unwind(|| assert_writable(sample)).is_err();
    sample["later"] = Value::Bool(true);
    assert!(refused(&sample), "a field");
    sample.as_object_mut().unwrap().remove("later");
    sample["state"] = serde_json::json!({ "parked_for_a_colleague": {} });
    assert!(refused(&sample), "a variant with something in it");
    sample["state"] = "lost".into();
    assert!(refused(&sample), "a bare variant");
}
