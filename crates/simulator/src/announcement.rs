//! Announcements: a document that everybody in a conference hears, or one of them.

use crate::id::LegId;
use crate::judge::{Sound, What};
use crate::state::State;
use crate::twiml::{Document, Where, check, read};
use crate::webhook::{Webhook, deliver};

impl State {
    /// Fetches the document and lets these legs hear it; the conference's listener is told when it is over.
    pub(crate) fn announce(&mut self, sid: &str, legs: Vec<LegId>, url: String, method: String) {
        let sid = sid.to_owned();
        let hook = Webhook {
            leg: legs.first().cloned(),
            url: url.clone(),
            method,
            params: vec![
                (String::from("AccountSid"), self.config.account_sid.clone()),
                (String::from("ConferenceSid"), sid.clone()),
            ],
        };
        self.spawn(move |exchange| async move {
            let answer = deliver(&exchange, &hook).await;
            let pair = |name: &str, value: String| (name.to_owned(), value);
            let about = pair("AnnounceUrl", url);
            let document = match read(&answer) {
                Ok(document) => document,
                Err(failure) => {
                    let why = pair("ReasonAnnouncementFailed", failure.code.to_string());
                    let more = vec![about, why];
                    return exchange
                        .lock()
                        .conference_event(&sid, "announcement-fail", None, more);
                }
            };
            let sounds = exchange.peek().sounds(&document);
            for (sound, ms) in sounds {
                exchange.lock().heard_in(&sid, &legs, &sound);
                exchange.sleep(ms).await;
            }
            exchange
                .lock()
                .conference_event(&sid, "announcement-end", None, vec![about]);
        });
    }

    /// Those who are still in the conference hear something.
    fn heard_in(&mut self, sid: &str, legs: &[LegId], sound: &Sound) {
        for leg in legs {
            if self.participant(sid, leg).is_some() {
                self.note(leg, What::Heard(sound.clone()));
            }
        }
    }

    /// What can be heard of a document, and how long each lasts.
    fn sounds(&self, document: &Document) -> Vec<(Sound, i64)> {
        let pace = self.config.timings.ms_per_character;
        let heard = document
            .verbs
            .iter()
            .filter(|verb| check(verb, Where::Conference).is_ok());
        heard
            .filter_map(|verb| match verb.name.as_str() {
                "Say" => {
                    let length = i64::try_from(verb.text.chars().count()).unwrap_or(i64::MAX);
                    Some((Sound::Text(verb.text.clone()), length.saturating_mul(pace)))
                }
                "Play" => Some((Sound::Music(verb.text.clone()), self.config.timings.media_ms)),
                _ => None,
            })
            .collect()
    }
}
