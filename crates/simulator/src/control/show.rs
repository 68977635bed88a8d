//! What the page asks for: the feed, the table, the wire, and how time and traffic go.

use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse, web};
use serde::Deserialize;
use serde_json::json;

use crate::simulator::Simulator;
use crate::traffic::Traffic;
use crate::{crm, feed};

type Sim = web::Data<Simulator>;

/// Of the wire, for one answer.
const MOST: usize = 1_000;

pub(super) fn routes(config: &mut web::ServiceConfig) {
    config
        .route("/feed", web::get().to(live))
        .route(
            "/phones",
            web::get().to(async |sim: Sim| web::Json(feed::frame::phones(&sim.exchange.peek()))),
        )
        .route("/customers", web::get().to(async || web::Json(crm::callers())))
        .route("/wire", web::get().to(wire))
        .route("/wire/{number}", web::get().to(request))
        .route(
            "/traffic",
            web::get().to(async |sim: Sim| web::Json(sim.traffic())),
        )
        .route("/traffic", web::put().to(set_traffic))
        .route("/clock/speed", web::put().to(set_speed));
}

#[derive(Deserialize)]
struct Since {
    /// The id of the last event.
    since: Option<String>,
}

async fn live(http: HttpRequest, query: web::Query<Since>, sim: Sim) -> HttpResponse {
    // A browser that comes back by itself says more than the address it was given once.
    let last = http
        .headers()
        .get("last-event-id")
        .and_then(|id| id.to_str().ok());
    let since = last.or(query.since.as_deref());
    HttpResponse::Ok()
        .content_type("text/event-stream")
        .insert_header((header::CACHE_CONTROL, "no-store"))
        .streaming(feed::stream(sim.exchange.clone(), since))
}

#[derive(Deserialize)]
struct Part {
    #[serde(default)]
    since: u64,
    limit: Option<usize>,
}

async fn wire(part: web::Query<Part>, sim: Sim) -> HttpResponse {
    let limit = part.limit.unwrap_or(MOST).min(MOST);
    HttpResponse::Ok().json(feed::entries(&sim.exchange.peek(), part.since, limit))
}

async fn request(number: web::Path<u64>, sim: Sim) -> HttpResponse {
    match feed::entry(&sim.exchange.peek(), *number) {
        Some(entry) => HttpResponse::Ok().json(entry),
        None => {
            HttpResponse::NotFound().json(json!({ "error": "no such request, or it has been forgotten" }))
        }
    }
}

async fn set_traffic(sim: Sim, body: web::Json<Traffic>) -> HttpResponse {
    sim.set_traffic(&body);
    HttpResponse::Ok().json(sim.traffic())
}

#[derive(Deserialize)]
struct Speed {
    speed: u32,
}

async fn set_speed(sim: Sim, body: web::Json<Speed>) -> HttpResponse {
    sim.set_speed(body.speed);
    HttpResponse::Ok().json(json!({ "speed": sim.speed() }))
}
