//! What agents do with calls: answer, give back, hang up.

use actix_web::web::{Bytes, Data, Path};
use actix_web::{HttpRequest, HttpResponse};
use serde::Serialize;
use switchboard_domain::{AgentId, Call, Claim, ClaimTicket, Command, ConferenceName, Party, State};

use crate::app::Realtime;
use crate::asked::Asked;
use crate::body::Fields;
use crate::refusal::Refusal;

/// The answer to the one whose call it is.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Yours {
    result: &'static str,
    /// Lets the agent's line to the caller.
    ticket: String,
    claim: u32,
    conference: ConferenceName,
    /// When the call goes back unless the agent's line has come; absent once it has.
    #[serde(skip_serializing_if = "Option::is_none")]
    until_ms: Option<i64>,
    /// Where the agent talks.
    on: &'static str,
}

/// What any other command came to.
#[derive(Debug, Serialize)]
struct Done {
    result: &'static str,
}

/// `POST /calls/{id}/answer`.
pub(crate) async fn answer(
    request: HttpRequest,
    id: Path<String>,
    body: Result<Bytes, actix_web::Error>,
    realtime: Data<Realtime>,
) -> Result<HttpResponse, Refusal> {
    let asked = Asked::read("answer", &request, &id, Fields::read(&request, body)?, &realtime)?;
    let token = realtime.rng.token();
    let done = asked.step(&realtime, &Command::Answer { token }).await;
    let yours = done.and_then(|call| yours(&call, &asked.agent, &realtime));
    asked.reply(yours, |yours| yours.result)
}

/// `POST /calls/{id}/release`.
pub(crate) async fn release(
    request: HttpRequest,
    id: Path<String>,
    body: Result<Bytes, actix_web::Error>,
    realtime: Data<Realtime>,
) -> Result<HttpResponse, Refusal> {
    let mut fields = Fields::read(&request, body)?;
    let claim = fields.claim();
    let asked = Asked::read("release", &request, &id, fields, &realtime)?;
    let done = asked.step(&realtime, &Command::Release { claim }).await;
    // A conversation is the one thing that is still theirs afterwards, unless they meant an earlier claim.
    let released = done.and_then(|call| match held(&call, &asked.agent) {
        Some(held) if is_talking(&call) && claim.is_none_or(|number| number == held.number) => {
            Err(Refusal::Talking)
        }
        Some(_) | None => Ok(Done { result: "released" }),
    });
    asked.reply(released, |done| done.result)
}

/// `POST /calls/{id}/hang-up`.
pub(crate) async fn hang_up(
    request: HttpRequest,
    id: Path<String>,
    body: Result<Bytes, actix_web::Error>,
    realtime: Data<Realtime>,
) -> Result<HttpResponse, Refusal> {
    let mut fields = Fields::read(&request, body)?;
    let (claim, leg) = (fields.claim(), fields.leg());
    let asked = Asked::read("hang-up", &request, &id, fields, &realtime)?;
    // Without a claim it is a button; with one it is the softphone's own word, which may come twice and late.
    let command = claim.map_or(Command::HangUp, |claim| Command::AgentHungUp { claim, leg });
    let done = asked.step(&realtime, &command).await;
    let over = done.map(|call| match (call.is_ended(), claim) {
        (true, _) => "ended",
        // Not of that claim, or not of that line: nothing was done.
        (false, Some(claim)) if held(&call, &asked.agent).is_some_and(|held| held.number == claim) => "kept",
        (false, _) => "released",
    });
    asked.reply(over.map(|result| Done { result }), |done| done.result)
}

/// The agent's claim on the call.
fn held<'a>(call: &'a Call, agent: &AgentId) -> Option<&'a Claim> {
    call.state.claim().filter(|claim| claim.agent == *agent)
}

fn is_talking(call: &Call) -> bool {
    matches!(call.state, State::Talking(_))
}

/// The winner's ticket. Who won, asked again much later and has lost the call meanwhile is told what it is now.
fn yours(call: &Call, agent: &AgentId, realtime: &Realtime) -> Result<Yours, Refusal> {
    if let Some(claim) = held(call, agent) {
        return Ok(Yours {
            result: "yours",
            ticket: ClaimTicket::of(&call.id, claim).to_string(),
            claim: claim.number,
            conference: ConferenceName::of(&call.id, claim.number),
            until_ms: until_ms(&call.state),
            on: if claim.phone.is_some() { "phone" } else { "browser" },
        });
    }
    Err(match &call.state {
        State::Ended { .. } => Refusal::Ended,
        State::Claimed { claim, .. } | State::Connecting { claim, .. } => {
            Refusal::Taken(realtime.holder(&Party::Agent(claim.clone())))
        }
        State::Talking(talk) => Refusal::Taken(realtime.holder(&talk.with)),
        State::Greeting { .. }
        | State::Closed
        | State::Queued(_)
        | State::RingingOffice { .. }
        | State::Voicemail { .. } => Refusal::Lapsed,
    })
}

fn until_ms(state: &State) -> Option<i64> {
    match state {
        State::Claimed { until, .. } => Some(until.as_millis()),
        State::Connecting { .. }
        | State::Talking(_)
        | State::Greeting { .. }
        | State::Closed
        | State::Queued(_)
        | State::RingingOffice { .. }
        | State::Voicemail { .. }
        | State::Ended { .. } => None,
    }
}
