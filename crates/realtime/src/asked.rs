//! One command of an agent: read, done at most once, answered.

use std::time::Instant;

use actix_web::http::header::CACHE_CONTROL;
use actix_web::{HttpRequest, HttpResponse};
use serde::Serialize;
use switchboard_domain::{Agent, AgentId, Call, CallId, Command, Rejected, Timestamp, decide};
use switchboard_store::{Committed, Target, TransactError};
use tracing::info;

use crate::app::Realtime;
use crate::body::{Fault, Fields};
use crate::refusal::Refusal;

/// Longer keys are no better names.
const MAX_KEY: usize = 128;

/// Who asks for what.
pub(crate) struct Asked {
    command: &'static str,
    call: CallId,
    pub(crate) agent: AgentId,
    /// Names the request: the same one sent again is the same command.
    command_id: String,
    /// Whether it may have been done before.
    may_repeat: bool,
    since: Instant,
}

impl Asked {
    pub(crate) fn read(
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
        Ok(Self {
            command,
            call,
            agent,
            command_id,
            may_repeat,
            since,
        })
    }

    /// The call after this request: stepped now, or as it is when the very same request was done before.
    pub(crate) async fn step(&self, realtime: &Realtime, command: &Command) -> Result<Call, Refusal> {
        if self.was_done(realtime).await? {
            return self.as_it_is(realtime).await;
        }
        let failure = match self.transact(realtime, command).await {
            Ok(done) => return done.call.ok_or(Refusal::NoSuchCall),
            Err(failure) => failure,
        };
        // Done by the same request a moment ago, it may well be impossible now: nobody gives back twice.
        if matches!(failure, TransactError::Rejected(_)) && self.was_done(realtime).await? {
            return self.as_it_is(realtime).await;
        }
        Err(Refusal::of_step(failure, &self.call, realtime))
    }

    /// Whether a request of the same key was done; requests without a key are always new.
    async fn was_done(&self, realtime: &Realtime) -> Result<bool, Refusal> {
        if !self.may_repeat {
            return Ok(false);
        }
        let done = realtime.store.was_committed(&self.call, &self.command_id).await;
        done.map_err(|failure| Refusal::of_store(&failure))
    }

    async fn as_it_is(&self, realtime: &Realtime) -> Result<Call, Refusal> {
        let (call, _) = realtime
            .store
            .call(&self.call)
            .await
            .map_err(|failure| Refusal::of_store(&failure))?;
        call.ok_or(Refusal::NoSuchCall)
    }

    async fn transact(&self, realtime: &Realtime, command: &Command) -> Result<Committed, TransactError> {
        let run = |call: Option<&Call>, agent: Option<&Agent>, now: Timestamp| {
            decide(call, agent, command, now, &realtime.policy)
        };
        let target = Target {
            call: &self.call,
            agent: Some(&self.agent),
            command_id: &self.command_id,
            fresh: false,
        };
        let done = realtime.store.transact(target.clone(), run).await;
        // A Redis that came back empty knows no agents, but the settings do.
        let (Err(TransactError::Rejected(Rejected::NoSuchAgent)), Some(agent)) =
            (&done, realtime.agents.get(&self.agent))
        else {
            return done;
        };
        realtime.introduce(agent).await?;
        realtime.store.transact(target, run).await
    }

    pub(crate) fn reply<T: Serialize>(
        &self,
        outcome: Result<T, Refusal>,
        result: impl Fn(&T) -> &'static str,
    ) -> Result<HttpResponse, Refusal> {
        let Self {
            command,
            call,
            agent,
            since,
            ..
        } = self;
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
        Ok(HttpResponse::Ok()
            .insert_header((CACHE_CONTROL, "no-store"))
            .json(done))
    }
}

/// The key of the request's `Idempotency-Key`, if it has one.
pub(crate) fn idempotency_key(request: &HttpRequest) -> Result<Option<String>, Refusal> {
    let mut keys = request.headers().get_all("idempotency-key");
    let Some(key) = keys.next() else {
        return Ok(None);
    };
    let plain = |key: &&str| key.bytes().all(|byte| byte.is_ascii_graphic());
    let key = key.to_str().ok().filter(plain).filter(|_| keys.next().is_none());
    match key.filter(|key| (1..=MAX_KEY).contains(&key.len())) {
        Some(key) => Ok(Some(key.to_owned())),
        None => Err(Refusal::Faults(vec![Fault {
            field: "Idempotency-Key".to_owned(),
            problem: format!("expected 1 to {MAX_KEY} printable ASCII characters without spaces, once"),
        }])),
    }
}
