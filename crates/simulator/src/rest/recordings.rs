//! Recordings: their data and their files.

use super::list::{page, within};
use super::request::{Body, Reply, Request, not_found, ok};
use crate::media;
use crate::state::State;

pub(super) fn list(state: &State, request: &Request) -> Reply {
    let all: Vec<_> = state
        .recordings
        .iter()
        .rev()
        .filter(|one| {
            request
                .query("CallSid")
                .is_none_or(|wanted| wanted == one.leg.as_str())
                && within(request, "DateCreated", Some(one.started_ms))
        })
        .map(|one| state.recording_json(one))
        .collect();
    page(
        request,
        &format!("{}/Recordings.json", state.base()),
        "recordings",
        &all,
    )
}

/// With `.json` the data; with `.wav`, or with nothing at all, the file.
pub(super) fn fetch(state: &State, sid: &str, request: &Request) -> Reply {
    let Some(recording) = state.recordings.iter().find(|one| one.sid == sid) else {
        return not_found(&format!("/Recordings/{sid}"));
    };
    match request.suffix.as_str() {
        "json" => ok(200, state.recording_json(recording)),
        "wav" | "" if recording.status == "completed" => {
            let ms = u32::try_from(recording.seconds.saturating_mul(1000)).unwrap_or(u32::MAX);
            // An hour of tone proves no more than a minute does.
            Reply {
                status: 200,
                body: Body::Wav(media::tone(ms.min(60_000))),
            }
        }
        _ => not_found(&format!("/Recordings/{sid}")),
    }
}

pub(super) fn delete(state: &mut State, sid: &str) -> Reply {
    let before = state.recordings.len();
    state.recordings.retain(|one| one.sid != sid);
    if state.recordings.len() == before {
        return not_found(&format!("/Recordings/{sid}.json"));
    }
    Reply {
        status: 204,
        body: Body::Empty,
    }
}
