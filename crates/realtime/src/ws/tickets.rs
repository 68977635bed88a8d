//! Tickets for sockets: a browser cannot send a header with one, and an address ends up in logs.

use std::time::Duration;

use actix_web::http::header::CACHE_CONTROL;
use actix_web::web::{Bytes, Data};
use actix_web::{HttpRequest, HttpResponse};
use serde_json::json;
use switchboard_store::StoreError;
use tracing::debug;

use crate::app::Realtime;
use crate::body::Fields;
use crate::refusal::Refusal;

/// Long enough for a slow line, too short for anything else.
const GOOD_FOR: Duration = Duration::from_secs(30);

/// `POST /tickets`.
pub(crate) async fn post(
    request: HttpRequest,
    body: Result<Bytes, actix_web::Error>,
    realtime: Data<Realtime>,
) -> Result<HttpResponse, Refusal> {
    let mut fields = Fields::read(&request, body)?;
    let agent = fields.agent();
    fields.finish()?;
    let agent = agent.ok_or(Refusal::NoSuchAgent)?;
    let refused = |failure: StoreError| Refusal::of_store(&failure);
    let _turn = realtime.sockets.ticket_turn().await.ok_or(Refusal::Away)?;
    if !realtime.agents.contains_key(&agent) {
        match realtime.store.update_agent(&agent, |_| None).await {
            Ok(known) => drop(known.ok_or(Refusal::NoSuchAgent)?),
            // An agent of a newer version is one all the same.
            Err(failure) if failure.is_unreadable() => {}
            Err(failure) => return Err(refused(failure)),
        }
    }
    let ticket = realtime.rng.token();
    let kept = realtime.store.put_ticket(&ticket, &agent, GOOD_FOR).await;
    kept.map_err(refused)?;
    debug!(agent.id = %agent, "ticket for a socket of agent {agent}");
    let body = json!({ "ticket": ticket, "expiresInMs": GOOD_FOR.as_millis() });
    Ok(HttpResponse::Ok()
        .insert_header((CACHE_CONTROL, "no-store"))
        .json(body))
}
