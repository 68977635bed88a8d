//! Calls: create, list, fetch, redirect, end.

use serde_json::{Value, json};
use url::Url;

use super::list::{Unsteady, page_with, within};
use super::request::{Body, Reply, Request, error, not_found, ok};
use crate::id::{Dice, LegId};
use crate::judge::{Party, What, Who};
use crate::legs::{CallStatus, Callback, Direction, Leg, NewLeg, Progress, outbound};
use crate::signal::Signal;
use crate::state::State;
use crate::webhook::Source;

const NOT_LIVE: &str = "Call is not in-progress. Cannot redirect.";

pub(super) fn create(state: &mut State, request: &Request) -> Reply {
    let Some(to) = request.form("To") else {
        return error(400, 21201, "No 'To' number is specified");
    };
    let Some(from) = request.form("From") else {
        return error(400, 21213, "Caller phone number required");
    };
    let ours = |from: &str| state.config.numbers.iter().any(|number| number.number == from);
    if to.starts_with('+') && !ours(from) {
        return error(400, 21210, "'From' phone number not verified");
    }
    let (source, fallback, callback) = match document(request) {
        Ok(Some(source)) => (
            source,
            request.form("FallbackUrl").map(str::to_owned),
            callback(request),
        ),
        Ok(None) if request.form("ApplicationSid") == Some(state.config.application.sid.as_str()) => {
            let application = &state.config.application;
            let source = Source::Url {
                url: application.voice_url.clone(),
                method: String::from("POST"),
            };
            let callback = application.status_callback.clone().map(|url| Callback {
                url,
                method: String::from("POST"),
                events: vec![Progress::Completed],
                sequence: 0,
            });
            (source, None, callback)
        }
        Ok(None) => return error(400, 21205, "Url, Twiml or ApplicationSid parameter is required"),
        Err(reply) => return reply,
    };
    let leg = place(
        state,
        request,
        (from, to),
        Document {
            first: source,
            fallback,
        },
        callback,
    );
    show(state, &leg, 201)
}

/// What a line does once it is answered, and where it asks when that fails.
pub(super) struct Document {
    pub(super) first: Source,
    pub(super) fallback: Option<String>,
}

/// Rings a number or a browser for as long as the request asks.
pub(super) fn place(
    state: &mut State,
    request: &Request,
    (from, to): (&str, &str),
    document: Document,
    callback: Option<Callback>,
) -> LegId {
    let seconds: i64 = request
        .form("Timeout")
        .and_then(|text| text.parse().ok())
        .unwrap_or(60);
    let new = NewLeg {
        direction: Direction::OutboundApi,
        from: from.to_owned(),
        to: to.to_owned(),
        who: match to.strip_prefix("client:") {
            Some(identity) => Who::Agent(identity.to_owned()),
            None => Who::OfficePhone(to.to_owned()),
        },
        parent: None,
        of_dial: None,
        fallback: document.fallback,
        first: Some(document.first),
        extra: Vec::new(),
        callback,
        // The network lets it ring a little longer than asked.
        timeout_ms: seconds.clamp(1, 600) * 1000 + 5_000,
    };
    let leg = state.add_leg(new, CallStatus::Queued);
    let id = leg.clone();
    // Now, so that the answer tells how long it will wait.
    let turn = state.take_turn(&leg);
    state.spawn(move |exchange| outbound(exchange, id, turn));
    leg
}

pub(super) fn list(state: &State, request: &Request) -> Reply {
    let is = |name: &str, value: &str| request.query(name).is_none_or(|wanted| wanted == value);
    let late_ms = state.config.faults.lists_late_ms;
    let as_of = state.clock.now_ms() - late_ms;
    let listed = |leg: &Leg| {
        if late_ms > 0 {
            status_at(leg, as_of)
        } else {
            Some(leg.status)
        }
    };
    let calls: Vec<_> = state
        .all_legs()
        .rev()
        .filter_map(|leg| Some((leg, listed(leg)?)))
        .filter(|(leg, status)| {
            is("To", &leg.new.to)
                && is("From", &leg.new.from)
                && is(
                    "ParentCallSid",
                    leg.new.parent.as_ref().map_or("", |parent| parent.as_str()),
                )
                && is("Status", status.rest())
                && within(request, "StartTime", leg.answered_ms.or(Some(leg.created_ms)))
                && within(request, "EndTime", leg.ended_ms.filter(|_| status.is_final()))
        })
        .map(|(leg, status)| faulty(state, leg, status))
        .collect();
    let faults = &state.config.faults;
    let which = request.query("Page").unwrap_or_default();
    let unsteady = Unsteady {
        most: Some(usize::from(faults.lists_page_items)).filter(|most| *most > 0),
        shifted: falls(state, faults.lists_shifted_percent, which),
    };
    page_with(
        request,
        &format!("{}/Calls.json", state.base()),
        "calls",
        &calls,
        &unsteady,
    )
}

/// What a list says of a call that tells what was so at that time; nothing when there was no such call.
fn status_at(leg: &Leg, ms: i64) -> Option<CallStatus> {
    let was = |at: Option<i64>| at.is_some_and(|at| at <= ms);
    if leg.created_ms > ms {
        None
    } else if was(leg.ended_ms) || leg.status == CallStatus::Queued {
        Some(leg.status)
    } else if was(leg.answered_ms) {
        Some(CallStatus::InProgress)
    } else {
        Some(CallStatus::Ringing)
    }
}

/// A call as a list shows it.
fn faulty(state: &State, leg: &Leg, status: CallStatus) -> Value {
    let mut call = state.call_json(leg);
    if falls(
        state,
        state.config.faults.lists_unreadable_percent,
        leg.id.as_str(),
    ) {
        call["sid"] = Value::Null;
    }
    if status != leg.status {
        call["status"] = json!(status.rest());
        call["end_time"] = Value::Null;
        call["duration"] = Value::Null;
        if status == CallStatus::Ringing {
            call["start_time"] = Value::Null;
        }
    }
    call
}

/// Whether a fault strikes what has that name, in this minute.
fn falls(state: &State, percent: u8, name: &str) -> bool {
    let minute = u64::try_from(state.clock.now_ms() / 60_000).unwrap_or_default();
    percent > 0 && Dice::named(name, minute).below(100) < u64::from(percent)
}

pub(super) fn fetch(state: &State, sid: &str) -> Reply {
    show(state, &LegId::from(sid), 200)
}

pub(super) fn update(state: &mut State, sid: &str, request: &Request) -> Reply {
    let id = LegId::from(sid);
    let Some(leg) = state.leg_mut(&id) else {
        return not_found(&format!("/Calls/{sid}.json"));
    };
    if leg.status.is_final() {
        return error(400, 21220, NOT_LIVE);
    }
    let (status, inbound) = (leg.status, leg.new.direction == Direction::Inbound);
    if let Some(mut told) = callback(request) {
        told.events = vec![Progress::Completed];
        leg.new.callback = Some(told);
    }
    let unanswered = status != CallStatus::InProgress;
    let stop = |state: &mut State, status: CallStatus| {
        state.note(&id, What::HungUp(Party::Rest));
        state.signal(&id, Signal::Stop(status));
    };
    match request.form("Status") {
        Some("completed") => {
            let end = if unanswered && !inbound {
                CallStatus::Canceled
            } else {
                CallStatus::Completed
            };
            stop(state, end);
        }
        Some("canceled") if unanswered => stop(state, CallStatus::Canceled),
        Some("canceled") if state.config.switches.cancel_ends_live_call => {
            stop(state, CallStatus::Completed);
        }
        Some("canceled") => return error(400, 21220, "Call is in-progress. Cannot cancel."),
        Some(_) => return error(400, 20001, "Status is completed or canceled"),
        None => match document(request) {
            Ok(Some(source)) => {
                if unanswered && !inbound {
                    return error(400, 21220, NOT_LIVE);
                }
                if let Some((fallback, leg)) = request.form("FallbackUrl").zip(state.leg_mut(&id)) {
                    leg.new.fallback = Some(fallback.to_owned());
                }
                // On its way out of a queue at this moment; a second taker shall be told so.
                mark_taken(state, &id);
                state.signal(&id, Signal::Redirect(source));
            }
            Ok(None) => {}
            Err(reply) => return reply,
        },
    }
    show(state, &id, 200)
}

/// Forgets a call that is over.
pub(super) fn delete(state: &mut State, sid: &str) -> Reply {
    let id = LegId::from(sid);
    match state.leg(&id) {
        None => return not_found(&format!("/Calls/{sid}.json")),
        Some(leg) if leg.is_live() => return error(400, 20009, "Cannot delete a call that is not over"),
        Some(_) => {}
    }
    state.legs.remove(&id);
    state.order.retain(|one| one != &id);
    Reply {
        status: 204,
        body: Body::Empty,
    }
}

/// A leg taken out of its queue by a Call update is no member any more.
fn mark_taken(state: &mut State, id: &LegId) {
    let Some(sid) = state.leg(id).and_then(|leg| leg.queue.clone()) else {
        return;
    };
    if state.take_member(&sid, id).is_some()
        && let Some(queue) = state.queues.iter_mut().find(|queue| queue.sid == sid)
    {
        queue.taken.push(id.clone());
    }
}

fn show(state: &State, id: &LegId, status: u16) -> Reply {
    match state.leg(id) {
        Some(leg) => ok(status, state.call_json(leg)),
        None => not_found(&format!("/Calls/{id}.json")),
    }
}

/// The document that a request gives or points at.
pub(super) fn document(request: &Request) -> Result<Option<Source>, Reply> {
    if let Some(url) = request.form("Url") {
        if Url::parse(url).is_err() {
            return Err(error(400, 21205, "Url is not a valid URL"));
        }
        return Ok(Some(Source::Url {
            url: url.to_owned(),
            method: request.http_method("Method"),
        }));
    }
    match request.form("Twiml") {
        Some(text) if text.chars().count() > 4_000 => Err(error(400, 20001, "Twiml is too long")),
        Some(text) => Ok(Some(Source::Twiml(text.to_owned()))),
        None => Ok(None),
    }
}

pub(super) fn callback(request: &Request) -> Option<Callback> {
    let url = request.form("StatusCallback")?.to_owned();
    let mut events: Vec<Progress> = request
        .forms("StatusCallbackEvent")
        .into_iter()
        .filter_map(Progress::parse)
        .collect();
    if events.is_empty() {
        events.push(Progress::Completed);
    }
    Some(Callback {
        url,
        method: request.http_method("StatusCallbackMethod"),
        events,
        sequence: 0,
    })
}
