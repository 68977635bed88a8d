//! Participants of conferences: who is in, what may be changed of them, and who is called to join.

use serde_json::json;

use super::calls::{Document, callback, place};
use super::list::page;
use super::request::{Body, Reply, Request, error, not_found, ok};
use crate::conference::{ConferenceStatus, Participant};
use crate::id::LegId;
use crate::judge::{Party, What};
use crate::signal::Signal;
use crate::state::State;
use crate::twiml::Element;
use crate::webhook::{Source, rfc2822};

pub(super) fn list(state: &State, sid: &str, request: &Request) -> Reply {
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

pub(super) fn one(state: &mut State, sid: &str, who: &str, request: &Request) -> Reply {
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
    if let Some(url) = request.form("AnnounceUrl") {
        let method = request.http_method("AnnounceMethod");
        state.announce(sid, vec![leg.clone()], url.to_owned(), method);
    }
    for event in events {
        state.conference_event(sid, event, Some(leg), Vec::new());
    }
    state.refresh_conference(sid);
}

/// Calls somebody and puts them into the conference when they answer. A name instead of a SID may be that of a new one.
pub(super) fn call(state: &mut State, conference: &str, request: &Request) -> Reply {
    let (Some(from), Some(to)) = (request.form("From"), request.form("To")) else {
        return error(400, 21201, "From and To are required");
    };
    let named = |one: &&crate::conference::Conference| {
        one.sid == conference || (one.name == conference && !one.is_over())
    };
    let known = state
        .conferences
        .iter()
        .find(named)
        .map(|one| (one.sid.clone(), one.name.clone()));
    let (sid, name) = match known {
        Some(known) => known,
        None if conference.starts_with("CF") => {
            return not_found(&format!("/Conferences/{conference}/Participants.json"));
        }
        None => {
            let region = request
                .form("Region")
                .map_or_else(|| state.config.region.clone(), str::to_owned);
            (
                state.open_conference(conference, region, None),
                conference.to_owned(),
            )
        }
    };
    let attributes = [
        ("participantLabel", "Label"),
        ("muted", "Muted"),
        ("beep", "Beep"),
        ("startConferenceOnEnter", "StartConferenceOnEnter"),
        ("endConferenceOnExit", "EndConferenceOnExit"),
        ("waitUrl", "WaitUrl"),
    ];
    let noun = Element {
        name: String::from("Conference"),
        attributes: attributes
            .into_iter()
            .filter_map(|(attribute, parameter)| {
                Some((attribute.to_owned(), request.form(parameter)?.to_owned()))
            })
            .collect(),
        text: name,
        children: Vec::new(),
    };
    let document = Document {
        first: Source::Twiml(noun.dialled()),
        fallback: None,
    };
    let leg = place(state, request, (from, to), document, callback(request));
    let flag = |name: &str, default: bool| request.form(name).map_or(default, |value| value == "true");
    let now = rfc2822(state.clock.now_ms());
    let queue_time = state.leg(&leg).map_or(0, |leg| leg.queue_time_ms);
    ok(
        201,
        json!({
            "call_sid": leg,
            "conference_sid": sid,
            "label": request.form("Label"),
            "muted": flag("Muted", false),
            "hold": false,
            "coaching": false,
            "call_sid_to_coach": null,
            "end_conference_on_exit": flag("EndConferenceOnExit", false),
            "start_conference_on_enter": flag("StartConferenceOnEnter", true),
            "status": "queued",
            "queue_time": queue_time.to_string(),
            "account_sid": state.config.account_sid,
            "date_created": now,
            "date_updated": now,
            "uri": format!("{}/Conferences/{sid}/Participants/{leg}.json", state.base()),
        }),
    )
}
