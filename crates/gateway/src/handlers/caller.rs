//! Requests of the caller's own line.

use switchboard_domain::{
    Adopted, At, Command, Instruction, MenuPick, QueueExit, QueueName, Recording, Timestamp, VoicemailReason,
    instruction,
};
use switchboard_store::{Committed, TransactError};
use switchboard_telephony::form::{
    EnqueueEnded, Gathered, MissingSid, QueueResult, QueueWait, Recorded, VoiceRequest,
};
use switchboard_telephony::twiml::VoiceResponse;

use super::Webhook;
use super::step::{Line, log_failure, note_odd};
use crate::app::Gateway;

impl Gateway {
    /// The document for a line that asked at `at`, or why there is none.
    fn read_off(
        &self,
        line: &Line,
        at: &At,
        step: Result<Committed, TransactError>,
    ) -> Option<VoiceResponse> {
        match step {
            Ok(Committed { call: Some(call), .. }) => {
                Some(self.document(&line.call, &instruction(&call, at)))
            }
            Ok(_) => None,
            Err(failure) => {
                log_failure(&line.call, &failure);
                None
            }
        }
    }

    pub(super) async fn incoming(&self, webhook: &Webhook<'_>) -> Result<VoiceResponse, MissingSid> {
        let request = VoiceRequest::from_form(webhook.form)?;
        let line = Line::of(&request.call, webhook.form);
        note_odd(&line.call, &request.odd);
        // Without a menu the caller goes straight into the default queue.
        let commands = match self.menu.choices.is_empty() {
            true => vec![Command::Choose {
                attempt: 0,
                pick: self.default_pick(),
            }],
            false => Vec::new(),
        };
        let step = self.first_step(webhook, &line, &commands).await;
        Ok(self
            .read_off(&line, &At::Incoming, step)
            .unwrap_or_else(|| self.direct_incoming(&line.call)))
    }

    fn default_pick(&self) -> MenuPick {
        MenuPick::Choice(switchboard_domain::MenuChoice::Queue(
            self.policy.default_queue.clone(),
        ))
    }

    pub(super) async fn menu_chosen(
        &self,
        webhook: &Webhook<'_>,
        attempt: u8,
    ) -> Result<VoiceResponse, MissingSid> {
        let request = Gathered::from_form(webhook.form)?;
        let line = Line::of(&request.call, webhook.form);
        note_odd(&line.call, &request.odd);
        let pick = self.menu.pick(request.digits.as_deref());
        let commands = [Command::Choose { attempt, pick }];
        let step = self
            .caller_step(webhook, &line, |_| Adopted::Menu, &commands)
            .await;
        Ok(self
            .read_off(&line, &At::Menu, step)
            .unwrap_or_else(|| self.direct_incoming(&line.call)))
    }

    pub(super) async fn wait(
        &self,
        webhook: &Webhook<'_>,
        queue: Option<&QueueName>,
    ) -> Result<VoiceResponse, MissingSid> {
        let request = QueueWait::from_form(webhook.form)?;
        let line = Line::of(&request.call, webhook.form);
        note_odd(&line.call, &request.odd);
        let waited = request.waited.unwrap_or_default();
        let at = At::Wait {
            queue: request.queue.map(|sid| sid.as_str().to_owned()),
        };
        let found = |now: Timestamp| self.found_waiting(queue, now.minus(waited));
        let step = self
            .caller_step(webhook, &line, found, &[Command::Ask(at.clone())])
            .await;
        let rescue = || match waited >= self.script.unanswered_after {
            true => Instruction::Leave,
            false => Instruction::Hold,
        };
        Ok(self
            .read_off(&line, &at, step)
            .unwrap_or_else(|| self.document(&line.call, &rescue())))
    }

    fn found_waiting(&self, queue: Option<&QueueName>, since: Timestamp) -> Adopted {
        Adopted::Waiting {
            queue: queue.unwrap_or(&self.policy.default_queue).clone(),
            since,
        }
    }

    pub(super) async fn left_queue(
        &self,
        webhook: &Webhook<'_>,
        queue: Option<&QueueName>,
    ) -> Result<VoiceResponse, MissingSid> {
        let request = EnqueueEnded::from_form(webhook.form)?;
        let line = Line::of(&request.call, webhook.form);
        note_odd(&line.call, &request.odd);
        let exit = match request.result {
            Some(QueueResult::Leave) => QueueExit::Leave,
            Some(QueueResult::Redirected | QueueResult::RedirectedFromBridged) => QueueExit::Redirected,
            Some(QueueResult::Hangup) => QueueExit::HungUp,
            Some(QueueResult::QueueFull | QueueResult::Error | QueueResult::SystemError) => QueueExit::Failed,
            Some(QueueResult::Bridged | QueueResult::BridgingInProcess) | None => QueueExit::Other,
        };
        let at = At::LeftQueue(exit);
        let waited = request.waited.unwrap_or_default();
        let found = |now: Timestamp| self.found_waiting(queue, now.minus(waited));
        let step = self
            .caller_step(webhook, &line, found, &[Command::Ask(at.clone())])
            .await;
        Ok(self.read_off(&line, &at, step).unwrap_or_else(|| match exit {
            QueueExit::HungUp => crate::documents::hang_up(),
            QueueExit::Redirected => self.document(&line.call, &Instruction::AskAgain),
            QueueExit::Leave | QueueExit::Failed | QueueExit::Other => self.direct_ring(&line.call),
        }))
    }

    /// A line that we moved, or that comes out of a conference.
    pub(super) async fn resume(&self, webhook: &Webhook<'_>, at: At) -> Result<VoiceResponse, MissingSid> {
        let request = VoiceRequest::from_form(webhook.form)?;
        let line = Line::of(&request.call, webhook.form);
        note_odd(&line.call, &request.odd);
        let found = |now: Timestamp| self.found_waiting(None, now);
        let step = self
            .caller_step(webhook, &line, found, &[Command::Ask(at.clone())])
            .await;
        Ok(self
            .read_off(&line, &at, step)
            .unwrap_or_else(|| self.direct_ring(&line.call)))
    }

    pub(super) async fn voicemail_asked(&self, webhook: &Webhook<'_>) -> Result<VoiceResponse, MissingSid> {
        let request = VoiceRequest::from_form(webhook.form)?;
        let line = Line::of(&request.call, webhook.form);
        let step = self
            .caller_step(
                webhook,
                &line,
                |_| Adopted::Voicemail,
                &[Command::Ask(At::Voicemail)],
            )
            .await;
        let direct = || self.voicemail(VoicemailReason::NoAnswer, true);
        Ok(self.read_off(&line, &At::Voicemail, step).unwrap_or_else(direct))
    }

    pub(super) async fn recorded(&self, webhook: &Webhook<'_>) -> Result<VoiceResponse, MissingSid> {
        let request = Recorded::from_form(webhook.form)?;
        let line = Line::of(&request.call, webhook.form);
        note_odd(&line.call, &request.odd);
        let mut commands = Vec::new();
        if let Some(id) = &request.recording {
            let seconds = request.duration.and_then(|d| u32::try_from(d.as_secs()).ok());
            commands.push(Command::Recorded(Recording {
                id: id.as_str().to_owned(),
                seconds,
            }));
        }
        commands.push(Command::Ask(At::Recorded));
        let step = self
            .caller_step(webhook, &line, |_| Adopted::Voicemail, &commands)
            .await;
        if let Err(failure) = &step {
            log_failure(&line.call, failure);
        }
        Ok(self.thanks())
    }

    /// Our last document failed. The state says what was meant; a line of which nothing is known rings the
    /// office.
    pub(super) async fn fallback(&self, webhook: &Webhook<'_>) -> Result<VoiceResponse, MissingSid> {
        let request = VoiceRequest::from_form(webhook.form)?;
        let code = request.call.error_code;
        tracing::error!(
            call.id = request.call.sid.as_str(),
            code,
            "carrier asks for the fallback: error {code:?}"
        );
        if request
            .call
            .from
            .as_ref()
            .is_some_and(|from| from.client().is_some())
            || request.call.parent.is_some()
        {
            return Ok(self.sorry());
        }
        self.resume(webhook, At::Resume).await
    }
}
