//! The nouns of a Dial: whom to ring, what to screen them with, whom to tell.

use crate::judge::Who;
use crate::legs::{Callback, Line, Progress};
use crate::twiml::{Document, Element};
use crate::webhook::Source;

/// More than this cannot be dialled at once.
const AT_ONCE: usize = 10;

/// Somebody to ring.
pub(super) struct Noun {
    pub(super) to: String,
    pub(super) who: Who,
    pub(super) screening: Option<Source>,
    pub(super) callback: Option<Callback>,
}

impl Line {
    pub(super) fn nouns(&self, verb: &Element, document: &Document) -> Vec<Noun> {
        let mut nouns: Vec<Noun> = verb
            .children
            .iter()
            .filter_map(|noun| self.noun(noun, document))
            .collect();
        if verb.children.is_empty() && !verb.text.is_empty() {
            let to = verb.text.clone();
            nouns.push(Noun {
                who: Who::OfficePhone(to.clone()),
                to,
                screening: None,
                callback: None,
            });
        }
        if nouns.len() > AT_ONCE {
            self.warn(
                12200,
                format!("<Dial> rings {AT_ONCE} at once, not {}", nouns.len()),
            );
            nouns.truncate(AT_ONCE);
        }
        nouns
    }

    fn noun(&self, noun: &Element, document: &Document) -> Option<Noun> {
        let identity = |noun: &Element| {
            let inner = noun.children.iter().find(|child| child.name == "Identity");
            inner.map_or_else(|| noun.text.clone(), |inner| inner.text.clone())
        };
        let (to, who) = match noun.name.as_str() {
            "Number" => {
                if !noun.text.starts_with('+') {
                    self.warn(13223, "a <Number> is not in E.164 form");
                }
                (noun.text.clone(), Who::OfficePhone(noun.text.clone()))
            }
            "Client" => {
                let identity = identity(noun);
                (format!("client:{identity}"), Who::Agent(identity))
            }
            _ => return None,
        };
        let screening = noun
            .attribute("url")
            .filter(|url| !url.is_empty())
            .and_then(|url| Self::relative(document, url, noun.method("method")));
        Some(Noun {
            to,
            who,
            screening,
            callback: self.noun_callback(noun, document),
        })
    }

    fn noun_callback(&self, noun: &Element, document: &Document) -> Option<Callback> {
        let url = document.resolve(noun.attribute("statusCallback")?)?;
        let mut events = Vec::new();
        for name in noun
            .attribute("statusCallbackEvent")
            .unwrap_or("completed")
            .split_whitespace()
        {
            match Progress::parse(name) {
                Some(event) => events.push(event),
                None => self.warn(12200, format!("no status event {name}")),
            }
        }
        Some(Callback {
            url,
            method: noun.method("statusCallbackMethod"),
            events,
            sequence: 0,
        })
    }
}
