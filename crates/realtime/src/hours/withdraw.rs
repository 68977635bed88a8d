//! `POST /hours/overrides/{id}/withdraw`.

use actix_web::web::{Bytes, Data, Path};
use actix_web::{HttpRequest, HttpResponse};
use serde_json::json;
use switchboard_store::{Author, OverrideWithdrawn};
use tracing::info;

use super::{done, now, schedules};
use crate::app::Realtime;
use crate::body::Fields;
use crate::refusal::Refusal;

/// Takes an override back: as if nobody had done anything by hand, or what it hid counts.
pub(super) async fn post(
    request: HttpRequest,
    id: Path<String>,
    body: Result<Bytes, actix_web::Error>,
    realtime: Data<Realtime>,
) -> Result<HttpResponse, Refusal> {
    let mut fields = Fields::read(&request, body)?;
    let agent = fields.agent();
    fields.finish()?;
    let agent = agent.and_then(|agent| realtime.agents.get(&agent));
    let agent = agent.ok_or(Refusal::NoSuchAgent)?;
    realtime.exclusions.admit(&agent.id)?;
    let (now, _) = now(&realtime).await?;
    let schedules = schedules(&realtime).await?;
    let mut kept = schedules.records().iter();
    // What was is not taken back: it happened.
    if kept.any(|over| over.id == *id && over.until_ms <= now.as_millis()) {
        return Err(Refusal::OverrideOver);
    }
    let author = Author {
        name: &agent.name,
        id: agent.id.as_str(),
    };
    let withdrawn = realtime.store.withdraw_override(&id, author, now).await;
    match withdrawn.map_err(|failure| Refusal::of_store(&failure))? {
        OverrideWithdrawn::Done(over) => {
            info!(override.id = over.id, agent.id = %agent.id,
                "{} withdrew override {} of opening hours", agent.id, over.id);
        }
        OverrideWithdrawn::Before => {}
        OverrideWithdrawn::NoSuch => return Err(Refusal::NoSuchOverride),
    }
    realtime.hours.look_now();
    Ok(done(&json!({ "result": "withdrawn" })))
}
