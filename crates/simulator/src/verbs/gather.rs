//! Gather: keys, while prompts play and for a while after.

use super::Step;
use crate::judge::What;
use crate::legs::{Interrupt, Line, Wake};
use crate::twiml::{Document, Element, Where};
use crate::webhook::{Answer, Source};

/// What has been typed, and when it is complete.
struct Keys {
    typed: String,
    wanted: Option<usize>,
    /// `None`: no key ends it.
    finish: Option<char>,
    done: bool,
}

impl Keys {
    fn press(&mut self, digit: char) {
        if self.finish == Some(digit) {
            self.done = true;
            return;
        }
        self.typed.push(digit);
        self.done = self.wanted.is_some_and(|wanted| self.typed.len() >= wanted);
    }
}

impl Line {
    pub(super) async fn gather(
        &self,
        verb: &Element,
        document: &Document,
        place: Where,
    ) -> Result<Step, Interrupt> {
        self.answer();
        let mut keys = Keys {
            typed: String::new(),
            wanted: usize::try_from(verb.number("numDigits", 0))
                .ok()
                .filter(|wanted| *wanted > 0),
            finish: verb
                .attribute("finishOnKey")
                .map_or(Some('#'), |key| key.chars().next()),
            done: false,
        };
        for prompt in &verb.children {
            if keys.done || !keys.typed.is_empty() {
                break;
            }
            let prompt = match prompt.name.as_str() {
                "Say" => self.spoken(prompt),
                "Play" => self.played(prompt, document).await?,
                "Pause" => {
                    let ms = prompt.number("length", 1).max(0) * 1000;
                    super::speech::Prompt { sound: None, ms }
                }
                _ => continue,
            };
            if let Some(sound) = prompt.sound {
                self.note(What::Heard(sound));
            }
            // The first key stops the prompt.
            let until = self.now() + prompt.ms;
            while keys.typed.is_empty() && !keys.done {
                match self.pause(Some(until)).await? {
                    Wake::Time => break,
                    Wake::Digit(digit) => keys.press(digit),
                    Wake::Answer(_, Answer::Got { .. } | Answer::Failed { .. }) => {}
                }
            }
        }
        let timeout_ms = verb.number("timeout", 5).max(0) * 1000;
        let restarts = self.exchange.peek().config.switches.gather_timeout_restarts;
        let mut until = self.now() + timeout_ms;
        while !keys.done {
            match self.pause(Some(until)).await? {
                Wake::Time => break,
                Wake::Digit(digit) => {
                    keys.press(digit);
                    if restarts {
                        until = self.now() + timeout_ms;
                    }
                }
                Wake::Answer(_, Answer::Got { .. } | Answer::Failed { .. }) => {}
            }
        }
        self.gathered(verb, document, place, &keys.typed).await
    }

    async fn gathered(
        &self,
        verb: &Element,
        document: &Document,
        place: Where,
        typed: &str,
    ) -> Result<Step, Interrupt> {
        if typed.is_empty() && !verb.flag("actionOnEmptyResult", false) {
            return Ok(Step::Next);
        }
        let mut more = Vec::new();
        if !typed.is_empty() || self.exchange.peek().config.switches.empty_digits_sent {
            more.push((String::from("Digits"), typed.to_owned()));
        }
        // Without an action the document asks itself again: the classic loop.
        let (url, method) = Self::action(verb, document).unwrap_or_else(|| {
            (
                document.base.as_ref().map(ToString::to_string),
                String::from("POST"),
            )
        });
        match url {
            Some(url) => self.go(&url, &method, place, more).await,
            None => Ok(self.bad_url(verb.attribute("action").unwrap_or_default(), place)),
        }
    }

    /// A source at a URL relative to a document.
    pub(super) fn relative(document: &Document, url: &str, method: String) -> Option<Source> {
        Some(Source::Url {
            url: document.resolve(url)?,
            method,
        })
    }
}
