//! Conferences.

use super::list::{page, within};
use super::request::{Reply, Request, error, not_found, ok};
use crate::state::State;

pub(super) fn list(state: &State, request: &Request) -> Reply {
    let is = |name: &str, value: &str| request.query(name).is_none_or(|wanted| wanted == value);
    let all: Vec<_> = state
        .conferences
        .iter()
        .rev()
        .filter(|conference| {
            is("FriendlyName", &conference.name)
                && is("Status", conference.status.as_str())
                && within(request, "DateCreated", Some(conference.created_ms))
                && within(request, "DateUpdated", Some(conference.updated_ms))
        })
        .map(|conference| state.conference_json(conference))
        .collect();
    page(
        request,
        &format!("{}/Conferences.json", state.base()),
        "conferences",
        &all,
    )
}

pub(super) fn fetch(state: &State, sid: &str) -> Reply {
    match state.conference(sid) {
        Some(conference) => ok(200, state.conference_json(conference)),
        None => not_found(&format!("/Conferences/{sid}.json")),
    }
}

pub(super) fn update(state: &mut State, sid: &str, request: &Request) -> Reply {
    if state.conference(sid).is_none() {
        return not_found(&format!("/Conferences/{sid}.json"));
    }
    if let Some(url) = request.form("AnnounceUrl") {
        let everybody = state.conference(sid).map(|conference| {
            let legs = conference.participants.iter();
            legs.map(|one| one.leg.clone()).collect()
        });
        let method = request.http_method("AnnounceMethod");
        state.announce(sid, everybody.unwrap_or_default(), url.to_owned(), method);
    }
    match request.form("Status") {
        Some("completed") => state.end_conference(sid, "conference-ended-via-api", None),
        Some(_) => return error(400, 20001, "Status is completed"),
        None => {}
    }
    fetch(state, sid)
}
