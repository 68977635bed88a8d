//! One kind of request each: parse it, step the call, read off the document.

mod again;
mod agent;
mod caller;
mod direct;
mod notices;
mod office;
mod step;
mod wait;

use switchboard_contracts::{Route, Routed};
use switchboard_telephony::form::{MissingSid, WebhookForm};
use switchboard_telephony::twiml::VoiceResponse;

pub(crate) use step::Line;

use crate::app::Gateway;

/// What Twilio gets.
pub(crate) enum Answer {
    /// A document for the line that asked.
    Document(VoiceResponse),
    /// Nothing: it was news.
    Noted,
}

impl From<VoiceResponse> for Answer {
    fn from(document: VoiceResponse) -> Self {
        Self::Document(document)
    }
}

/// Why a handler has no answer of its own.
#[derive(Debug)]
pub(crate) enum Unanswered {
    /// The request names no call or account.
    Missing(MissingSid),
    /// The call, or the agent who has it, is kept in a form that only newer processes know.
    Unreadable,
}

impl From<MissingSid> for Unanswered {
    fn from(missing: MissingSid) -> Self {
        Self::Missing(missing)
    }
}

/// A request that was believed.
pub(crate) struct Webhook<'a> {
    pub(crate) form: &'a WebhookForm,
    /// The same for the same request sent twice.
    pub(crate) id: &'a str,
    /// The address that was asked, as Twilio knows it.
    pub(crate) url: &'a str,
    /// The URL was made without state.
    pub(crate) direct: bool,
}

impl Gateway {
    /// Answers a request.
    ///
    /// # Errors
    /// When it names no call or account; nothing else is an error.
    pub(crate) async fn answer(
        &self,
        routed: &Routed,
        form: &WebhookForm,
        id: &str,
        url: &str,
    ) -> Result<Answer, MissingSid> {
        let webhook = Webhook {
            form,
            id,
            url,
            direct: routed.direct,
        };
        match self.answer_of(routed, &webhook).await {
            Ok(answer) => Ok(answer),
            Err(Unanswered::Missing(missing)) => Err(missing),
            Err(Unanswered::Unreadable) => Ok(self.ask_again(&routed.route, &webhook)),
        }
    }

    async fn answer_of(&self, routed: &Routed, webhook: &Webhook<'_>) -> Result<Answer, Unanswered> {
        match &routed.route {
            Route::Incoming => self.incoming(webhook).await.map(Answer::from),
            Route::Menu { attempt } => self.menu_chosen(webhook, *attempt).await.map(Answer::from),
            Route::Wait { queue, key, welcome } => self
                .wait(webhook, queue.as_ref(), *key, *welcome)
                .await
                .map(Answer::from),
            Route::LeftQueue { queue } => self.left_queue(webhook, queue.as_ref()).await.map(Answer::from),
            Route::Resume { astray } => self.resume(webhook, *astray).await.map(Answer::from),
            Route::AfterConference { claim } => {
                self.after_conference(webhook, *claim).await.map(Answer::from)
            }
            Route::OfficeRing => self.office_ring(webhook).await.map(Answer::from),
            Route::OfficeScreen(phone) => self.office_screened(webhook, phone).await.map(Answer::from),
            Route::OfficeAccept(phone) => self.office_accepted(webhook, phone).await.map(Answer::from),
            Route::OfficeEnded {
                round,
                attempt,
                batch,
            } => self
                .office_ended(webhook, *round, *attempt, *batch)
                .await
                .map(Answer::from),
            Route::AgentConnect { claim, agent, asked } => self
                .agent_connects(webhook, claim.as_ref(), agent.as_ref(), *asked)
                .await
                .map(Answer::from),
            Route::Voicemail => self.voicemail_asked(webhook).await.map(Answer::from),
            Route::Recorded => self.recorded(webhook).await.map(Answer::from),
            Route::Fallback => self.fallback(webhook).await.map(Answer::from),
            Route::Conference { call, claim } => self.conference_news(webhook, call.as_ref(), *claim).await,
            Route::RecordingNotice => self.recording_news(webhook).await,
            Route::Status => self.caller_status(webhook).await,
            Route::AgentStatus { call, claim } => self.agent_status(webhook, call.as_ref(), *claim).await,
        }
    }
}
