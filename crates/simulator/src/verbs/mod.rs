//! The executor: runs the verbs of a document on a leg, one file per verb.

mod conference;
mod dial;
mod enqueue;
mod gather;
mod nouns;
mod record;
mod speech;

use std::pin::Pin;

use crate::judge::What;
use crate::legs::{CallStatus, Interrupt, Line};
use crate::signal::Signal;
use crate::twiml::{Document, Element, Where, check};
use crate::webhook::Source;

/// What follows a verb.
pub(crate) enum Step {
    /// The next verb of the document.
    Next,
    /// Another document instead of the rest of this one.
    Goto(Document),
    /// Nothing more.
    End(End),
}

/// How a document ended.
pub(crate) enum End {
    /// It ran out of verbs.
    Finished,
    /// Hangup.
    HungUp,
    /// Reject, with the status that the call gets.
    Rejected(CallStatus),
    /// Leave.
    Left,
    /// A request in it failed and there is no way out inside it.
    Failed,
}

/// A verb that hands over to others must be boxed, for they may come back to it.
type Boxed<'a, T> = Pin<Box<dyn Future<Output = Result<T, Interrupt>> + Send + 'a>>;

impl Line {
    /// Runs a document, and all it redirects to.
    pub(crate) fn run(&self, mut document: Document, place: Where) -> Boxed<'_, End> {
        Box::pin(async move {
            let mut hops = 0_u32;
            'documents: loop {
                // Documents that redirect to each other without taking any time would spin for ever;
                // Twilio's own requests take time, so does every twentieth of ours.
                hops += 1;
                if hops.is_multiple_of(20) {
                    self.sleep(1_000).await?;
                }
                for verb in document.verbs.clone() {
                    match self.verb(&verb, &document, place).await? {
                        Step::Next => {}
                        Step::Goto(next) => {
                            document = next;
                            continue 'documents;
                        }
                        Step::End(end) => return Ok(end),
                    }
                }
                return Ok(End::Finished);
            }
        })
    }

    fn verb<'a>(&'a self, verb: &'a Element, document: &'a Document, place: Where) -> Boxed<'a, Step> {
        Box::pin(async move {
            match check(verb, place) {
                Ok(odd) => odd.into_iter().for_each(|text| self.warn(12200, text)),
                Err(text) => {
                    self.warn(12200, text);
                    return Ok(Step::Next);
                }
            }
            match verb.name.as_str() {
                "Say" => self.say(verb).await,
                "Play" => self.play(verb, document).await,
                "Pause" => self.pause_verb(verb).await,
                "Gather" => self.gather(verb, document, place).await,
                "Enqueue" => self.enqueue(verb, document).await,
                "Dial" => self.dial(verb, document).await,
                "Record" => self.record(verb, document).await,
                "Redirect" => self.redirect(verb, document, place).await,
                "Hangup" => Ok(Step::End(End::HungUp)),
                "Leave" => Ok(Step::End(End::Left)),
                "Reject" => Ok(self.reject(verb)),
                // `check` let it pass, so it is one of the above.
                _ => Ok(Step::Next),
            }
        })
    }

    async fn redirect(&self, verb: &Element, document: &Document, place: Where) -> Result<Step, Interrupt> {
        let Some(url) = document.resolve(&verb.text) else {
            return Ok(self.bad_url(&verb.text, place));
        };
        self.go(&url, &verb.method("method"), place, Vec::new()).await
    }

    fn reject(&self, verb: &Element) -> Step {
        let ringing = self
            .exchange
            .peek()
            .leg(&self.leg)
            .is_some_and(|leg| leg.status == CallStatus::Ringing);
        if !ringing {
            self.warn(12200, "<Reject> after the call was answered");
            return Step::End(End::HungUp);
        }
        let busy = verb.attribute("reason") == Some("busy");
        Step::End(End::Rejected(if busy {
            CallStatus::Busy
        } else {
            CallStatus::NoAnswer
        }))
    }

    /// Goes on with the document at a URL.
    pub(crate) async fn go(
        &self,
        url: &str,
        method: &str,
        place: Where,
        more: Vec<(String, String)>,
    ) -> Result<Step, Interrupt> {
        if place == Where::Call {
            return Ok(Step::Goto(self.document(url, method, place, more).await?));
        }
        match self.try_document(url, method, place, more).await? {
            Ok(document) => Ok(Step::Goto(document)),
            Err(failure) => {
                self.warn(failure.code, format!("no document from {url}"));
                Ok(Step::End(End::Failed))
            }
        }
    }

    /// Goes on after a URL that cannot be made absolute.
    pub(crate) fn bad_url(&self, url: &str, place: Where) -> Step {
        self.warn(11100, format!("{url} is not a usable URL"));
        if place == Where::Call {
            Step::Goto(Document::apology(
                "We are sorry, an application error has occurred. Goodbye.",
            ))
        } else {
            Step::End(End::Failed)
        }
    }

    /// The action of a verb: its URL made absolute and its method; `None` when it has none.
    pub(crate) fn action(verb: &Element, document: &Document) -> Option<(Option<String>, String)> {
        let url = verb.attribute("action").filter(|url| !url.is_empty())?;
        Some((document.resolve(url), verb.method("method")))
    }

    /// The document of a source.
    pub(crate) async fn source(&self, source: &Source) -> Result<Document, Interrupt> {
        match source {
            Source::Url { url, method } => self.document(url, method, Where::Call, Vec::new()).await,
            Source::Twiml(text) => match crate::twiml::parse(text) {
                Ok(verbs) => Ok(Document { base: None, verbs }),
                Err(failure) => self.fallback(failure, "", Where::Call).await,
            },
        }
    }

    /// Runs a source and whatever REST redirects the leg to, until the leg is over; its final status.
    pub(crate) async fn live(&self, first: Source) -> CallStatus {
        let mut source = first;
        loop {
            let ended = match self.source(&source).await {
                Ok(document) => self.run(document, Where::Call).await,
                Err(interrupt) => Err(interrupt),
            };
            match ended {
                Ok(End::Rejected(status)) | Err(Interrupt::Stop(status)) => return status,
                Ok(End::Finished | End::HungUp | End::Left | End::Failed) => {
                    self.note(What::HungUp(crate::judge::Party::Twiml));
                    return CallStatus::Completed;
                }
                Err(Interrupt::Redirect(next)) => source = next,
                Err(Interrupt::HungUp) => return self.given_up(),
                // Stray news: whoever it was meant for is gone. The call is over rather than stuck.
                Err(
                    Interrupt::PickedUp
                    | Interrupt::Declined
                    | Interrupt::Child(..)
                    | Interrupt::Bridged
                    | Interrupt::Conference
                    | Interrupt::ConferenceOver,
                ) => {
                    tracing::error!(leg.sid = %self.leg, "leg {} was interrupted by news for nobody", self.leg);
                    return CallStatus::Completed;
                }
            }
        }
    }

    /// The status of a leg whose person hung up.
    fn given_up(&self) -> CallStatus {
        let state = self.exchange.peek();
        let answered = state.leg(&self.leg).is_some_and(|leg| leg.answered_ms.is_some());
        if answered {
            CallStatus::Completed
        } else {
            state.config.switches.abandoned_status.into()
        }
    }

    /// Starts the task of a leg that was dialled by this one; see `legs::dialled`.
    pub(crate) fn tell_child(&self, child: &crate::id::LegId, signal: Signal) {
        self.exchange.lock().signal(child, signal);
    }
}
