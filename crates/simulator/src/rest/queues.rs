//! Queues and their members; the POST that takes a caller out.

use super::calls::document;
use super::list::page;
use super::request::{Body, Reply, Request, error, not_found, ok};
use crate::id::LegId;
use crate::queue::{Member, Queue};
use crate::signal::Signal;
use crate::state::State;

pub(super) fn list(state: &State, request: &Request) -> Reply {
    let queues: Vec<_> = state.queues.iter().map(|queue| state.queue_json(queue)).collect();
    page(
        request,
        &format!("{}/Queues.json", state.base()),
        "queues",
        &queues,
    )
}

pub(super) fn fetch(state: &State, sid: &str) -> Reply {
    show(state, sid, 200)
}

pub(super) fn create(state: &mut State, request: &Request) -> Reply {
    let name = match request.form("FriendlyName") {
        Some(name) if name.chars().count() <= 64 => name.to_owned(),
        _ => return error(400, 20001, "FriendlyName is required, of 64 characters at most"),
    };
    if state.queues.iter().any(|queue| queue.name == name) {
        return error(400, 22003, "A queue of this name exists");
    }
    let size = match size(request) {
        Ok(size) => size,
        Err(reply) => return reply,
    };
    let sid = state.open_queue(&name);
    resize(state, &sid, size);
    show(state, &sid, 201)
}

pub(super) fn update(state: &mut State, sid: &str, request: &Request) -> Reply {
    if find(state, sid).is_none() {
        return not_found(&format!("/Queues/{sid}.json"));
    }
    let size = match size(request) {
        Ok(size) => size,
        Err(reply) => return reply,
    };
    resize(state, sid, size);
    if let Some(name) = request.form("FriendlyName")
        && let Some(queue) = state.queues.iter_mut().find(|queue| queue.sid == sid)
    {
        name.clone_into(&mut queue.name);
    }
    show(state, sid, 200)
}

pub(super) fn delete(state: &mut State, sid: &str) -> Reply {
    match find(state, sid) {
        None => return not_found(&format!("/Queues/{sid}.json")),
        Some(queue) if !queue.members.is_empty() => return error(400, 22001, "The queue is not empty"),
        Some(_) => {}
    }
    state.queues.retain(|queue| queue.sid != sid);
    Reply {
        status: 204,
        body: Body::Empty,
    }
}

fn size(request: &Request) -> Result<Option<usize>, Reply> {
    let Some(text) = request.form("MaxSize") else {
        return Ok(None);
    };
    match text.parse() {
        Ok(size @ 1..=5_000) => Ok(Some(size)),
        _ => Err(error(400, 20001, "MaxSize is between 1 and 5000")),
    }
}

fn resize(state: &mut State, sid: &str, size: Option<usize>) {
    let now = state.clock.now_ms();
    if let Some(queue) = state.queues.iter_mut().find(|queue| queue.sid == sid) {
        queue.max_size = size.unwrap_or(queue.max_size);
        queue.updated_ms = now;
    }
}

fn show(state: &State, sid: &str, status: u16) -> Reply {
    match find(state, sid) {
        Some(queue) => ok(status, state.queue_json(queue)),
        None => not_found(&format!("/Queues/{sid}.json")),
    }
}

pub(super) fn members(state: &State, sid: &str, request: &Request) -> Reply {
    let Some(queue) = find(state, sid) else {
        return not_found(&format!("/Queues/{sid}/Members.json"));
    };
    let members: Vec<_> = queue
        .members
        .iter()
        .map(|member| state.member_json(queue, member))
        .collect();
    page(
        request,
        &format!("{}/Queues/{sid}/Members.json", state.base()),
        "queue_members",
        &members,
    )
}

pub(super) fn member(state: &State, sid: &str, who: &str) -> Reply {
    let Some(queue) = find(state, sid) else {
        return not_found(&format!("/Queues/{sid}/Members.json"));
    };
    match waiting(queue, who) {
        Some(member) => ok(200, state.member_json(queue, &member)),
        None => not_found(&format!("/Queues/{sid}/Members/{who}.json")),
    }
}

pub(super) fn dequeue(state: &mut State, sid: &str, who: &str, request: &Request) -> Reply {
    let Some(queue) = find(state, sid) else {
        return not_found(&format!("/Queues/{sid}/Members.json"));
    };
    let source = match document(request) {
        Ok(Some(source)) => source,
        Ok(None) => return error(400, 21205, "Url parameter is required"),
        Err(reply) => return reply,
    };
    let Some(member) = waiting(queue, who) else {
        let taken = queue.taken.contains(&LegId::from(who))
            && state
                .leg(&LegId::from(who))
                .is_some_and(crate::legs::Leg::is_live);
        return if taken && state.config.switches.second_member_post == 400 {
            error(400, 21220, "This member has been dequeued already")
        } else {
            not_found(&format!("/Queues/{sid}/Members/{who}.json"))
        };
    };
    // The member as it was; it is gone with this very request.
    let shown = state.member_json(queue, &member);
    state.take_member(sid, &member.leg);
    if let Some(queue) = state.queues.iter_mut().find(|queue| queue.sid == sid) {
        queue.taken.push(member.leg.clone());
    }
    state.signal(&member.leg, Signal::Redirect(source));
    ok(200, shown)
}

fn find<'a>(state: &'a State, sid: &str) -> Option<&'a Queue> {
    state.queues.iter().find(|queue| queue.sid == sid)
}

fn waiting(queue: &Queue, who: &str) -> Option<Member> {
    if who == "Front" {
        return queue.members.first().cloned();
    }
    queue
        .members
        .iter()
        .find(|member| member.leg.as_str() == who)
        .cloned()
}
