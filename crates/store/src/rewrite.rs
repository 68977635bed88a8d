//! Writing a record anew without losing what a newer version has put into it.
//!
//! Reading passes over fields that are not known here, and writing what was read would drop them. So what is written
//! is the record as this process knows it, and beside that the fields which reading had passed over, where they were.
//! What moves within a call takes them along: a place in the queue is the same one while the call goes from one state
//! to the next. A thing that is no more, as a claim that came to nothing, has no fields either.
//!
//! The commit compares versions, so what is carried over belongs to the very record that was decided on.

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

type Fields = Map<String, Value>;

/// A kind of thing that moves within a call: by which fields it is recognised, and which of them say that it is the same.
struct Moving {
    shape: &'static [&'static str],
    same: &'static [&'static str],
}

const MOVING: [Moving; 3] = [
    // A place in a queue.
    Moving {
        shape: &["queue", "since", "deadline"],
        same: &["since"],
    },
    // A claim.
    Moving {
        shape: &["number", "agent", "origin"],
        same: &["number"],
    },
    // A ring of the office.
    Moving {
        shape: &["round", "attempt", "reached"],
        same: &["round", "attempt"],
    },
];

/// Fields that were passed over, and where.
struct Unknown {
    path: Vec<String>,
    /// The object that they stand in, as far as it is known.
    known: Fields,
    fields: Fields,
}

/// The JSON of `after`, with what reading `text` as `before` passed over.
pub(crate) fn rewritten<T>(text: &str, before: Option<&T>, after: &T) -> serde_json::Result<String>
where
    T: Serialize + DeserializeOwned + PartialEq,
{
    let written = serde_json::to_string(after)?;
    let Some(before) = before else {
        return Ok(written);
    };
    // Written by this version, as nearly always: there is nothing unknown in it.
    if serde_json::to_string(before)? == text {
        return Ok(written);
    }
    let mut unknown = Vec::new();
    gather(
        &serde_json::from_str(text)?,
        &serde_json::to_value(before)?,
        &mut Vec::new(),
        &mut unknown,
    );
    if unknown.is_empty() {
        return Ok(written);
    }
    let mut whole = serde_json::to_value(after)?;
    for Unknown { path, known, fields } in unknown {
        if let Some(object) = place(&mut whole, &path, &known) {
            for (name, value) in fields {
                object.entry(name).or_insert(value);
            }
        }
    }
    let whole = serde_json::to_string(&whole)?;
    // Whatever else was in there must not change what this process says.
    let same = serde_json::from_str::<T>(&whole).is_ok_and(|read| read == *after);
    Ok(if same { whole } else { written })
}

/// Finds what is in `text` and not in what was `read` of it.
fn gather(text: &Value, read: &Value, path: &mut Vec<String>, found: &mut Vec<Unknown>) {
    let (Value::Object(text), Value::Object(read)) = (text, read) else {
        return;
    };
    let mut fields = Fields::new();
    for (name, value) in text {
        match read.get(name) {
            Some(known) => {
                path.push(name.clone());
                gather(value, known, path, found);
                path.pop();
            }
            None => {
                fields.insert(name.clone(), value.clone());
            }
        }
    }
    if !fields.is_empty() {
        found.push(Unknown {
            path: path.clone(),
            known: read.clone(),
            fields,
        });
    }
}

/// Where the object is now: wherever it has moved, else at its path.
fn place<'a>(whole: &'a mut Value, path: &[String], known: &Fields) -> Option<&'a mut Fields> {
    match MOVING.iter().find(|moving| moving.is(known)) {
        Some(moving) => moved(whole, moving, known),
        None => path
            .iter()
            .try_fold(whole, |object, name| object.get_mut(name))?
            .as_object_mut(),
    }
}

impl Moving {
    fn is(&self, object: &Fields) -> bool {
        self.shape.iter().all(|name| object.contains_key(*name))
    }

    fn are_same(&self, one: &Fields, other: &Fields) -> bool {
        self.is(other) && self.same.iter().all(|name| one.get(*name) == other.get(*name))
    }
}

fn moved<'a>(whole: &'a mut Value, moving: &Moving, known: &Fields) -> Option<&'a mut Fields> {
    let object = whole.as_object_mut()?;
    if moving.are_same(known, object) {
        return Some(object);
    }
    object.values_mut().find_map(|inner| moved(inner, moving, known))
}
