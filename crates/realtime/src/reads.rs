//! What is, and what was.

use actix_web::HttpResponse;
use actix_web::http::header::CACHE_CONTROL;
use actix_web::web::{Data, Path};
use serde_json::json;
use switchboard_domain::CallId;

use crate::app::Realtime;
use crate::refusal::Refusal;

/// `GET /live`: every live call and every agent.
pub(crate) async fn live(realtime: Data<Realtime>) -> Result<HttpResponse, Refusal> {
    let snapshot = realtime
        .store
        .positioned_snapshot()
        .await
        .map_err(|failure| Refusal::of_store(&failure))?;
    Ok(HttpResponse::Ok()
        .insert_header((CACHE_CONTROL, "no-store"))
        .json(crate::ws::live(&snapshot)))
}

/// `GET /calls/{id}/history`: the call's own events, oldest first.
pub(crate) async fn history(id: Path<String>, realtime: Data<Realtime>) -> Result<HttpResponse, Refusal> {
    let id = CallId::new(&id).map_err(|_| Refusal::NoSuchCall)?;
    let events = realtime
        .store
        .history(&id)
        .await
        .map_err(|failure| Refusal::of_store(&failure))?;
    // A call begins with an event, so there is none without.
    if events.is_empty() {
        return Err(Refusal::NoSuchCall);
    }
    let body = json!({ "callId": id, "events": events });
    Ok(HttpResponse::Ok()
        .insert_header((CACHE_CONTROL, "no-store"))
        .json(body))
}
