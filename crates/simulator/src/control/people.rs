//! Callers, phones and browsers by HTTP.

use std::time::Duration;

use actix_web::{HttpResponse, web};
use serde::Deserialize;
use serde_json::json;

use crate::id::LegId;
use crate::people::Behaviour;
use crate::simulator::Simulator;

type Sim = web::Data<Simulator>;

/// Longer than this nobody's request is held.
const LONGEST_WAIT_MS: u64 = 30_000;

pub(super) fn routes(config: &mut web::ServiceConfig) {
    config
        .route("/dial", web::post().to(dial))
        .route("/press", web::post().to(press))
        .route("/hang-up", web::post().to(hang_up))
        .route("/phones", web::put().to(set_phone))
        .route("/phones/pick-up", web::post().to(pick_up))
        .route("/phones/hang-up", web::post().to(hang_up_phone))
        .route("/browsers/connect", web::post().to(connect))
        .route("/browsers/disconnect", web::post().to(disconnect))
        .route("/browsers/ended", web::get().to(ended))
        .route("/browsers/die", web::post().to(die));
}

#[derive(Deserialize)]
struct Dial {
    from: String,
    to: String,
}

#[derive(Deserialize)]
struct Press {
    leg: LegId,
    digits: String,
}

#[derive(Deserialize)]
struct Leg {
    leg: LegId,
}

#[derive(Deserialize)]
struct Phone {
    number: String,
    behaviour: Behaviour,
}

#[derive(Deserialize)]
struct Number {
    number: String,
}

#[derive(Deserialize)]
struct Connect {
    identity: String,
    #[serde(default)]
    params: std::collections::BTreeMap<String, String>,
}

async fn dial(sim: Sim, body: web::Json<Dial>) -> HttpResponse {
    HttpResponse::Created().json(json!({ "leg": sim.dial(&body.from, &body.to) }))
}

async fn press(sim: Sim, body: web::Json<Press>) -> HttpResponse {
    done(sim.press(&body.leg, &body.digits))
}

async fn hang_up(sim: Sim, body: web::Json<Leg>) -> HttpResponse {
    done(sim.hang_up(&body.leg))
}

async fn set_phone(sim: Sim, body: web::Json<Phone>) -> HttpResponse {
    let Phone { number, behaviour } = body.into_inner();
    sim.set_phone(&number, behaviour);
    done(true)
}

async fn pick_up(sim: Sim, body: web::Json<Number>) -> HttpResponse {
    match sim.pick_up(&body.number) {
        Some(leg) => HttpResponse::Ok().json(json!({ "leg": leg })),
        None => done(false),
    }
}

async fn hang_up_phone(sim: Sim, body: web::Json<Number>) -> HttpResponse {
    done(sim.hang_up_phone(&body.number))
}

async fn connect(sim: Sim, body: web::Json<Connect>) -> HttpResponse {
    let Connect { identity, params } = body.into_inner();
    let params: Vec<(String, String)> = params.into_iter().collect();
    HttpResponse::Created().json(json!({ "leg": sim.browser_connect(&identity, &params) }))
}

/// A browser that lets go of a line that is over has what it wanted: the other side may always have been faster.
async fn disconnect(sim: Sim, body: web::Json<Leg>) -> HttpResponse {
    let known = sim.look(|view| view.leg(&body.leg).is_some());
    sim.browser_disconnect(&body.leg);
    done(known)
}

#[derive(Deserialize)]
struct Ended {
    leg: LegId,
    #[serde(default)]
    wait_ms: u64,
}

/// Whether a browser's line is over, and whether its agent hung up; waits for it. Of a line that nobody knows it is told
/// that it is over.
async fn ended(sim: Sim, query: web::Query<Ended>) -> HttpResponse {
    let limit = Duration::from_millis(query.wait_ms.min(LONGEST_WAIT_MS));
    let ended = sim.browser_ended(&query.leg, limit).await;
    HttpResponse::Ok().json(json!({ "over": ended.is_some(), "hung_up": ended.unwrap_or(false) }))
}

async fn die(sim: Sim, body: web::Json<Leg>) -> HttpResponse {
    done(sim.browser_dies(&body.leg))
}

/// 204, or 409 when there was nothing to do it to.
fn done(done: bool) -> HttpResponse {
    if done {
        HttpResponse::NoContent().finish()
    } else {
        HttpResponse::Conflict().json(json!({ "error": "the leg is over, or the phone does not ring" }))
    }
}
