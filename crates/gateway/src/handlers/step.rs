//! One step of a call from a webhook: adopt it if it is unknown, run the commands, commit once.

use switchboard_domain::{
    Adopted, Call, CallId, Caller, Command, Decision, Incoming, MenuPick, QueueName, Rejected, Timestamp,
    decide,
};
use switchboard_store::{Admission, Committed, Target, TransactError, TurnedAway};
use switchboard_telephony::form::{CallParams, WebhookForm};
use switchboard_telephony::twiml::VoiceResponse;
use tracing::{error, warn};

use super::{Unanswered, Webhook};
use crate::app::Gateway;
use crate::documents::hang_up;

/// Who rings, as the request tells it; enough to make the call known if it is not.
#[derive(Debug, Clone)]
pub(crate) struct Line {
    pub(crate) call: CallId,
    /// As the carrier writes it.
    from: String,
    pub(crate) dialled: String,
    /// The queue that they are about to join with this very request: its hours count too.
    pub(crate) queue: Option<QueueName>,
}

impl Gateway {
    /// The line that asks.
    pub(super) fn line_of(&self, params: &CallParams, form: &WebhookForm) -> Line {
        Line {
            call: call_id(params.sid.as_str()),
            from: form.get("From").unwrap_or_default().chars().take(512).collect(),
            dialled: self.dialled(form.get("To").unwrap_or_default()),
            queue: None,
        }
    }

    /// The number of ours that was dialled, however it is written; else what the carrier wrote.
    fn dialled(&self, to: &str) -> String {
        if self.is_ours(to) {
            return to.to_owned();
        }
        match Caller::read(to, self.country) {
            Caller::Number(number) => number.into(),
            Caller::Withheld | Caller::Client(_) | Caller::Sip(_) | Caller::Other(_) => {
                to.chars().take(64).collect()
            }
        }
    }
}

/// A checked SID is a valid id: two letters and 32 hex digits.
pub(super) fn call_id(sid: &str) -> CallId {
    CallId::new(sid).unwrap_or_else(|_| CallId::unknown())
}

/// Logs fields whose values could not be read, by name only.
pub(super) fn note_odd(call: &CallId, odd: &[&'static str]) {
    if !odd.is_empty() {
        warn!(call.id = %call, fields = ?odd, "request about call {call} has odd values in {odd:?}");
    }
}

impl Gateway {
    fn incoming_of(&self, line: &Line, now: Timestamp) -> Incoming {
        Incoming {
            id: line.call.clone(),
            caller: Caller::read(&line.from, self.country),
            dialled: line.dialled.clone(),
            open: self.is_open(&line.dialled, None, now),
            sources: self.sources.clone(),
        }
    }

    /// The first step of a call: one round trip.
    pub(super) async fn first_step(
        &self,
        webhook: &Webhook<'_>,
        line: &Line,
        commands: &[Command],
    ) -> Result<Result<Committed, TransactError>, Unanswered> {
        let target = Target {
            call: &line.call,
            agent: None,
            command_id: webhook.id,
            fresh: true,
        };
        let step = self
            .store
            .transact_admitted(target, &self.limits.of(&line.from), |call, agent, now| {
                let incoming = Command::Incoming(self.incoming_of(line, now));
                let received = decide(call, agent, &incoming, now, &self.policy)?;
                let after = received.call_after(call.cloned());
                self.run(after.as_ref(), &self.within_hours(line, commands, now), now)
                    .map(|next| received.then(next))
            })
            .await;
        of_this_version(&line.call, step)
    }

    /// A later step of a caller's call, which is adopted where it was `found` if it is unknown. Which commands
    /// it takes may depend on the call as it was before; `None` when it was unknown.
    pub(super) async fn caller_step(
        &self,
        webhook: &Webhook<'_>,
        line: &Line,
        found: impl Fn(Timestamp) -> Adopted,
        commands: impl Fn(Option<&Call>) -> Vec<Command>,
    ) -> Result<Result<Committed, TransactError>, Unanswered> {
        let target = Target {
            call: &line.call,
            agent: None,
            command_id: webhook.id,
            fresh: false,
        };
        let leaves_message = |command: &Command| matches!(command, Command::Recorded(_));
        let admission = if commands(None).iter().any(leaves_message) {
            Admission::Message
        } else {
            Admission::Known
        };
        let step = self
            .store
            .transact_admitted(target, &admission, |call, agent, now| {
                let commands = self.within_hours(line, &commands(call), now);
                if call.is_some() {
                    return self.run(call, &commands, now);
                }
                let adopt = Command::Adopt {
                    incoming: self.incoming_of(line, now),
                    found: found(now),
                };
                let adopted = decide(None, agent, &adopt, now, &self.policy)?;
                let after = adopted.call_after(None);
                self.run(after.as_ref(), &commands, now)
                    .map(|next| adopted.then(next))
            })
            .await;
        of_this_version(&line.call, step)
    }

    /// A step of a call that must be known: news of agents' and office phones' lines say nothing of the caller.
    pub(super) async fn known_step(
        &self,
        webhook: &Webhook<'_>,
        call: &CallId,
        commands: impl Fn(Option<&Call>) -> Vec<Command>,
    ) -> Result<Result<Committed, TransactError>, Unanswered> {
        let target = Target {
            call,
            agent: None,
            command_id: webhook.id,
            fresh: false,
        };
        let step = self
            .store
            .transact(target, |call, _, now| self.run(call, &commands(call), now))
            .await;
        of_this_version(call, step)
    }

    /// What a line hears whose call was not let in.
    pub(super) fn turned_away(&self, line: &Line, why: TurnedAway) -> VoiceResponse {
        match why {
            // Its call ended, perhaps long ago: somebody sends an old request again.
            TurnedAway::Over => {
                warn!(call.id = %line.call, "call {} has ended and is not made again", line.call);
                metrics::counter!("gateway_calls_refused_total", "why" => "over").increment(1);
                hang_up()
            }
            TurnedAway::TooMany => {
                tracing::info!(call.id = %line.call, "call {} is not taken: its number has too many", line.call);
                metrics::counter!("gateway_calls_refused_total", "why" => "limit").increment(1);
                self.beyond_limit(&line.dialled)
            }
        }
    }

    /// Nobody is let into a queue that is closed; who waits in it already stays.
    fn within_hours(&self, line: &Line, commands: &[Command], now: Timestamp) -> Vec<Command> {
        let closed = line.queue.is_some() && !self.is_open(&line.dialled, line.queue.as_ref(), now);
        let within = |command: &Command| {
            if let Command::Choose { attempt, .. } = command
                && closed
            {
                let (attempt, pick) = (*attempt, MenuPick::Closed);
                return Command::Choose { attempt, pick };
            }
            command.clone()
        };
        commands.iter().map(within).collect()
    }

    fn run(&self, call: Option<&Call>, commands: &[Command], now: Timestamp) -> Result<Decision, Rejected> {
        let mut decision = Decision::default();
        let mut call = call.cloned();
        for command in commands {
            let next = decide(call.as_ref(), None, command, now, &self.policy)?;
            call = next.call_after(call);
            decision = decision.then(next);
        }
        Ok(decision)
    }
}

/// A step that only newer processes can take is not answered here at all; any other failure is, without state.
fn of_this_version(
    call: &CallId,
    step: Result<Committed, TransactError>,
) -> Result<Result<Committed, TransactError>, Unanswered> {
    match step {
        Err(TransactError::Store(failure)) if failure.is_unreadable() => {
            metrics::counter!("gateway_steps_of_newer_versions_total").increment(1);
            warn!(call.id = %call, error = &failure as &dyn std::error::Error,
                "call {call} is left to newer processes: {failure}");
            Err(Unanswered::Unreadable)
        }
        step => Ok(step),
    }
}

/// Logs and counts why a step did not happen; afterwards the request is answered without state.
pub(super) fn log_failure(call: &CallId, failure: &TransactError) {
    match failure {
        TransactError::Rejected(rejected) => {
            warn!(call.id = %call, %rejected, "step of call {call} refused: {rejected}");
        }
        TransactError::Store(store) => {
            metrics::counter!("gateway_steps_without_state_total").increment(1);
            error!(call.id = %call, error = store as &dyn std::error::Error,
                "no state for call {call}, answering from the settings: {store}");
        }
    }
}
