//! A line that waits in the carrier's queue: it asks at the end of every piece of music, and when a key is pressed.

use switchboard_contracts::Welcome;
use switchboard_domain::{
    Adopted, At, Command, Instruction, QueueName, State, Timestamp, Waiting, estimate, instruction,
};
use switchboard_store::Committed;
use switchboard_telephony::form::QueueWait;
use switchboard_telephony::twiml::VoiceResponse;

use super::step::{Line, log_failure, note_odd};
use super::{Unanswered, Webhook};
use crate::app::Gateway;
use crate::hold::{AFTER, Told};

impl Gateway {
    pub(super) async fn wait(
        &self,
        webhook: &Webhook<'_>,
        queue: Option<&QueueName>,
        key: bool,
        welcome: Welcome,
    ) -> Result<VoiceResponse, Unanswered> {
        let request = QueueWait::from_form(webhook.form)?;
        let line = self.line_of(&request.call, webhook.form);
        note_odd(&line.call, &request.odd);
        let at = At::Wait {
            queue: request.queue.map(|sid| sid.as_str().to_owned()),
        };
        let mut commands = vec![Command::Ask(at.clone())];
        let asks = key && self.asks_for_voicemail(&line, webhook);
        if asks {
            commands.push(Command::LeaveMessage);
        }
        let waited = request.waited.unwrap_or_default();
        let found = |now: Timestamp| self.found_waiting(&line, queue, now.minus(waited));
        let step = self
            .caller_step(webhook, &line, found, |_| commands.clone())
            .await?;
        let (call, now, ahead) = match step {
            Ok(Committed {
                call: Some(call),
                now,
                ahead,
                ..
            }) => (call, now, ahead),
            Ok(Committed {
                turned_away: Some(why),
                ..
            }) => return Ok(self.turned_away(&line, why)),
            Ok(_) => return Ok(self.direct_wait(&line, queue, request.waited, asks, welcome)),
            Err(failure) => {
                log_failure(&line.call, &failure);
                return Ok(self.direct_wait(&line, queue, request.waited, asks, welcome));
            }
        };
        let told = instruction(&call, &at);
        if told != Instruction::Hold {
            return Ok(self.document(&line, &told));
        }
        let place = match &call.state {
            State::Queued(waiting) => Some((waiting, ahead)),
            State::Greeting { .. }
            | State::Closed
            | State::Claimed { .. }
            | State::Connecting { .. }
            | State::RingingOffice { .. }
            | State::Talking(_)
            | State::Voicemail { .. }
            | State::Ended { .. } => None,
        };
        let moves_on_in = call.moves_on_at(&self.policy).map(|due| due.since(now));
        let told = Told {
            // Somebody is being connected: it is not the time for announcements.
            waited: request.waited.filter(|_| place.is_some()),
            waits: place.is_some(),
            longest: moves_on_in.map(|left| left.saturating_add(AFTER)),
            welcome: if place.is_some() {
                welcome
            } else {
                Welcome::Nothing
            },
            ..Told::default()
        };
        // Large, and needed now and then only.
        Ok(Box::pin(self.held(&line, queue, told, place, now)).await)
    }

    fn asks_for_voicemail(&self, line: &Line, webhook: &Webhook<'_>) -> bool {
        let pressed = webhook
            .form
            .get("Digits")
            .and_then(|digits| digits.chars().next());
        pressed.is_some() && pressed == self.script(&line.dialled).message_key
    }

    /// Music, with what is known of the caller's `place` for those whom nobody has answered yet.
    async fn held(
        &self,
        line: &Line,
        queue: Option<&QueueName>,
        mut told: Told,
        place: Option<(&Waiting, Option<u64>)>,
        now: Timestamp,
    ) -> VoiceResponse {
        let script = self.script(&line.dialled);
        // Nobody comes to their phone either; in doubt, somebody is there.
        told.nobody_there = told.welcomed() != Welcome::Nothing
            && script.offers_when_nobody_is_there()
            && self.store.is_nobody_there().await.unwrap_or(false);
        if let Some((_, Some(ahead))) = place
            && script.announces(told.waited)
            && !told.nobody_there
        {
            told.ahead = Some(ahead);
            // Nice to have: without it there is music all the same.
            if let Ok(answers) = self.store.recent_answers().await {
                told.estimate = estimate(&answers, ahead, now);
            }
        }
        let queue = place.map(|(waiting, _)| &waiting.queue).or(queue);
        self.hold(
            script,
            queue.unwrap_or_else(|| self.policy.default_queue_of(&line.dialled)),
            &told,
        )
    }

    pub(super) fn found_waiting(&self, line: &Line, queue: Option<&QueueName>, since: Timestamp) -> Adopted {
        let default = || self.policy.default_queue_of(&line.dialled);
        Adopted::Waiting {
            queue: queue.unwrap_or_else(default).clone(),
            since,
        }
    }
}
