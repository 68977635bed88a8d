//! Conferences and their participants.

use super::list::{page, within};
use super::request::{Body, Reply, Request, error, not_found, ok};
use crate::conference::{ConferenceStatus, Participant};
use crate::id::LegId;
use crate::judge::{Party, What};
use crate::signal::Signal;
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
    if request.form("AnnounceUrl").is_some() {
        return error(400, 20001, "AnnounceUrl is beyond this stand-in");
    }
    match request.form("Status") {
        Some("completed") => state.end_conference(sid, "conference-ended-via-api", None),
        Some(_) => return error(400, 20001, "Status is completed"),
        None => {}
    }
    fetch(state, sid)
}

pub(super) fn participants(state: &State, sid: &str, request: &Request) -> Reply {
    let Some(conference) = state.conference(sid) else {
        return not_found(&format!("/Conferences/{sid}/Participants.json"));
    };
    let wants = |name: &str, value: bool| {
        request
            .query(name)
            .is_none_or(|wanted| (wanted == "true") == value)
    };
    let all: Vec<_> = conference
        .participants
        .iter()
        .filter(|one| {
            wants("Muted", one.muted) && wants("Hold", one.hold) && wants("Coaching", one.coaching.is_some())
        })
        .map(|one| state.participant_json(conference, one))
        .collect();
    page(
        request,
        &format!("{}/Conferences/{sid}/Participants.json", state.base()),
        "participants",
        &all,
    )
}

pub(super) fn participant(state: &mut State, sid: &str, who: &str, request: &Request) -> Reply {
    let missing = || not_found(&format!("/Conferences/{sid}/Participants/{who}.json"));
    let found = state.conference(sid).and_then(|conference| {
        let named = |one: &&Participant| one.leg.as_str() == who || one.label.as_deref() == Some(who);
        conference
            .participants
            .iter()
            .find(named)
            .map(|one| one.leg.clone())
    });
    let Some(leg) = found else { return missing() };
    match request.method.as_str() {
        "POST" => change(state, sid, &leg, request),
        "DELETE" => {
            state.note(&leg, What::HungUp(Party::Rest));
            state.leave_conference(sid, &leg, true);
            state.signal(&leg, Signal::ConferenceOver(sid.to_owned()));
            return Reply {
                status: 204,
                body: Body::Empty,
            };
        }
        _ => {}
    }
    let conference = state.conference(sid);
    let shown = conference.zip(state.participant(sid, &leg));
    shown.map_or_else(missing, |(conference, one)| {
        ok(200, state.participant_json(conference, one))
    })
}

/// Applies an update and tells what changed.
fn change(state: &mut State, sid: &str, leg: &LegId, request: &Request) {
    let now = state.clock.now_ms();
    let Some(conference) = state.conference_mut(sid) else {
        return;
    };
    if conference.status == ConferenceStatus::Completed {
        return;
    }
    let Some(one) = conference.participants.iter_mut().find(|one| &one.leg == leg) else {
        return;
    };
    let flag = |name: &str| request.form(name).map(|value| value.eq_ignore_ascii_case("true"));
    let mut events = Vec::new();
    if let Some(muted) = flag("Muted").filter(|muted| *muted != one.muted) {
        one.muted = muted;
        events.push(if muted {
            "participant-mute"
        } else {
            "participant-unmute"
        });
    }
    if let Some(hold) = flag("Hold") {
        // Unlike elsewhere the hold document is fetched by GET unless told otherwise.
        let post = request
            .form("HoldMethod")
            .is_some_and(|method| method.eq_ignore_ascii_case("POST"));
        let method = String::from(if post { "POST" } else { "GET" });
        one.hold_document = request
            .form("HoldUrl")
            .filter(|_| hold)
            .map(|url| (url.to_owned(), method));
        if hold != one.hold {
            one.hold = hold;
            events.push(if hold {
                "participant-hold"
            } else {
                "participant-unhold"
            });
        }
    }
    if let Some(end) = flag("EndConferenceOnExit").filter(|end| *end != one.end_on_exit) {
        one.end_on_exit = end;
        events.push("participant-modify");
    }
    if let Some(coaching) = flag("Coaching") {
        one.coaching = request
            .form("CallSidToCoach")
            .filter(|_| coaching)
            .map(str::to_owned);
        events.push("participant-modify");
    }
    one.updated_ms = now;
    for event in events {
        state.conference_event(sid, event, Some(leg), Vec::new());
    }
    state.refresh_conference(sid);
}
