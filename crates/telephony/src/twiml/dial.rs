//! Connecting a leg with others.

use std::{io::Write, time::Duration};

use twilio_async::twiml::{Twiml, TwimlResult};
use xml::writer::EventWriter;

use super::{
    Conference, Method, Noun,
    element::{Element, verb},
};

/// Whom a `<Dial>` connects with: phones and browsers, or a conference; Twilio takes no mixture.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Target {
    /// All of these ring at once; the first to accept is connected. See [`Dial::MAX_NOUNS`].
    Ring(Vec<Noun>),
    /// A conference.
    Conference(Box<Conference>),
}

/// Connects the leg.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dial {
    /// With whom.
    pub target: Target,
    /// Asked when it is over and this leg is still up; the next verb runs if nothing.
    pub action: Option<String>,
    /// How `action` is requested; `POST` if nothing.
    pub method: Option<Method>,
    /// How long it rings, 5 to 600 s; Twilio adds about 5 s. 30 s if nothing.
    pub timeout: Option<Duration>,
    /// The number the others see; the caller's if nothing.
    pub caller_id: Option<String>,
    /// Whether an incoming call stays unanswered, and free of charge, until somebody accepts. Works only in
    /// its first verb.
    pub answer_on_bridge: Option<bool>,
}

impl Dial {
    /// How many can ring at once. Twilio documents ten of each kind and says nothing about mixtures.
    pub const MAX_NOUNS: usize = 10;

    /// Rings all of these at once.
    pub fn ring(nouns: Vec<Noun>) -> Self {
        Self::new(Target::Ring(nouns))
    }

    /// Joins a conference.
    pub fn conference(conference: Conference) -> Self {
        Self::new(Target::Conference(Box::new(conference)))
    }

    const fn new(target: Target) -> Self {
        Self {
            target,
            action: None,
            method: None,
            timeout: None,
            caller_id: None,
            answer_on_bridge: None,
        }
    }

    /// How many ring.
    pub(super) fn nouns(&self) -> usize {
        match &self.target {
            Target::Ring(nouns) => nouns.len(),
            Target::Conference(_) => 1,
        }
    }

    fn write_element<W: Write>(&self, w: &mut EventWriter<W>) -> TwimlResult<()> {
        let Self {
            target,
            action,
            method,
            timeout,
            caller_id,
            answer_on_bridge,
        } = self;
        Element::new("Dial")
            .attr("action", action.as_ref())
            .attr("method", *method)
            .seconds("timeout", *timeout)
            .attr("callerId", caller_id.as_ref())
            .attr("answerOnBridge", *answer_on_bridge)
            .with(w, |w| match target {
                Target::Ring(nouns) => nouns.iter().try_for_each(|noun| noun.write(w)),
                Target::Conference(conference) => conference.write(w),
            })
    }
}

verb!(Dial);
