//! `POST /voice-token`: lets an agent's browser register at the carrier, under the agent's own id and for an hour.

use actix_web::http::header::CACHE_CONTROL;
use actix_web::web::{Bytes, Data};
use actix_web::{HttpRequest, HttpResponse};
use secrecy::ExposeSecret as _;
use serde_json::json;
use tracing::{error, info};

use crate::app::Realtime;
use crate::body::Fields;
use crate::refusal::Refusal;

pub(crate) async fn post(
    request: HttpRequest,
    body: Result<Bytes, actix_web::Error>,
    realtime: Data<Realtime>,
) -> Result<HttpResponse, Refusal> {
    let mut fields = Fields::read(&request, body)?;
    let agent = fields.agent();
    fields.finish()?;
    let agent = agent.ok_or(Refusal::NoSuchAgent)?;
    // Only people of the settings: whoever else the live system has met is somebody's test.
    if !realtime.agents.contains_key(&agent) {
        return Err(Refusal::NoSuchAgent);
    }
    // The carrier judges by real time, whatever the deployment's clock says.
    let now = u64::try_from(realtime.clock.now().timestamp()).unwrap_or_default();
    let token = match realtime.carrier.token(&agent, now) {
        None => return Err(Refusal::NoVoice),
        Some(Ok(token)) => token,
        Some(Err(reason)) => {
            error!(agent.id = %agent, %reason, "no token for the browser of agent {agent}: {reason}");
            return Err(Refusal::Broken);
        }
    };
    info!(agent.id = %agent, "token for the browser of agent {agent}");
    let mut body = json!({
        "token": token.token.expose_secret(),
        "identity": agent,
        "expiresAtMs": token.expires_at * 1000,
    });
    if let Some(edge) = realtime.carrier.edge() {
        body["edge"] = edge.into();
    }
    Ok(HttpResponse::Ok()
        .insert_header((CACHE_CONTROL, "no-store"))
        .json(body))
}
