//! The samples show everything that the contract can say: each choice of each `oneof`, each value of each enum.
//!
//! Names are counted, not types: a `oneof` is seen in JSON as the name of the choice, an enum as its value. They
//! come from the `.proto` files themselves, so what is added there and not shown fails here.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use serde_json::Value;

use crate::samples;

#[test]
fn samples_show_every_choice_and_every_value() {
    let mut said = BTreeSet::new();
    for sample in samples::all() {
        gather(&sample.json, &mut said);
    }
    let missing: Vec<String> = possible()
        .into_iter()
        .filter(|word| !said.contains(word))
        .collect();
    assert!(
        missing.is_empty(),
        "no sample in proto/examples/ shows {missing:?}"
    );
}

/// Every name of a field and every text in the JSON.
fn gather(value: &Value, said: &mut BTreeSet<String>) {
    match value {
        Value::Object(fields) => {
            for (name, field) in fields {
                said.insert(name.clone());
                gather(field, said);
            }
        }
        Value::Array(items) => items.iter().for_each(|item| gather(item, said)),
        Value::String(text) => {
            said.insert(text.clone());
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

/// Every field in camelCase and every enum value but the unspecified ones, which are never written.
fn possible() -> BTreeSet<String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../proto/switchboard/v1");
    let mut words = BTreeSet::new();
    for entry in fs::read_dir(folder).unwrap() {
        let text = fs::read_to_string(entry.unwrap().path()).unwrap();
        for line in text.lines().map(str::trim).filter(|line| !line.starts_with("//")) {
            let Some((before, _)) = line.split_once(" = ") else {
                continue;
            };
            let Some(name) = before.split(' ').next_back().filter(|_| line.ends_with(';')) else {
                continue;
            };
            if name.ends_with("_UNSPECIFIED") || before == "syntax" {
                continue;
            }
            words.insert(if name.chars().any(char::is_lowercase) {
                camel(name)
            } else {
                name.to_owned()
            });
        }
    }
    assert!(words.len() > 100, "the contract was not read: {words:?}");
    words
}

fn camel(name: &str) -> String {
    let mut parts = name.split('_');
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |mut all, part| {
        let (head, tail) = part.split_at(1);
        all.push_str(&head.to_uppercase());
        all.push_str(tail);
        all
    })
}
