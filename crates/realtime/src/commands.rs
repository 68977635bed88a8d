//! What agents do with calls: answer, give back, hang up.

use std::time::Instant;

use actix_web::http::header::CACHE_CONTROL;
use actix_web::web::{Bytes, Data, Path};
use actix_web::{HttpRequest, HttpResponse};
use serde::Serialize;
use switchboard_domain::{
    Agent, AgentId, Call, CallId, Claim, ClaimTicket, Command, ConferenceName, Rejected, State, Timestamp, decide,
};
use switchboard_store::{Committed, Target, TransactError};
use tracing::info;

use crate::app::Realtime;
use crate::body::{Fault, Fields};
use crate::refusal::Refusal;

/// Longer keys are no better names.
const MAX_KEY: usize = 128;

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
pub(crate) struct Done {
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
    asked.reply(done.and_then(|done| yours(&done, &asked.agent, &realtime)), |yours| yours.result)
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
    let released = done.and_then(|done| match held(&done, &asked.agent) {
        // Only a conversation is still theirs after this; an earlier claim is given back all the same.
        Some(held) if claim.is_none_or(|number| number == held.number) => Err(Refusal::Talking),
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
    let asked = Asked::read("hang-up", &request, &id, Fields::read(&request, body)?, &realtime)?;
    let done = asked.step(&realtime, &Command::HangUp).await;
    let over = done.map(|done| match done.call.as_ref().is_some_and(Call::is_ended) {
        true => Done { result: "ended" },
        false => Done { result: "released" },
    });
    asked.reply(over, |done| done.result)
}

/// Who asks for what.
struct Asked {
    command: &'static str,
    call: CallId,
    agent: AgentId,
    /// Names the request: the same one sent again is the same command.
    command_id: String,
    /// Whether it may have been done before.
    may_repeat: bool,
    since: Instant,
}

impl Asked {
    fn read(
        command: &'static str,
        request: &HttpRequest,
        id: &str,
        mut fields: Fields,
        realtime: &Realtime,
    ) -> Result<Self, Refusal> {
        let since = Instant::now();
        let agent = fields.agent();
        fields.finish()?;
        let agent = agent.ok_or(Refusal::NoSuchAgent)?;
        let call = CallId::new(id).map_err(|_| Refusal::NoSuchCall)?;
        let key = idempotency_key(request)?;
        let may_repeat = key.is_some();
        let key = key.unwrap_or_else(|| realtime.rng.hex128());
        let command_id = format!("api:{command}:{agent}:{key}");
        Ok(Self { command, call, agent, command_id, may_repeat, since })
    }

    async fn step(&self, realtime: &Realtime, command: &Command) -> Result<Committed, Refusal> {
        let failure = match self.transact(realtime, command).await {
            Ok(done) => return Ok(done),
            Err(failure) => failure,
        };
        // A Redis that came back empty knows no agents, but the settings do.
        let failure = match (failure, realtime.agents.get(&self.agent)) {
            (TransactError::Rejected(Rejected::NoSuchAgent), Some(agent)) => {
                realtime.introduce(agent).await.map_err(|failure| Refusal::of_store(&failure))?;
                match self.transact(realtime, command).await {
                    Ok(done) => return Ok(done),
                    Err(failure) => failure,
                }
            }
            (failure, _) => failure,
        };
        Err(Refusal::of_step(failure, &self.call, realtime))
    }

    async fn transact(&self, realtime: &Realtime, command: &Command) -> Result<Committed, TransactError> {
        let target =
            Target { call: &self.call, agent: Some(&self.agent), command_id: &self.command_id, fresh: false };
        let run = |call: Option<&Call>, agent: Option<&Agent>, now: Timestamp| {
            decide(call, agent, command, now, &realtime.policy)
        };
        if self.may_repeat {
            realtime.store.transact_once(target, run).await
        } else {
            realtime.store.transact(target, run).await
        }
    }

    fn reply<T: Serialize>(
        &self,
        outcome: Result<T, Refusal>,
        result: impl Fn(&T) -> &'static str,
    ) -> Result<HttpResponse, Refusal> {
        let Self { command, call, agent, since, .. } = self;
        let took = since.elapsed();
        let word = match &outcome {
            Ok(done) => result(done),
            Err(refusal) => refusal.result(),
        };
        metrics::counter!("realtime_commands_total", "command" => *command, "result" => word).increment(1);
        metrics::histogram!("realtime_command_seconds", "command" => *command).record(took.as_secs_f64());
        info!(call.id = %call, agent.id = %agent, command, result = word, micros = took.as_micros(),
            "{command} of call {call} by {agent}: {word}");
        let done = outcome?;
        Ok(HttpResponse::Ok().insert_header((CACHE_CONTROL, "no-store")).json(done))
    }
}

/// The key of the request's `Idempotency-Key`, if it has one.
fn idempotency_key(request: &HttpRequest) -> Result<Option<String>, Refusal> {
    let Some(key) = request.headers().get("idempotency-key") else {
        return Ok(None);
    };
    let plain = |key: &&str| key.bytes().all(|byte| byte.is_ascii_graphic());
    match key.to_str().ok().filter(plain).filter(|key| (1..=MAX_KEY).contains(&key.len())) {
        Some(key) => Ok(Some(key.to_owned())),
        None => Err(Refusal::Faults(vec![Fault {
            field: "Idempotency-Key".to_owned(),
            problem: format!("expected 1 to {MAX_KEY} printable ASCII characters without spaces"),
        }])),
    }
}

/// The agent's claim on the call after the step.
fn held<'a>(done: &'a Committed, agent: &AgentId) -> Option<&'a Claim> {
    done.call.as_ref()?.state.claim().filter(|claim| claim.agent == *agent)
}

/// The winner's ticket. Who won, asked again much later and has lost the call meanwhile is told what it is now.
fn yours(done: &Committed, agent: &AgentId, realtime: &Realtime) -> Result<Yours, Refusal> {
    let call = done.call.as_ref().ok_or(Refusal::NoSuchCall)?;
    if let Some(claim) = held(done, agent) {
        return Ok(Yours {
            result: "yours",
            ticket: ClaimTicket::of(&call.id, claim).to_string(),
            claim: claim.number,
            conference: ConferenceName::of(&call.id, claim.number),
            until_ms: match &call.state {
                State::Claimed { until, .. } => Some(until.as_millis()),
                State::Connecting { .. }
                | State::Talking(_)
                | State::Greeting { .. }
                | State::Closed
                | State::Queued(_)
                | State::RingingOffice { .. }
                | State::Voicemail { .. }
                | State::Ended { .. } => None,
            },
            on: if claim.phone.is_some() { "phone" } else { "browser" },
        });
    }
    match &call.state {
        State::Ended { .. } => Err(Refusal::Ended),
        State::Claimed { claim, .. } | State::Connecting { claim, .. } => {
            Err(Refusal::Taken(realtime.holder(&switchboard_domain::Party::Agent(claim.clone()))))
        }
        State::Talking(talk) => Err(Refusal::Taken(realtime.holder(&talk.with))),
        State::Greeting { .. }
        | State::Closed
        | State::Queued(_)
        | State::RingingOffice { .. }
        | State::Voicemail { .. } => Err(Refusal::Lapsed),
    }
}
