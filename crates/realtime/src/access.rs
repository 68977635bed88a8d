//! Agents are let in, disabled and removed.

use actix_web::http::header::CACHE_CONTROL;
use actix_web::web::{Bytes, Data, Path, ServiceConfig};
use actix_web::{HttpRequest, HttpResponse, web};
use serde::Serialize;
use serde_json::json;
use switchboard_domain::{Access, Agent, AgentId, CallId, Command, Policy, Presence, Timestamp, decide};
use switchboard_store::{ExcludedBy, Exclusion, Store, StoreError, Target, TransactError};
use tracing::{info, warn};

use crate::app::Realtime;
use crate::body::Fields;
use crate::refusal::Refusal;

pub(crate) fn addresses(config: &mut ServiceConfig) {
    let put = || web::to(|| async { Err::<String, _>(Refusal::WrongMethod("PUT")) });
    let get = || web::to(|| async { Err::<String, _>(Refusal::WrongMethod("GET")) });
    config
        .service(
            web::resource("/agents")
                .route(web::get().to(list))
                .default_service(get()),
        )
        .service(
            web::resource("/agents/{id}/access")
                .route(web::put().to(set))
                .default_service(put()),
        );
}

/// An agent, for those who look after agents.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct AgentView {
    /// Who.
    pub agent_id: AgentId,
    /// As colleagues read it; missing of one who was removed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// As others see it.
    pub presence: Presence,
    /// Whether they may act.
    pub access: Access,
    /// Since when they may not, by the deployment's clock.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub since_ms: Option<i64>,
    /// Who said so.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub by: Option<ExcludedBy>,
    /// The call that engages them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub engaged_call_id: Option<CallId>,
}

/// All agents by their ids, those included who may not act.
///
/// # Errors
/// When Redis does not answer.
pub async fn list_agents(store: &Store) -> Result<Vec<AgentView>, StoreError> {
    let mut exclusions = store.exclusions().await?;
    let out: Vec<AgentId> = exclusions.keys().cloned().collect();
    let mut agents = store.agents_of(&out).await?;
    let active = store.snapshot().await?.agents;
    agents.extend(active.into_iter().map(|agent| (agent.id.clone(), agent)));
    let mut views: Vec<AgentView> = agents
        .into_values()
        .map(|agent| {
            let exclusion = exclusions.remove(&agent.id);
            view(agent.id.clone(), Some(agent), exclusion)
        })
        .collect();
    views.extend(
        exclusions
            .into_iter()
            .map(|(id, exclusion)| view(id, None, Some(exclusion))),
    );
    views.sort_by(|one, other| one.agent_id.cmp(&other.agent_id));
    Ok(views)
}

fn view(agent_id: AgentId, agent: Option<Agent>, exclusion: Option<Exclusion>) -> AgentView {
    AgentView {
        agent_id,
        presence: agent.as_ref().map_or(Presence::Offline, Agent::shown_presence),
        name: agent.as_ref().map(|agent| agent.name.clone()),
        access: exclusion
            .as_ref()
            .map(|exclusion| exclusion.access)
            .unwrap_or_default(),
        since_ms: exclusion.as_ref().map(|exclusion| exclusion.at.as_millis()),
        by: exclusion.map(|exclusion| exclusion.by),
        engaged_call_id: agent.and_then(|agent| agent.engaged),
    }
}

/// Lets an agent act, or no longer. A claim of theirs that has not led to its caller goes back to the queue; a
/// conversation goes on. `make` gives the agent to begin with where none is known. `false`: there is no such agent.
///
/// # Errors
/// When Redis does not answer; asking again is safe.
pub async fn set_access(
    store: &Store,
    policy: &Policy,
    id: &AgentId,
    (access, by): (Access, ExcludedBy),
    make: impl Fn() -> Option<Agent>,
) -> Result<bool, StoreError> {
    let (before, agent) = store.set_access(id, access, by, make).await?;
    let Some(agent) = agent else {
        // Removed already, and nothing is kept of them.
        return Ok(before == access && access != Access::Active);
    };
    let word = word(access);
    if before != access {
        info!(agent.id = %id, access = word, "agent {id} is {word}");
    }
    let (Some(call), true) = (&agent.engaged, access != Access::Active) else {
        return Ok(true);
    };
    let target = Target {
        call,
        agent: Some(id),
        command_id: "access-ended",
        fresh: false,
    };
    let step = |call: Option<&switchboard_domain::Call>, agent: Option<&Agent>, now: Timestamp| {
        decide(call, agent, &Command::AccessEnded, now, policy)
    };
    match store.transact(target, step).await {
        Ok(_) => Ok(true),
        Err(TransactError::Rejected(rejected)) => {
            // The call has gone meanwhile, and its claim with it.
            warn!(call.id = %call, agent.id = %id, "the claim of agent {id} on call {call} stays: {rejected}");
            Ok(true)
        }
        Err(TransactError::Store(failure)) => Err(failure),
    }
}

pub(crate) const fn word(access: Access) -> &'static str {
    match access {
        Access::Active => "active",
        Access::Disabled => "disabled",
        Access::Removed => "removed",
    }
}

/// `GET /agents`.
async fn list(realtime: Data<Realtime>) -> Result<HttpResponse, Refusal> {
    let agents = list_agents(&realtime.store)
        .await
        .map_err(|failure| Refusal::of_store(&failure))?;
    Ok(HttpResponse::Ok()
        .insert_header((CACHE_CONTROL, "no-store"))
        .json(json!({ "agents": agents })))
}

/// `PUT /agents/{id}/access`.
async fn set(
    request: HttpRequest,
    id: Path<String>,
    body: Result<Bytes, actix_web::Error>,
    realtime: Data<Realtime>,
) -> Result<HttpResponse, Refusal> {
    let mut fields = Fields::read(&request, body)?;
    let access = fields.access();
    fields.finish()?;
    let access = access.unwrap_or_default();
    let id = AgentId::new(&id).map_err(|_| Refusal::NoSuchAgent)?;
    let refused = |failure| Refusal::of_store(&failure);
    let listed = realtime.agents.get(&id);
    // The settings are the list: nobody comes back whom they do not name.
    if listed.is_none() && access == Access::Active {
        let (known, before) = realtime.store.known_agent(&id).await.map_err(refused)?;
        if known.is_none() || before != Access::Active {
            return Err(Refusal::NoSuchAgent);
        }
    }
    let wanted = (access, ExcludedBy::Command);
    let known = set_access(&realtime.store, &realtime.policy, &id, wanted, || listed.cloned())
        .await
        .map_err(refused)?;
    if !known {
        return Err(Refusal::NoSuchAgent);
    }
    // Whoever asked finds it done here at once, and at other processes within a second.
    let exclusions = realtime.store.exclusions().await.map_err(refused)?;
    realtime.exclusions.set(exclusions);
    Ok(HttpResponse::Ok()
        .insert_header((CACHE_CONTROL, "no-store"))
        .json(json!({ "agentId": id, "access": word(access) })))
}
