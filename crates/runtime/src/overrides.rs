//! Overrides of opening hours, from what Redis keeps to the words of those who answer by them.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use switchboard_contracts::v1;
use switchboard_hours::Override;
use tracing::warn;

/// Reads what is kept, by id. What this version cannot read does not count, and hides nothing.
pub fn read_overrides(kept: &BTreeMap<String, String>) -> Vec<v1::Override> {
    let mut read = Vec::with_capacity(kept.len());
    for (id, text) in kept {
        match serde_json::from_str::<v1::Override>(text) {
            Ok(over) if over.id == *id && as_override(&over).is_some() => read.push(over),
            Ok(_) | Err(_) => warn!("override {id} of opening hours cannot be read and does not count"),
        }
    }
    read
}

/// In the words of opening hours. `None` for a time that no calendar has.
pub fn as_override(over: &v1::Override) -> Option<Override> {
    let v1::Override {
        id,
        schedule: _,
        open,
        from_ms,
        until_ms,
        reason,
        author,
        made_ms,
        author_id: _,
    } = over;
    let at = DateTime::<Utc>::from_timestamp_millis;
    Some(Override {
        id: id.clone(),
        open: *open,
        from: at(*from_ms)?,
        until: at(*until_ms)?,
        reason: reason.clone(),
        author: author.clone(),
        made: at(*made_ms)?,
    })
}
