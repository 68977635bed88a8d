//! What is kept in a form that this process does not know: a newer version wrote it, and newer processes are there to
//! go on with it. It is left as it is, and stands in nobody's way.

use std::fmt;

use serde::de::DeserializeOwned;
use serde_json::Value;

/// What can be kept in an unknown form.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kept {
    /// A call.
    Call,
    /// An agent.
    Agent,
}

impl fmt::Display for Kept {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Call => "call",
            Self::Agent => "agent",
        })
    }
}

/// A call or an agent that this process cannot read, and the parts of it that it can.
#[derive(Debug, Clone, PartialEq)]
pub struct Unreadable {
    id: String,
    data: Value,
}

impl Unreadable {
    pub(crate) fn new(id: String, json: &str) -> Self {
        let data = serde_json::from_str(json).unwrap_or_default();
        Self { id, data }
    }

    /// Whose record it is.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// A field of it, if this process knows that much.
    pub fn part<T: DeserializeOwned>(&self, field: &str) -> Option<T> {
        T::deserialize(self.data.get(field)?).ok()
    }
}

/// Reads records one by one: those that cannot be read must not hide the others.
pub(crate) fn sorted_out<T: DeserializeOwned>(records: Vec<(String, String)>) -> (Vec<T>, Vec<Unreadable>) {
    let mut read = Vec::with_capacity(records.len());
    let mut unreadable = Vec::new();
    for (id, json) in records {
        match serde_json::from_str(&json) {
            Ok(record) => read.push(record),
            Err(_) => unreadable.push(Unreadable::new(id, &json)),
        }
    }
    (read, unreadable)
}
