//! Requests of the caller's own line.

use switchboard_domain::{
    Adopted, At, Call, Command, Instruction, MenuChoice, MenuPick, QueueExit, QueueName, Recording,
    Timestamp, instruction,
};
use switchboard_store::{Committed, TransactError};
use switchboard_telephony::form::{EnqueueEnded, Gathered, QueueResult, Recorded, VoiceRequest};
use switchboard_telephony::twiml::VoiceResponse;

use super::step::{Line, log_failure, note_odd};
use super::{Unanswered, Webhook};
use crate::app::Gateway;
use crate::{documents, refusal};

impl Gateway {
    /// The document for a line that asked at `at`, or why there is none.
    async fn read_off(
        &self,
        line: &Line,
        at: &At,
        step: Result<Committed, TransactError>,
    ) -> Option<VoiceResponse> {
        match step {
            Ok(Committed { call: Some(call), .. }) => Some(self.told(line, &instruction(&call, at)).await),
            Ok(Committed {
                turned_away: Some(why),
                ..
            }) => Some(self.turned_away(line, why)),
            Ok(_) => None,
            Err(failure) => {
                log_failure(&line.call, &failure);
                None
            }
        }
    }

    pub(super) async fn incoming(&self, webhook: &Webhook<'_>) -> Result<VoiceResponse, Unanswered> {
        let request = VoiceRequest::from_form(webhook.form)?;
        let mut line = self.line_of(&request.call, webhook.form);
        note_odd(&line.call, &request.odd);
        if let Some(why) = self.refusal.of(webhook.form) {
            tracing::info!(call.id = %line.call, why, "call {} is not taken: its caller is {why}", line.call);
            metrics::counter!("gateway_calls_refused_total", "why" => why).increment(1);
            return Ok(refusal::document(why));
        }
        if self.script(&line.dialled).menu.choices.is_empty() {
            line.queue = Some(self.policy.default_queue_of(&line.dialled).clone());
        }
        let step = self
            .first_step(webhook, &line, &self.instead_of_menu(&line))
            .await?;
        match step {
            Ok(Committed { call: Some(call), .. }) => {
                Ok(self.first_told(&line, &instruction(&call, &At::Incoming)).await)
            }
            Ok(Committed {
                turned_away: Some(why),
                ..
            }) => Ok(self.turned_away(&line, why)),
            Ok(_) => Ok(self.direct_incoming(&line)),
            Err(failure) => {
                log_failure(&line.call, &failure);
                Ok(self.direct_incoming(&line))
            }
        }
    }

    /// Without a menu the caller goes straight into the default queue.
    fn instead_of_menu(&self, line: &Line) -> Vec<Command> {
        if !self.script(&line.dialled).menu.choices.is_empty() {
            return Vec::new();
        }
        vec![self.default_queue(&line.dialled, 0)]
    }

    /// As if the caller had chosen the default queue, whichever reading of the menu it is.
    pub(super) fn default_queue(&self, dialled: &str, attempt: u8) -> Command {
        let queue = self.policy.default_queue_of(dialled).clone();
        Command::Choose {
            attempt,
            pick: MenuPick::Choice(MenuChoice::Queue(queue)),
        }
    }

    pub(super) async fn menu_chosen(
        &self,
        webhook: &Webhook<'_>,
        attempt: u8,
    ) -> Result<VoiceResponse, Unanswered> {
        let request = Gathered::from_form(webhook.form)?;
        let mut line = self.line_of(&request.call, webhook.form);
        note_odd(&line.call, &request.odd);
        let pick = self.script(&line.dialled).menu.pick(request.digits.as_deref());
        line.queue = match &pick {
            MenuPick::Choice(MenuChoice::Queue(queue)) => Some(queue.clone()),
            // The last reading leads into the default queue.
            MenuPick::Nothing if attempt.saturating_add(1) >= self.policy.menu_attempts_of(&line.dialled) => {
                Some(self.policy.default_queue_of(&line.dialled).clone())
            }
            MenuPick::Nothing | MenuPick::Closed | MenuPick::Choice(MenuChoice::Voicemail) => None,
        };
        let commands = |known: Option<&Call>| {
            // An adopted call begins at the first reading, whichever this one was; the key counts all the same.
            let attempt = if known.is_some() { attempt } else { 0 };
            let pick = pick.clone();
            vec![Command::Choose { attempt, pick }]
        };
        let step = self
            .caller_step(webhook, &line, |_| Adopted::Menu, commands)
            .await?;
        Ok(self
            .read_off(&line, &At::Menu, step)
            .await
            .unwrap_or_else(|| match pick {
                MenuPick::Choice(MenuChoice::Voicemail) => self.no_answer(&line.dialled, true),
                MenuPick::Choice(MenuChoice::Queue(_)) | MenuPick::Nothing | MenuPick::Closed => {
                    self.direct_incoming(&line)
                }
            }))
    }

    pub(super) async fn left_queue(
        &self,
        webhook: &Webhook<'_>,
        queue: Option<&QueueName>,
    ) -> Result<VoiceResponse, Unanswered> {
        let request = EnqueueEnded::from_form(webhook.form)?;
        let line = self.line_of(&request.call, webhook.form);
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
        let found = |now: Timestamp| self.found_waiting(&line, queue, now.minus(waited));
        let step = self
            .caller_step(webhook, &line, found, |_| vec![Command::Ask(at.clone())])
            .await?;
        Ok(self
            .read_off(&line, &at, step)
            .await
            .unwrap_or_else(|| match exit {
                QueueExit::HungUp => documents::hang_up(),
                QueueExit::Redirected => self.document(&line, &Instruction::AskAgain { astray: false }),
                QueueExit::Leave => self.direct_left_queue(&line, request.waited),
                QueueExit::Failed | QueueExit::Other => self.direct_ring(&line),
            }))
    }

    /// A line that we moved, for whatever the state says.
    pub(super) async fn resume(
        &self,
        webhook: &Webhook<'_>,
        astray: bool,
    ) -> Result<VoiceResponse, Unanswered> {
        self.goes_on(webhook, |_| if astray { At::Astray } else { At::Resume })
            .await
    }

    /// A line that comes out of the conference of that claim. News of an earlier claim's conference must not
    /// part the caller from the agent they talk to now.
    pub(super) async fn after_conference(
        &self,
        webhook: &Webhook<'_>,
        claim: u32,
    ) -> Result<VoiceResponse, Unanswered> {
        let at = |known: Option<&Call>| {
            let current = known.and_then(|call| call.state.claim());
            if current.is_some_and(|current| current.number != claim) {
                At::Resume
            } else {
                At::AfterConference
            }
        };
        self.goes_on(webhook, at).await
    }

    async fn goes_on(
        &self,
        webhook: &Webhook<'_>,
        at: impl Fn(Option<&Call>) -> At,
    ) -> Result<VoiceResponse, Unanswered> {
        let request = VoiceRequest::from_form(webhook.form)?;
        let line = self.line_of(&request.call, webhook.form);
        note_odd(&line.call, &request.odd);
        let found = |now: Timestamp| self.found_waiting(&line, None, now);
        let step = self
            .caller_step(webhook, &line, found, |known| vec![Command::Ask(at(known))])
            .await?;
        // Both ask for what the state says.
        Ok(self
            .read_off(&line, &At::Resume, step)
            .await
            .unwrap_or_else(|| self.direct_ring(&line)))
    }

    pub(super) async fn voicemail_asked(&self, webhook: &Webhook<'_>) -> Result<VoiceResponse, Unanswered> {
        let request = VoiceRequest::from_form(webhook.form)?;
        let line = self.line_of(&request.call, webhook.form);
        note_odd(&line.call, &request.odd);
        let commands = |_: Option<&Call>| vec![Command::Ask(At::Voicemail)];
        let step = self
            .caller_step(webhook, &line, |_| Adopted::Voicemail, commands)
            .await?;
        let direct = || self.no_answer(&line.dialled, true);
        Ok(self
            .read_off(&line, &At::Voicemail, step)
            .await
            .unwrap_or_else(direct))
    }

    pub(super) async fn recorded(&self, webhook: &Webhook<'_>) -> Result<VoiceResponse, Unanswered> {
        let request = Recorded::from_form(webhook.form)?;
        let line = self.line_of(&request.call, webhook.form);
        note_odd(&line.call, &request.odd);
        let mut commands = Vec::new();
        if webhook.direct {
            // They were sent to the voicemail while nothing could be written.
            commands.push(Command::Ask(At::Voicemail));
        }
        if let Some(id) = &request.recording {
            let seconds = request.duration.and_then(|d| u32::try_from(d.as_secs()).ok());
            commands.push(Command::Recorded(Recording {
                id: id.as_str().to_owned(),
                seconds,
            }));
        }
        commands.push(Command::Ask(At::Recorded));
        let step = self
            .caller_step(webhook, &line, |_| Adopted::Voicemail, |_| commands.clone())
            .await?;
        if let Err(failure) = &step {
            log_failure(&line.call, failure);
        }
        if request.duration.is_some_and(|length| length.is_zero()) {
            return Ok(documents::goodbye(self.script(&line.dialled)));
        }
        Ok(documents::thanks(self.script(&line.dialled)))
    }

    /// Our last document failed. The state says what was meant; a caller of whom nothing is known begins anew,
    /// because it may have been the first document that failed.
    pub(super) async fn fallback(&self, webhook: &Webhook<'_>) -> Result<VoiceResponse, Unanswered> {
        let request = VoiceRequest::from_form(webhook.form)?;
        let line = self.line_of(&request.call, webhook.form);
        note_odd(&line.call, &request.odd);
        let code = request.call.error_code;
        tracing::error!(call.id = %line.call, code, "carrier asks for the fallback of {}: error {code:?}", line.call);
        if !self.is_callers(&request.call, &line) {
            return Ok(self.sorry());
        }
        let commands = |known: Option<&Call>| {
            let mut commands = match known {
                Some(_) => Vec::new(),
                None => self.instead_of_menu(&line),
            };
            commands.push(Command::Ask(At::Resume));
            commands
        };
        let step = self
            .caller_step(webhook, &line, |_| Adopted::Menu, commands)
            .await?;
        Ok(self
            .read_off(&line, &At::Resume, step)
            .await
            .unwrap_or_else(|| self.direct_incoming(&line)))
    }
}
