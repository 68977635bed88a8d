//! Say, Play and Pause: things that take time and change nothing.

use super::{End, Step};
use crate::judge::{Sound, What};
use crate::legs::{Interrupt, Line};
use crate::media;
use crate::twiml::{Document, Element};
use crate::webhook::Answer;

/// `loop="0"` means: for ever, which at Twilio is a thousand times.
const FOR_EVER: i64 = 1_000;

/// Something to be heard, and for how long.
pub(super) struct Prompt {
    pub(super) sound: Option<Sound>,
    pub(super) ms: i64,
}

impl Line {
    pub(super) async fn say(&self, verb: &Element) -> Result<Step, Interrupt> {
        self.answer();
        let prompt = self.spoken(verb);
        self.hear(prompt).await
    }

    pub(super) async fn play(&self, verb: &Element, document: &Document) -> Result<Step, Interrupt> {
        self.answer();
        let prompt = self.played(verb, document).await?;
        self.hear(prompt).await
    }

    pub(super) async fn pause_verb(&self, verb: &Element) -> Result<Step, Interrupt> {
        self.sleep(verb.number("length", 1).max(0) * 1000).await?;
        Ok(Step::Next)
    }

    async fn hear(&self, prompt: Prompt) -> Result<Step, Interrupt> {
        if let Some(sound) = prompt.sound {
            self.note(What::Heard(sound));
        }
        self.sleep(prompt.ms).await?;
        Ok(Step::Next)
    }

    /// A Say as something to be heard.
    pub(super) fn spoken(&self, verb: &Element) -> Prompt {
        let pace = self.exchange.peek().config.timings.ms_per_character;
        let length = i64::try_from(verb.text.chars().count()).unwrap_or(i64::MAX);
        let text = verb.text.split_whitespace().collect::<Vec<_>>().join(" ");
        Prompt {
            sound: Some(Sound::Text(text)),
            ms: length.saturating_mul(pace).saturating_mul(times(verb)),
        }
    }

    /// A Play as something to be heard. The file is really fetched, once per URL: a dead link is noticed.
    pub(super) async fn played(&self, verb: &Element, document: &Document) -> Result<Prompt, Interrupt> {
        if let Some(digits) = verb.attribute("digits") {
            let ms = digits
                .chars()
                .map(|digit| if digit == 'W' { 1000 } else { 500 })
                .sum();
            return Ok(Prompt { sound: None, ms });
        }
        let Some(url) = document.resolve(&verb.text) else {
            self.warn(11100, format!("{} is not a usable URL", verb.text));
            return Ok(Prompt { sound: None, ms: 0 });
        };
        let known = self.exchange.peek().media_ms.get(&url).copied();
        let ms = match known {
            Some(ms) => ms,
            None => match self.fetch_media(&url).await? {
                Answer::Got { status, body, .. } if status < 400 => {
                    let mut state = self.exchange.lock();
                    let ms = media::wav_ms(&body).unwrap_or(state.config.timings.media_ms);
                    state.media_ms.insert(url.clone(), ms);
                    ms
                }
                Answer::Got { .. } | Answer::Failed { .. } => {
                    self.warn(11200, format!("no media at {url}"));
                    return Ok(Prompt { sound: None, ms: 0 });
                }
            },
        };
        Ok(Prompt {
            sound: Some(Sound::Music(url)),
            ms: ms.saturating_mul(times(verb)),
        })
    }

    /// Something to be heard until the leg is interrupted.
    pub(super) async fn listen(&self, sound: Sound) -> Result<End, Interrupt> {
        self.note(What::Heard(sound));
        Err(self.idle().await)
    }
}

fn times(verb: &Element) -> i64 {
    match verb.number("loop", 1) {
        0 => FOR_EVER,
        times => times.clamp(1, FOR_EVER),
    }
}
