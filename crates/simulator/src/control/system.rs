//! Clock, faults, switches, settings and the judge by HTTP.

use std::time::Duration;

use actix_web::{HttpResponse, web};
use serde::Deserialize;
use serde_json::json;

use crate::clock::ClockMode;
use crate::config::Configuration;
use crate::faults::Faults;
use crate::id::LegId;
use crate::media;
use crate::simulator::Simulator;
use crate::switches::Switches;

type Sim = web::Data<Simulator>;

/// Time moves in steps; more would take minutes.
const A_DAY_MS: i64 = 86_400_000;

/// A tone for testing is this long at most.
const LONGEST_TONE_MS: u32 = 600_000;

pub(super) fn routes(config: &mut web::ServiceConfig) {
    config
        .route("/configure", web::post().to(configure))
        .route("/faults", web::get().to(async |sim: Sim| web::Json(sim.faults())))
        .route("/faults", web::put().to(set_faults))
        .route(
            "/switches",
            web::get().to(async |sim: Sim| web::Json(sim.switches())),
        )
        .route("/switches", web::put().to(set_switches))
        .route("/switches/{name}/flip", web::post().to(flip))
        .route("/clock", web::get().to(clock))
        .route("/clock", web::put().to(set_clock))
        .route("/clock/advance", web::post().to(advance))
        .route("/idle", web::get().to(idle))
        .route("/legs", web::get().to(async |sim: Sim| web::Json(sim.legs())))
        .route("/legs/{leg}", web::get().to(leg))
        .route("/queues", web::get().to(async |sim: Sim| web::Json(sim.queues())))
        .route(
            "/conferences",
            web::get().to(async |sim: Sim| web::Json(sim.conferences())),
        )
        .route(
            "/bridges",
            web::get().to(async |sim: Sim| web::Json(sim.bridges())),
        )
        .route(
            "/timeline",
            web::get().to(async |sim: Sim| web::Json(sim.timeline())),
        )
        .route(
            "/timeline.txt",
            web::get().to(async |sim: Sim| sim.timeline().to_string()),
        )
        .route("/har", web::get().to(async |sim: Sim| web::Json(sim.har())));
}

async fn configure(sim: Sim, body: web::Json<Configuration>) -> HttpResponse {
    sim.configure(body.into_inner());
    HttpResponse::NoContent().finish()
}

async fn set_faults(sim: Sim, body: web::Json<Faults>) -> HttpResponse {
    sim.set_faults(body.into_inner());
    HttpResponse::NoContent().finish()
}

async fn set_switches(sim: Sim, body: web::Json<Switches>) -> HttpResponse {
    sim.set_switches(body.into_inner());
    HttpResponse::NoContent().finish()
}

async fn flip(sim: Sim, name: web::Path<String>) -> HttpResponse {
    let mut switches = sim.switches();
    match switches.flip(&name) {
        Ok(()) => {
            sim.set_switches(switches.clone());
            HttpResponse::Ok().json(switches)
        }
        Err(error) => HttpResponse::NotFound().json(json!({ "error": error.to_string() })),
    }
}

async fn clock(sim: Sim) -> HttpResponse {
    HttpResponse::Ok().json(json!({
        "mode": sim.clock(),
        "now_ms": sim.now_ms(),
        "next_timer_ms": sim.next_timer_ms(),
        "idle": sim.is_idle(),
        "crm_in_flight": sim.crm_in_flight(),
    }))
}

#[derive(Deserialize)]
struct Mode {
    mode: ClockMode,
}

async fn set_clock(sim: Sim, body: web::Json<Mode>) -> HttpResponse {
    if body.mode == ClockMode::Frozen && sim.exchange.peek().config.companion.is_some() {
        let error = "the application's clock goes on, ours cannot stand still beside it";
        return HttpResponse::Conflict().json(json!({ "error": error }));
    }
    sim.set_clock(body.mode);
    clock(sim).await
}

#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
enum Advance {
    ToMs(i64),
    ByMs(i64),
}

async fn advance(sim: Sim, body: web::Json<Advance>) -> HttpResponse {
    let body = body.into_inner();
    if sim.exchange.peek().config.companion.is_some() {
        let by_ms = match body {
            Advance::ToMs(target) => target - sim.now_ms(),
            Advance::ByMs(ms) => ms,
        };
        return advance_together(sim, by_ms.clamp(0, A_DAY_MS)).await;
    }
    match body {
        Advance::ToMs(target) => sim.advance_to(target).await,
        Advance::ByMs(ms) => sim.advance(ms).await,
    }
    clock(sim).await
}

/// In a task of its own: a browser that leaves in the middle must not leave the two clocks apart.
async fn advance_together(sim: Sim, by_ms: i64) -> HttpResponse {
    let (done, told) = tokio::sync::oneshot::channel();
    let mover = Simulator::clone(&sim);
    sim.exchange.lock().spawn_aside(async move {
        // Whoever asked may have left.
        let _ = done.send(mover.advance_together(by_ms).await);
    });
    match told.await {
        Ok(Ok(())) => clock(sim).await,
        Ok(Err(error)) => HttpResponse::BadGateway().json(json!({ "error": error })),
        Err(_) => HttpResponse::ServiceUnavailable().json(json!({ "error": "the simulator stops" })),
    }
}

#[derive(Deserialize)]
struct Wait {
    #[serde(default)]
    wait_ms: u64,
}

async fn idle(sim: Sim, query: web::Query<Wait>) -> HttpResponse {
    let idle = sim.wait_idle(Duration::from_millis(query.wait_ms)).await.is_ok();
    HttpResponse::Ok().json(json!({ "idle": idle }))
}

async fn leg(sim: Sim, leg: web::Path<LegId>) -> HttpResponse {
    match sim.leg(&leg) {
        Some(leg) => HttpResponse::Ok().json(leg),
        None => HttpResponse::NotFound().json(json!({ "error": "no such leg" })),
    }
}

#[derive(Deserialize)]
pub(super) struct Tone {
    ms: Option<u32>,
}

/// A WAV file with a tone, for applications that have no music of their own.
pub(super) async fn tone(query: web::Query<Tone>) -> HttpResponse {
    let file = media::tone(query.ms.unwrap_or(5_000).min(LONGEST_TONE_MS));
    HttpResponse::Ok().content_type("audio/x-wav").body(file)
}
