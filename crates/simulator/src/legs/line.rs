//! The line: what the task of a leg uses to wait, to ask for documents and to say what happened.

use std::sync::Arc;

use url::Url;

use super::{CallStatus, Child, Progress};
use crate::exchange::Exchange;
use crate::id::LegId;
use crate::judge::What;
use crate::signal::Signal;
use crate::twiml::{Document, Failure, Where, faults_of, read};
use crate::webhook::{Answer, Source, Webhook, deliver};

/// A leg, seen from its own task.
#[derive(Clone)]
pub(crate) struct Line {
    pub(crate) exchange: Arc<Exchange>,
    pub(crate) leg: LegId,
}

/// Why a wait was over.
pub(crate) enum Wake {
    /// Its time had come.
    Time,
    /// A key was pressed.
    Digit(char),
    /// A webhook has been answered.
    Answer(u64, Answer),
}

/// Something that concerns whoever runs the verb, not the verb itself.
pub(crate) enum Interrupt {
    HungUp,
    PickedUp,
    Declined,
    Redirect(Source),
    Stop(CallStatus),
    Child(LegId, Child),
    Bridged,
    Conference,
    ConferenceOver,
}

impl Line {
    /// Waits for a key, an answer or the time `until`; everything else interrupts.
    pub(crate) async fn pause(&self, until: Option<i64>) -> Result<Wake, Interrupt> {
        loop {
            let Some(signal) = self.exchange.wait(&self.leg, until).await else {
                return Ok(Wake::Time);
            };
            match signal {
                Signal::Digit(digit) => return Ok(Wake::Digit(digit)),
                Signal::Answer(number, answer) => return Ok(Wake::Answer(number, answer)),
                Signal::HungUp => return Err(Interrupt::HungUp),
                Signal::Redirect(source) => return Err(Interrupt::Redirect(source)),
                Signal::Stop(status) => return Err(Interrupt::Stop(status)),
                // The rest is only news as long as it is about what the leg is doing now.
                Signal::PickedUp => {
                    if self.about(super::Leg::is_ringing_out) {
                        return Err(Interrupt::PickedUp);
                    }
                }
                Signal::Declined => {
                    if self.about(super::Leg::is_ringing_out) {
                        return Err(Interrupt::Declined);
                    }
                }
                Signal::Child { dial, child, news } => {
                    if self.about(|leg| leg.dial == Some(dial)) {
                        return Err(Interrupt::Child(child, news));
                    }
                }
                Signal::Bridged => {
                    if self.about(|leg| leg.awaiting_bridge) {
                        return Err(Interrupt::Bridged);
                    }
                }
                Signal::Conference(sid) => {
                    if self.about(|leg| leg.conference.as_deref() == Some(&sid)) {
                        return Err(Interrupt::Conference);
                    }
                }
                Signal::ConferenceOver(sid) => {
                    if self.about(|leg| leg.conference.as_deref() == Some(&sid)) {
                        return Err(Interrupt::ConferenceOver);
                    }
                }
            }
        }
    }

    fn about(&self, question: impl FnOnce(&super::Leg) -> bool) -> bool {
        self.exchange.peek().leg(&self.leg).is_some_and(question)
    }

    pub(crate) fn now(&self) -> i64 {
        self.exchange.peek().clock.now_ms()
    }

    /// Lets virtual time pass; keys are pressed in vain.
    pub(crate) async fn sleep(&self, ms: i64) -> Result<(), Interrupt> {
        let until = self.now() + ms.max(0);
        while !matches!(self.pause(Some(until)).await?, Wake::Time) {}
        Ok(())
    }

    /// Waits until something interrupts.
    pub(crate) async fn idle(&self) -> Interrupt {
        loop {
            if let Err(interrupt) = self.pause(None).await {
                return interrupt;
            }
        }
    }

    pub(crate) fn note(&self, what: What) {
        self.exchange.lock().note(&self.leg, what);
    }

    pub(crate) fn warn(&self, code: u32, text: impl Into<String>) {
        let what = What::Warning {
            code,
            text: text.into(),
        };
        self.exchange.lock().note_twilio(Some(self.leg.clone()), what);
    }

    /// Answers an incoming leg that still rings; does nothing to others.
    pub(crate) fn answer(&self) {
        let mut state = self.exchange.lock();
        let now = state.clock.now_ms();
        let Some(leg) = state.leg_mut(&self.leg) else {
            return;
        };
        if leg.status == CallStatus::InProgress {
            return;
        }
        leg.status = CallStatus::InProgress;
        leg.answered_ms = Some(now);
        state.note(&self.leg, What::Answered);
        state.progress(&self.leg, Progress::Answered);
    }

    /// Sends a request about this leg and waits for its answer. An interrupt gives up waiting, the
    /// request itself goes on.
    pub(crate) async fn ask(
        &self,
        url: &str,
        method: &str,
        place: Where,
        more: Vec<(String, String)>,
    ) -> Result<Answer, Interrupt> {
        let hook = {
            let state = self.exchange.peek();
            let mut params = state.standard(&self.leg);
            params.extend(state.scope_parameters(&self.leg, place));
            params.extend(more);
            Webhook {
                leg: Some(self.leg.clone()),
                url: url.to_owned(),
                method: method.to_owned(),
                params,
            }
        };
        self.send(hook).await
    }

    /// Fetches a media file: no parameters at all.
    pub(crate) async fn fetch_media(&self, url: &str) -> Result<Answer, Interrupt> {
        let leg = Some(self.leg.clone());
        let hook = Webhook {
            leg,
            url: url.to_owned(),
            method: String::from("GET"),
            params: Vec::new(),
        };
        self.send(hook).await
    }

    async fn send(&self, hook: Webhook) -> Result<Answer, Interrupt> {
        let number = {
            let mut state = self.exchange.lock();
            let number = state.next_number();
            let leg = self.leg.clone();
            state.spawn(move |exchange| async move {
                let answer = deliver(&exchange, &hook).await;
                exchange.lock().signal(&leg, Signal::Answer(number, answer));
            });
            number
        };
        loop {
            if let Wake::Answer(answered, answer) = self.pause(None).await?
                && answered == number
            {
                return Ok(answer);
            }
        }
    }

    /// The document at a URL, or why there is none.
    pub(crate) async fn try_document(
        &self,
        url: &str,
        method: &str,
        place: Where,
        more: Vec<(String, String)>,
    ) -> Result<Result<Document, Failure>, Interrupt> {
        let answer = self.ask(url, method, place, more).await?;
        self.read_strictly(url, place, &answer);
        Ok(read(&answer))
    }

    /// Notes what is wrong with a document, for those who asked to be told.
    fn read_strictly(&self, url: &str, place: Where, answer: &Answer) {
        let strict = self.exchange.peek().config.strict;
        let Answer::Got {
            status: 200,
            content_type: Some(kind),
            body,
            ..
        } = answer
        else {
            return;
        };
        if strict && !kind.starts_with("audio/") {
            for fault in faults_of(&String::from_utf8_lossy(body), place) {
                self.warn(12200, format!("the document from {}: {fault}", path(url)));
            }
        }
    }

    /// The document at a URL; else that of the fallback URL; else a spoken apology and the end.
    pub(crate) async fn document(
        &self,
        url: &str,
        method: &str,
        place: Where,
        more: Vec<(String, String)>,
    ) -> Result<Document, Interrupt> {
        match self.try_document(url, method, place, more).await? {
            Ok(_) if self.answer_is_lost(url) => self.fallback(Failure { code: 11200 }, url, place).await,
            Ok(document) => Ok(document),
            Err(failure) => self.fallback(failure, url, place).await,
        }
    }

    /// Whether a storm takes the answer, of whoever has another URL to fall back on.
    fn answer_is_lost(&self, url: &str) -> bool {
        let mut state = self.exchange.lock();
        let has_fallback = state.leg(&self.leg).is_some_and(|leg| leg.new.fallback.is_some());
        has_fallback && state.loses_answer(&self.leg, url)
    }

    /// The way out when `url` failed.
    pub(crate) async fn fallback(
        &self,
        failure: Failure,
        url: &str,
        place: Where,
    ) -> Result<Document, Interrupt> {
        self.warn(failure.code, format!("no document from {}", path(url)));
        let (fallback, with_error) = {
            let state = self.exchange.peek();
            let fallback = state.leg(&self.leg).and_then(|leg| leg.new.fallback.clone());
            (fallback, state.config.switches.fallback_error_parameters)
        };
        let apology = Document::apology("We are sorry, an application error has occurred. Goodbye.");
        let Some(fallback) = fallback.filter(|_| place == Where::Call) else {
            return Ok(apology);
        };
        let mut more = Vec::new();
        if with_error {
            more.push((String::from("ErrorCode"), failure.code.to_string()));
            more.push((String::from("ErrorUrl"), url.to_owned()));
        }
        match self.try_document(&fallback, "POST", place, more).await? {
            Ok(document) => Ok(document),
            Err(failure) => {
                self.warn(
                    failure.code,
                    format!("no document from {} either", path(&fallback)),
                );
                Ok(apology)
            }
        }
    }
}

fn path(url: &str) -> String {
    Url::parse(url).map_or_else(|_| url.to_owned(), |url| url.path().to_owned())
}
