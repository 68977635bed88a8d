//! Whether agents are there: what they say of themselves, and what stands behind it.

mod connections;
mod grace;
mod keep;

use actix_web::http::header::CACHE_CONTROL;
use actix_web::web::{Bytes, Data, Path};
use actix_web::{HttpRequest, HttpResponse};
use serde_json::json;
use switchboard_domain::{Agent, AgentId, Connection, Presence};
use tracing::info;

pub(crate) use self::{connections::Connections, grace::Grace, keep::keep};

use crate::app::Realtime;
use crate::body::Fields;
use crate::exclusions::admit;
use crate::refusal::Refusal;

/// `PUT /agents/{id}/presence`.
pub(crate) async fn put(
    request: HttpRequest,
    id: Path<String>,
    body: Result<Bytes, actix_web::Error>,
    realtime: Data<Realtime>,
) -> Result<HttpResponse, Refusal> {
    let mut fields = Fields::read(&request, body)?;
    let presence = fields.presence();
    fields.finish()?;
    let id = AgentId::new(&id).map_err(|_| Refusal::NoSuchAgent)?;
    let change = |known: Option<Agent>| {
        // A Redis that came back empty knows no agents, but the settings do.
        let known = known.or_else(|| realtime.agents.get(&id).cloned())?;
        Some(Agent {
            presence: presence.unwrap_or(known.presence),
            // Said without a screen, it is a program's word, or a telephone's: it counts until they say otherwise.
            connection: match known.connection {
                Connection::Connected => Connection::Connected,
                Connection::Untracked | Connection::Lost => Connection::Untracked,
            },
            ..known
        })
    };
    let changed = realtime.store.update_agent(&id, change).await;
    let agent = changed
        .map_err(|failure| Refusal::of_store(&failure))?
        .ok_or(Refusal::NoSuchAgent)?;
    admit(agent.access)?;
    let word = match agent.presence {
        Presence::Available => "available",
        Presence::Away => "away",
        Presence::Offline => "offline",
    };
    info!(agent.id = %id, presence = word, "agent {id} is {word}");
    let body = json!({ "agentId": id, "presence": word });
    Ok(HttpResponse::Ok()
        .insert_header((CACHE_CONTROL, "no-store"))
        .json(body))
}
