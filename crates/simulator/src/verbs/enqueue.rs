//! Enqueue: the wait loop, and the many ways out of it.

use super::{End, Step};
use crate::judge::{Sound, What};
use crate::legs::{Interrupt, Line};
use crate::switches::RedirectedAction;
use crate::twiml::{Document, Element, Where};

/// Why the waiting is over.
enum Out {
    /// This `QueueResult`; the document goes on.
    On(&'static str),
    /// The wait document hung up.
    HungUp,
    /// Somebody from outside; the `QueueResult` for the action, then the interrupt goes on.
    Interrupted(&'static str, Interrupt),
}

impl Line {
    pub(super) async fn enqueue(&self, verb: &Element, document: &Document) -> Result<Step, Interrupt> {
        self.answer();
        let name = verb.text.trim();
        if name.is_empty() || name.chars().count() > 64 || verb.attribute("workflowSid").is_some() {
            self.warn(
                12200,
                "<Enqueue> needs the name of a queue, of 64 characters at most",
            );
            return self.left(verb, document, "error", Vec::new()).await;
        }
        let joined = self.exchange.lock().join_queue(&self.leg, name);
        let Some(sid) = joined else {
            return self.left(verb, document, "queue-full", Vec::new()).await;
        };
        let since = self.now();
        let out = self.wait_loop(verb, document).await;

        let result = match &out {
            Out::On(result) | Out::Interrupted(result, _) => *result,
            Out::HungUp => "hangup",
        };
        let more = {
            let mut state = self.exchange.lock();
            state.take_member(&sid, &self.leg);
            if let Some(leg) = state.leg_mut(&self.leg) {
                leg.queue = None;
            }
            let what = What::LeftQueue {
                queue: name.to_owned(),
                result: result.to_owned(),
            };
            state.note(&self.leg, what);
            let waited_s = (state.clock.now_ms() - since) / 1000;
            vec![
                (String::from("QueueSid"), sid),
                (String::from("QueueTime"), waited_s.to_string()),
            ]
        };
        match out {
            Out::On(result) => self.left(verb, document, result, more).await,
            Out::HungUp => {
                self.tell_left(verb, document, result, more);
                Ok(Step::End(End::HungUp))
            }
            Out::Interrupted(result, Interrupt::Redirect(source)) => {
                let how = self.exchange.peek().config.switches.redirected_action;
                if how == RedirectedAction::Ignored {
                    self.tell_left(verb, document, result, more);
                    return Err(Interrupt::Redirect(source));
                }
                let step = self.left(verb, document, result, more).await?;
                if how == RedirectedAction::Replaces && matches!(step, Step::Goto(_)) {
                    return Ok(step);
                }
                if let Step::Goto(first) = step
                    && let ended @ End::HungUp = self.run(first, Where::Call).await?
                {
                    return Ok(Step::End(ended));
                }
                Err(Interrupt::Redirect(source))
            }
            Out::Interrupted(result, interrupt) => {
                self.tell_left(verb, document, result, more);
                Err(interrupt)
            }
        }
    }

    /// Music, again and again, until somebody or something ends the waiting.
    async fn wait_loop(&self, verb: &Element, document: &Document) -> Out {
        loop {
            let started = self.now();
            let ended = match verb.attribute("waitUrl") {
                None => self.listen(Sound::Music(String::from("twilio"))).await,
                Some("") => self.listen(Sound::Silence).await,
                Some(url) => {
                    let Some(url) = document.resolve(url) else {
                        self.warn(11100, format!("{url} is not a usable URL"));
                        return Out::On("error");
                    };
                    let method = verb.method("waitUrlMethod");
                    match self.try_document(&url, &method, Where::Queue, Vec::new()).await {
                        Ok(Ok(wait)) => self.run(wait, Where::Queue).await,
                        Ok(Err(failure)) => {
                            self.warn(failure.code, format!("no document from {url}"));
                            Ok(End::Failed)
                        }
                        Err(interrupt) => Err(interrupt),
                    }
                }
            };
            match ended {
                // A wait document that takes no time must not ask without end.
                Ok(End::Finished) => {
                    if self.now() - started < 1_000
                        && let Err(interrupt) = self.sleep(1_000).await
                    {
                        return Out::interrupted(interrupt);
                    }
                }
                Ok(End::Left) => return Out::On("leave"),
                Ok(End::HungUp) => return Out::HungUp,
                Ok(End::Failed | End::Rejected(_)) => return Out::On("error"),
                Err(interrupt) => return Out::interrupted(interrupt),
            }
        }
    }

    /// Goes on after the queue: with the action, else with the next verb.
    async fn left(
        &self,
        verb: &Element,
        document: &Document,
        result: &str,
        more: Vec<(String, String)>,
    ) -> Result<Step, Interrupt> {
        let Some((url, method)) = Self::action(verb, document) else {
            return Ok(Step::Next);
        };
        let Some(url) = url else {
            return Ok(self.bad_url("action", Where::Call));
        };
        self.go(&url, &method, Where::Call, with_result(result, more))
            .await
    }

    /// Tells the action how it ended; nobody waits for its answer.
    fn tell_left(&self, verb: &Element, document: &Document, result: &str, more: Vec<(String, String)>) {
        let Some((Some(url), method)) = Self::action(verb, document) else {
            return;
        };
        let more = with_result(result, more);
        let over = result == "hangup";
        self.exchange
            .lock()
            .request_in_vain(&self.leg, url, &method, more, over);
    }
}

impl Out {
    fn interrupted(interrupt: Interrupt) -> Self {
        let result = if matches!(interrupt, Interrupt::Redirect(_)) {
            "redirected"
        } else {
            "hangup"
        };
        Self::Interrupted(result, interrupt)
    }
}

fn with_result(result: &str, more: Vec<(String, String)>) -> Vec<(String, String)> {
    let mut all = vec![(String::from("QueueResult"), result.to_owned())];
    all.extend(more);
    all
}
