//! Dial to a Conference: join, wait, talk, hold, leave.

use super::{End, Step};
use crate::conference::{Entrance, Listener, Situation};
use crate::judge::{Sound, What};
use crate::legs::{Interrupt, Line, Wake};
use crate::twiml::{Document, Element, Where};

impl Line {
    pub(super) async fn confer(
        &self,
        verb: &Element,
        noun: &Element,
        document: &Document,
    ) -> Result<Step, Interrupt> {
        self.answer();
        let until = self.now() + verb.number("timeLimit", 14_400).max(1) * 1000;
        let entrance = Entrance {
            name: noun.text.clone(),
            region: noun
                .attribute("region")
                .filter(|region| !region.is_empty())
                .map(str::to_owned),
            label: noun
                .attribute("participantLabel")
                .filter(|label| !label.is_empty())
                .map(str::to_owned),
            muted: noun.flag("muted", false),
            start_on_enter: noun.flag("startConferenceOnEnter", true),
            end_on_exit: noun.flag("endConferenceOnExit", false),
            beep: noun
                .attribute("beep")
                .is_none_or(|beep| beep == "true" || beep == "onEnter"),
            listener: noun
                .attribute("statusCallback")
                .and_then(|url| document.resolve(url))
                .map(|url| Listener {
                    url,
                    method: noun.method("statusCallbackMethod"),
                    events: noun
                        .attribute("statusCallbackEvent")
                        .unwrap_or("start end")
                        .split_whitespace()
                        .map(str::to_owned)
                        .collect(),
                }),
        };
        let joined = self.exchange.lock().join_conference(&self.leg, entrance);
        let sid = match joined {
            Ok(sid) => sid,
            Err(code) => {
                self.warn(code, "this participant label is in the conference already");
                return Ok(Step::Next);
            }
        };
        loop {
            let situation = self.exchange.peek().situation(&sid, &self.leg);
            let result = match situation {
                Some(Situation::Waiting) => self.conference_wait(noun, document, until).await,
                Some(Situation::Held) => self.on_hold(&sid, until).await,
                Some(Situation::Talking) => self.in_conference(verb, until).await,
                None => Err(Interrupt::ConferenceOver),
            };
            match result {
                // Time is up, or the star key was pressed.
                Ok(()) | Err(Interrupt::ConferenceOver) => break,
                Err(Interrupt::Conference) => {}
                Err(interrupt) => {
                    self.exchange.lock().leave_conference(&sid, &self.leg, false);
                    return Err(interrupt);
                }
            }
        }
        let bridged = {
            let mut state = self.exchange.lock();
            state.leave_conference(&sid, &self.leg, false);
            state.bridges.iter().any(|bridge| bridge.has(&self.leg))
        };
        let Some((url, method)) = Self::action(verb, document) else {
            return Ok(Step::Next);
        };
        let Some(url) = url else {
            return Ok(self.bad_url("action", Where::Call));
        };
        let more = vec![
            (String::from("DialCallStatus"), String::from("answered")),
            (String::from("DialBridged"), bridged.to_string()),
        ];
        self.go(&url, &method, Where::Call, more).await
    }

    /// Until somebody comes to talk to. A wait document is run once: it does not loop by itself.
    async fn conference_wait(
        &self,
        noun: &Element,
        document: &Document,
        until: i64,
    ) -> Result<(), Interrupt> {
        match noun.attribute("waitUrl") {
            None => self.note(What::Heard(Sound::Music(String::from("twilio")))),
            Some("") => self.note(What::Heard(Sound::Silence)),
            Some(url) => {
                let method = noun.method("waitMethod");
                match document.resolve(url) {
                    Some(url) => {
                        let wait = self
                            .try_document(&url, &method, Where::Conference, Vec::new())
                            .await?;
                        match wait {
                            Ok(wait) => {
                                self.run(wait, Where::Conference).await?;
                            }
                            Err(failure) => self.warn(failure.code, format!("no document from {url}")),
                        }
                    }
                    None => self.warn(11100, format!("{url} is not a usable URL")),
                }
            }
        }
        self.stay(until, false).await
    }

    /// Hold music, again and again.
    async fn on_hold(&self, sid: &str, until: i64) -> Result<(), Interrupt> {
        let hold = self.exchange.peek().hold_document(sid, &self.leg);
        let Some((url, method)) = hold else {
            self.note(What::Heard(Sound::Music(String::from("twilio"))));
            return self.stay(until, false).await;
        };
        while self.now() < until {
            let started = self.now();
            match self
                .try_document(&url, &method, Where::Conference, Vec::new())
                .await?
            {
                Ok(hold) => match self.run(hold, Where::Conference).await? {
                    End::Finished => {}
                    End::HungUp | End::Rejected(_) | End::Left | End::Failed => {
                        return self.stay(until, false).await;
                    }
                },
                Err(failure) => {
                    self.warn(failure.code, format!("no document from {url}"));
                    return self.stay(until, false).await;
                }
            }
            if self.now() - started < 1_000 {
                self.sleep(1_000).await?;
            }
        }
        Ok(())
    }

    async fn in_conference(&self, verb: &Element, until: i64) -> Result<(), Interrupt> {
        self.stay(until, verb.flag("hangupOnStar", false)).await
    }

    async fn stay(&self, until: i64, star: bool) -> Result<(), Interrupt> {
        loop {
            match self.pause(Some(until)).await? {
                Wake::Time => return Ok(()),
                Wake::Digit('*') if star => return Ok(()),
                Wake::Digit(_) | Wake::Answer(..) => {}
            }
        }
    }
}
