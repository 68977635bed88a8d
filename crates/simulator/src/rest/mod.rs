//! Twilio's REST API, version 2010-04-01: transport, credentials, faults. The resources are beside.

mod calls;
mod conferences;
mod format;
mod list;
mod numbers;
mod participants;
mod queues;
mod recordings;
mod request;

use std::io;
use std::time::{Duration, Instant};

use actix_web::body::BodyStream;
use actix_web::http::{Method, StatusCode, header};
use actix_web::{HttpRequest, HttpResponse, web};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use futures::stream;

use crate::judge::What;
use crate::simulator::Simulator;
use crate::state::State;
use crate::wire::WireEntry;
use request::{Body, Reply, Request};

pub(crate) fn routes(config: &mut web::ServiceConfig) {
    config.route("/2010-04-01/{tail:.*}", web::to(serve));
}

/// A response that closes the connection before a byte of it is sent.
pub(crate) fn cut() -> HttpResponse {
    let broken = stream::once(async { Err::<Bytes, _>(io::Error::from(io::ErrorKind::ConnectionReset)) });
    HttpResponse::Ok().body(BodyStream::new(broken))
}

async fn serve(http: HttpRequest, body: Bytes, simulator: web::Data<Simulator>) -> HttpResponse {
    let exchange = &simulator.exchange;
    // Counted as under way until the answer is made, so that virtual time waits for it.
    let _busy = exchange.occupy();
    let started = Instant::now();
    let (at_ms, delay_ms, down) = {
        let state = exchange.peek();
        let faults = &state.config.faults;
        (state.clock.now_ms(), faults.api_delay_ms, faults.api_down)
    };
    if delay_ms > 0 {
        tokio::time::sleep(Duration::from_millis(delay_ms)).await;
    }
    if down {
        let mut state = exchange.lock();
        log(&mut state, &http, &body, at_ms, started, None);
        return cut();
    }
    let mut state = exchange.lock();
    let writes = http.method() != Method::GET;
    let reply = match planned_failure(&mut state) {
        Some(status) => request::failure(status),
        None => answer(&mut state, &http, &body),
    };
    if writes && state.config.faults.api_answers_lost > 0 {
        state.config.faults.api_answers_lost -= 1;
        log(&mut state, &http, &body, at_ms, started, None);
        return cut();
    }
    log(&mut state, &http, &body, at_ms, started, Some(&reply));
    drop(state);
    let mut response =
        HttpResponse::build(StatusCode::from_u16(reply.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR));
    if reply.status == 401 {
        response.insert_header((header::WWW_AUTHENTICATE, "Basic realm=\"Twilio API\""));
    }
    match reply.body {
        Body::Json(value) => response.content_type("application/json").body(value.to_string()),
        Body::Wav(file) => response.content_type("audio/x-wav").body(file),
        Body::Empty => response.finish(),
    }
}

fn answer(state: &mut State, http: &HttpRequest, body: &Bytes) -> Reply {
    if !authorised(state, http) {
        return request::error(401, 20003, "Authenticate");
    }
    let request = Request::new(http, body);
    let account = state.config.account_sid.clone();
    let path: Vec<&str> = request.path.iter().map(String::as_str).collect();
    match path.as_slice() {
        ["Accounts", sid, rest @ ..] if *sid == account => {
            let method = request.method.as_str();
            match (method, rest) {
                ("POST", ["Calls"]) => calls::create(state, &request),
                ("GET", ["Calls"]) => calls::list(state, &request),
                ("GET", ["Calls", sid]) => calls::fetch(state, sid),
                ("POST", ["Calls", sid]) => calls::update(state, sid, &request),
                ("DELETE", ["Calls", sid]) => calls::delete(state, sid),
                ("GET", ["Calls" | "Conferences", sid, "Recordings"]) => {
                    recordings::list(state, &request, Some(sid))
                }
                ("POST", ["Calls", sid, "Recordings"]) => recordings::start(state, sid, &request),
                (_, ["Calls", sid, "Recordings", recording]) => {
                    recordings::of_call(state, sid, recording, &request)
                }
                ("GET", ["IncomingPhoneNumbers"]) => numbers::list(state, &request),
                ("POST", ["IncomingPhoneNumbers"]) => numbers::create(state, &request),
                (_, ["IncomingPhoneNumbers", sid]) => numbers::one(state, sid, &request),
                ("POST", ["Queues"]) => queues::create(state, &request),
                ("POST", ["Queues", sid]) => queues::update(state, sid, &request),
                ("DELETE", ["Queues", sid]) => queues::delete(state, sid),
                ("GET", ["Queues"]) => queues::list(state, &request),
                ("GET", ["Queues", sid]) => queues::fetch(state, sid),
                ("GET", ["Queues", sid, "Members"]) => queues::members(state, sid, &request),
                ("GET", ["Queues", sid, "Members", who]) => queues::member(state, sid, who),
                ("POST", ["Queues", sid, "Members", who]) => queues::dequeue(state, sid, who, &request),
                ("GET", ["Conferences"]) => conferences::list(state, &request),
                ("GET", ["Conferences", sid]) => conferences::fetch(state, sid),
                ("POST", ["Conferences", sid]) => conferences::update(state, sid, &request),
                ("GET", ["Conferences", sid, "Participants"]) => participants::list(state, sid, &request),
                ("POST", ["Conferences", sid, "Participants"]) => participants::call(state, sid, &request),
                (_, ["Conferences", sid, "Participants", who]) => {
                    participants::one(state, sid, who, &request)
                }
                ("GET", ["Recordings"]) => recordings::list(state, &request, None),
                ("GET", ["Recordings", sid]) => recordings::fetch(state, sid, &request),
                ("DELETE", ["Recordings", sid]) => recordings::delete(state, sid),
                _ => request::not_found(http.path()),
            }
        }
        ["Accounts", ..] => request::error(401, 20003, "Authenticate"),
        _ => request::not_found(http.path()),
    }
}

/// The status that a fault gives this request, if it does.
fn planned_failure(state: &mut State) -> Option<u16> {
    let faults = &mut state.config.faults;
    let status = faults.api_fail_status?;
    match &mut faults.api_fail_times {
        None => Some(status),
        Some(0) => None,
        Some(times) => {
            *times -= 1;
            Some(status)
        }
    }
}

fn authorised(state: &State, http: &HttpRequest) -> bool {
    let wanted = format!("{}:{}", state.config.account_sid, state.config.auth_token);
    http.headers()
        .get(header::AUTHORIZATION)
        .and_then(|value| value.to_str().ok())
        .and_then(|value| value.strip_prefix("Basic "))
        .and_then(|value| STANDARD.decode(value.trim()).ok())
        .is_some_and(|given| given == wanted.as_bytes())
}

/// Writes a request into the wire log and the time-line.
fn log(
    state: &mut State,
    http: &HttpRequest,
    body: &Bytes,
    at_ms: i64,
    started: Instant,
    reply: Option<&Reply>,
) {
    let took = started.elapsed();
    let body = String::from_utf8_lossy(body).into_owned();
    let tail = http
        .uri()
        .path_and_query()
        .map(ToString::to_string)
        .unwrap_or_default();
    let prefix = format!("/2010-04-01/Accounts/{}/", state.config.account_sid);
    let short = tail.strip_prefix(&prefix).unwrap_or(&tail);
    let outcome = reply.map_or_else(|| String::from("no answer"), |reply| reply.status.to_string());
    let line = format!(
        "{} {short} {body} -> {outcome} in {} ms",
        http.method(),
        took.as_millis()
    );
    state.note_twilio(None, What::Rest(line));
    let (content_type, response_body) = match reply.map(|reply| &reply.body) {
        Some(Body::Json(value)) => ("application/json", value.to_string().into_bytes()),
        Some(Body::Wav(file)) => ("audio/x-wav", file.clone()),
        Some(Body::Empty) | None => ("", Vec::new()),
    };
    let request_headers = http
        .headers()
        .iter()
        .filter(|(name, _)| *name != header::AUTHORIZATION)
        .map(|(name, value)| {
            (
                name.to_string(),
                String::from_utf8_lossy(value.as_bytes()).into_owned(),
            )
        })
        .collect();
    let url = format!("{}{tail}", state.config.api_url);
    state.wire.push(WireEntry {
        at_ms,
        took,
        kind: "rest",
        method: http.method().to_string(),
        url,
        request_headers,
        request_body: body,
        status: reply.map_or(0, |reply| reply.status),
        content_type: content_type.to_owned(),
        response_body,
        error: reply.is_none().then(|| String::from("closed without an answer")),
    });
}
