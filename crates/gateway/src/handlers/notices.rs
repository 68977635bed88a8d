//! News: nobody waits for the answer, nobody sends it again, and it may come late, twice or in any order.

use switchboard_domain::{Adopted, CallId, Command, LegId, Recording, Rejected, Timestamp};
use switchboard_store::{Committed, TransactError};
use switchboard_telephony::form::{
    CallProgress, ConferenceEvent, ConferenceNotice, RecordingNotice, RecordingStatus,
};
use switchboard_telephony::{CallStatus, Direction};

use super::step::{call_id, log_failure, note_odd};
use super::{Answer, Unanswered, Webhook};
use crate::app::Gateway;
use crate::documents::{AGENT, CALLER};

/// What is lost here, the sweep finds.
fn noted(call: &CallId, step: Result<Committed, TransactError>) -> Answer {
    match step {
        Ok(_) | Err(TransactError::Rejected(Rejected::NoSuchCall)) => {}
        Err(failure) => log_failure(call, &failure),
    }
    Answer::Noted
}

/// Where a call was that is first heard of by its end. One that was answered was served while nobody looked: what the
/// caller met, and whether they left a message, is not known. Any other never got as far as the menu.
fn gone_when_found(news: &CallProgress, now: Timestamp) -> Adopted {
    if news.call.status == Some(CallStatus::Completed) {
        Adopted::Over {
            began: now.minus(news.duration.unwrap_or_default()),
            ended: now,
        }
    } else {
        Adopted::Menu
    }
}

impl Gateway {
    pub(super) async fn conference_news(
        &self,
        webhook: &Webhook<'_>,
        call: Option<&CallId>,
        claim: u32,
    ) -> Result<Answer, Unanswered> {
        let news = ConferenceNotice::from_form(webhook.form)?;
        let leg = news.call.as_ref().and_then(|sid| LegId::new(sid.as_str()).ok());
        let (Some(call), Some(leg)) = (call, leg) else {
            return Ok(Answer::Noted);
        };
        note_odd(call, &news.odd);
        let is_caller = leg.as_str() == call.as_str() || news.label.as_deref() == Some(CALLER);
        let is_agent = news.label.as_deref() == Some(AGENT);
        let command = match news.event {
            Some(ConferenceEvent::Join) if is_caller => Command::CallerJoined { claim },
            Some(ConferenceEvent::Join) if is_agent => Command::AgentJoined { claim, leg },
            Some(ConferenceEvent::Leave) if is_agent => Command::AgentLeft { claim, leg },
            _ => return Ok(Answer::Noted),
        };
        Ok(noted(
            call,
            self.known_step(webhook, call, |_| vec![command.clone()]).await?,
        ))
    }

    pub(super) async fn recording_news(&self, webhook: &Webhook<'_>) -> Result<Answer, Unanswered> {
        let news = RecordingNotice::from_form(webhook.form)?;
        let call = call_id(news.call.as_str());
        note_odd(&call, &news.odd);
        // A status that makes no sense does not cost the message.
        let kept = match news.status {
            Some(RecordingStatus::Completed) | None => true,
            Some(RecordingStatus::InProgress | RecordingStatus::Absent | RecordingStatus::Failed) => false,
        };
        let Some(id) = news.recording.filter(|_| kept) else {
            return Ok(Answer::Noted);
        };
        let seconds = news.duration.and_then(|d| u32::try_from(d.as_secs()).ok());
        let recorded = Command::Recorded(Recording {
            id: id.as_str().to_owned(),
            seconds,
        });
        Ok(noted(
            &call,
            self.known_step(webhook, &call, |_| vec![recorded.clone()])
                .await?,
        ))
    }

    /// The caller's line ended.
    pub(super) async fn caller_status(&self, webhook: &Webhook<'_>) -> Result<Answer, Unanswered> {
        let news = CallProgress::from_form(webhook.form)?;
        let line = self.line_of(&news.call, webhook.form);
        note_odd(&line.call, &news.odd);
        let over = news.call.status.is_some_and(CallStatus::is_final);
        if !over || self.refusal.of(webhook.form).is_some() {
            return Ok(Answer::Noted);
        }
        let step = match news.call.direction {
            // A caller of whom nothing is known: Redis was away all the time. An agent's browser comes in as well, but
            // dials none of our numbers.
            Some(Direction::Inbound) if self.is_ours(&line.dialled) => {
                let found = |now| gone_when_found(&news, now);
                self.caller_step(webhook, &line, found, |_| vec![Command::CallerGone])
                    .await?
            }
            Some(Direction::Inbound | Direction::OutboundApi | Direction::OutboundDial) | None => {
                self.known_step(webhook, &line.call, |_| vec![Command::CallerGone])
                    .await?
            }
        };
        Ok(noted(&line.call, step))
    }

    /// The line to an agent's phone ended.
    pub(super) async fn agent_status(
        &self,
        webhook: &Webhook<'_>,
        call: Option<&CallId>,
        claim: u32,
    ) -> Result<Answer, Unanswered> {
        let news = CallProgress::from_form(webhook.form)?;
        let leg = LegId::new(news.call.sid.as_str());
        let (Some(call), Ok(leg)) = (call, leg) else {
            return Ok(Answer::Noted);
        };
        note_odd(call, &news.odd);
        if !news.call.status.is_some_and(CallStatus::is_final) {
            return Ok(Answer::Noted);
        }
        let left = Command::AgentLeft { claim, leg };
        Ok(noted(
            call,
            self.known_step(webhook, call, |_| vec![left.clone()]).await?,
        ))
    }
}
