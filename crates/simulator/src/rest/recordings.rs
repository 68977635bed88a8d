//! Recordings: their data, their files, and those that REST asks for of live calls.

use super::list::{page, within};
use super::request::{Body, Reply, Request, error, not_found, ok};
use crate::id::LegId;
use crate::media;
use crate::recording::{Listener, Recording};
use crate::state::State;

/// Stands for the SID of the one that runs.
const CURRENT: &str = "Twilio.CURRENT";

/// Those of the account, or below one of its calls or conferences: `parent` is the SID that they must belong to.
pub(super) fn list(state: &State, request: &Request, parent: Option<&str>) -> Reply {
    let named = |name: &str, value: &str| request.query(name).is_none_or(|wanted| wanted == value);
    let all: Vec<_> = state
        .recordings
        .iter()
        .rev()
        .filter(|one| {
            parent.is_none_or(|parent| parent == one.leg.as_str())
                && named("CallSid", one.leg.as_str())
                // Nothing here records a conference.
                && named("ConferenceSid", "")
                && within(request, "DateCreated", Some(one.started_ms))
        })
        .map(|one| state.recording_json(one))
        .collect();
    let uri = format!("/2010-04-01/{}.json", request.path.join("/"));
    page(request, &uri, "recordings", &all)
}

/// With `.json` the data; with `.wav`, or with nothing at all, the file.
pub(super) fn fetch(state: &State, sid: &str, request: &Request) -> Reply {
    let Some(recording) = state.recording(sid) else {
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

/// Begins to record a live call.
pub(super) fn start(state: &mut State, call: &str, request: &Request) -> Reply {
    let leg = LegId::from(call);
    match state.leg(&leg) {
        None => return not_found(&format!("/Calls/{call}/Recordings.json")),
        Some(leg) if leg.status != crate::legs::CallStatus::InProgress => {
            return error(400, 21220, "Requested resource is not eligible for recording");
        }
        Some(_) => {}
    }
    let listener = request
        .form("RecordingStatusCallback")
        .map(str::to_owned)
        .map(|url| {
            let events = request.forms("RecordingStatusCallbackEvent").join(" ");
            Listener {
                url,
                method: request.http_method("RecordingStatusCallbackMethod"),
                events: if events.is_empty() {
                    String::from("completed")
                } else {
                    events
                },
            }
        });
    let sid = state.start_recording(&leg, listener);
    show(state, &sid, 201)
}

/// One of a call: its data, another status, or its end.
pub(super) fn of_call(state: &mut State, call: &str, sid: &str, request: &Request) -> Reply {
    let theirs =
        |one: &&Recording| one.leg.as_str() == call && (one.sid == sid || (sid == CURRENT && one.is_live()));
    let Some((sid, is_live)) = state
        .recordings
        .iter()
        .find(theirs)
        .map(|one| (one.sid.clone(), one.is_live()))
    else {
        return not_found(&format!("/Calls/{call}/Recordings/{sid}.json"));
    };
    match request.method.as_str() {
        "GET" => {}
        "DELETE" => return delete(state, &sid),
        _ if !is_live => return error(400, 21220, "The recording is over"),
        _ => match request.form("Status") {
            Some("stopped") => state.stop_recording(&sid),
            Some("paused") => state.turn_recording(&sid, "paused"),
            Some("in-progress") => state.turn_recording(&sid, "in-progress"),
            _ => return error(400, 20001, "Status is stopped, paused or in-progress"),
        },
    }
    show(state, &sid, 200)
}

fn show(state: &State, sid: &str, status: u16) -> Reply {
    match state.recording(sid) {
        Some(recording) => ok(status, state.recording_json(recording)),
        None => not_found(&format!("/Recordings/{sid}.json")),
    }
}
