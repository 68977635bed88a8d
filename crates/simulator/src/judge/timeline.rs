//! The time-line: one entry for each thing that a caller, an agent, an office phone or Twilio saw.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::id::LegId;
use crate::legs::CallStatus;

/// Whose eyes an entry is seen through.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Who {
    /// Somebody who rang one of the numbers; the number shown.
    Caller(String),
    /// An agent's browser; its identity.
    Agent(String),
    /// A phone that was rung, of the office or of an agent; its number.
    OfficePhone(String),
    /// The stand-in itself.
    Twilio,
}

impl fmt::Display for Who {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Caller(number) => write!(f, "caller {number}"),
            Self::Agent(identity) => write!(f, "agent {identity}"),
            Self::OfficePhone(number) => write!(f, "phone {number}"),
            Self::Twilio => f.write_str("twilio"),
        }
    }
}

/// What can be heard on a leg.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Sound {
    /// A spoken text.
    Text(String),
    /// A media file by its URL, or `twilio` for the carrier's own hold music.
    Music(String),
    /// The ring tone while others are dialled.
    Ringing,
    /// The beep of a recording or of a conference.
    Beep,
    /// Nothing.
    Silence,
}

impl fmt::Display for Sound {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Text(text) => write!(f, "\u{201c}{text}\u{201d}"),
            Self::Music(url) => write!(f, "music {url}"),
            Self::Ringing => f.write_str("ringing"),
            Self::Beep => f.write_str("a beep"),
            Self::Silence => f.write_str("silence"),
        }
    }
}

/// Who ended a leg.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Party {
    /// The person at its far end.
    Person,
    /// Its `TwiML`: a Hangup, or the end of the document.
    Twiml,
    /// A REST request.
    Rest,
    /// The leg that had dialled it.
    Dialler,
}

/// What was seen.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum What {
    /// The leg began; the number or `client:` it was for.
    Dialled(String),
    /// The phone rings.
    Ringing,
    /// The leg was answered.
    Answered,
    /// Something was heard.
    Heard(Sound),
    /// Keys were pressed.
    Pressed(String),
    /// Entered the queue of this name.
    Enqueued(String),
    /// Left a queue.
    LeftQueue {
        /// Its name.
        queue: String,
        /// The `QueueResult`.
        result: String,
    },
    /// Entered the conference of this name.
    JoinedConference(String),
    /// Left the conference of this name.
    LeftConference(String),
    /// Can talk with this leg from now on.
    Bridged(LegId),
    /// Can no longer talk with this leg.
    Unbridged(LegId),
    /// A recording of so many seconds was made.
    Recorded {
        /// Its SID.
        sid: String,
        /// Its length.
        seconds: i64,
    },
    /// The browser's tab is dead; nobody has noticed yet.
    Died,
    /// The leg was ended by somebody.
    HungUp(Party),
    /// The leg is over.
    Ended(CallStatus),
    /// A webhook in one line: method, path, telling parameters, answer.
    Webhook(String),
    /// A notification that a fault swallowed.
    Lost(String),
    /// A REST request in one line.
    Rest(String),
    /// Something in the `TwiML` that Twilio would complain about; error code and text.
    Warning {
        /// Twilio's error code.
        code: u32,
        /// What was wrong.
        text: String,
    },
}

impl fmt::Display for What {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Dialled(to) => write!(f, "dialled {to}"),
            Self::Ringing => f.write_str("rings"),
            Self::Answered => f.write_str("answered"),
            Self::Heard(sound) => write!(f, "hears {sound}"),
            Self::Pressed(digits) => write!(f, "presses {digits}"),
            Self::Enqueued(queue) => write!(f, "waits in {queue}"),
            Self::LeftQueue { queue, result } => write!(f, "leaves {queue} ({result})"),
            Self::JoinedConference(name) => write!(f, "joins conference {name}"),
            Self::LeftConference(name) => write!(f, "leaves conference {name}"),
            Self::Bridged(other) => write!(f, "talks with {other}"),
            Self::Unbridged(other) => write!(f, "no longer talks with {other}"),
            Self::Recorded { sid, seconds } => write!(f, "recorded {seconds} s ({sid})"),
            Self::Died => f.write_str("browser tab dies"),
            Self::HungUp(Party::Person) => f.write_str("hangs up"),
            Self::HungUp(Party::Twiml) => f.write_str("is hung up by its TwiML"),
            Self::HungUp(Party::Rest) => f.write_str("is hung up by REST"),
            Self::HungUp(Party::Dialler) => f.write_str("is hung up by the dialling leg"),
            Self::Ended(status) => write!(f, "ended: {status}"),
            Self::Webhook(line) => write!(f, "webhook {line}"),
            Self::Lost(line) => write!(f, "lost webhook {line}"),
            Self::Rest(line) => write!(f, "rest {line}"),
            Self::Warning { code, text } => write!(f, "warning {code}: {text}"),
        }
    }
}

/// One line of the time-line.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// Virtual time, Unix epoch milliseconds.
    pub at_ms: i64,
    /// The leg it is about, if any.
    pub leg: Option<LegId>,
    /// Who saw it.
    pub who: Who,
    /// What was seen.
    pub what: What,
}

/// All entries so far, oldest first. Shown with [`fmt::Display`], times count from the first entry.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Timeline(pub Vec<Entry>);

impl Timeline {
    /// What one leg saw, Twilio's own entries about it left out.
    pub fn of(&self, leg: &LegId) -> impl Iterator<Item = &Entry> {
        self.0
            .iter()
            .filter(move |entry| entry.leg.as_ref() == Some(leg) && entry.who != Who::Twilio)
    }

    /// The texts spoken to one leg, in order.
    pub fn texts(&self, leg: &LegId) -> Vec<&str> {
        self.of(leg)
            .filter_map(|entry| match &entry.what {
                What::Heard(Sound::Text(text)) => Some(text.as_str()),
                What::Heard(Sound::Music(_) | Sound::Ringing | Sound::Beep | Sound::Silence)
                | What::Dialled(_)
                | What::Ringing
                | What::Answered
                | What::Pressed(_)
                | What::Enqueued(_)
                | What::LeftQueue { .. }
                | What::JoinedConference(_)
                | What::LeftConference(_)
                | What::Bridged(_)
                | What::Unbridged(_)
                | What::Recorded { .. }
                | What::Died
                | What::HungUp(_)
                | What::Ended(_)
                | What::Webhook(_)
                | What::Lost(_)
                | What::Rest(_)
                | What::Warning { .. } => None,
            })
            .collect()
    }
}

impl fmt::Display for Timeline {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let start = self.0.first().map_or(0, |entry| entry.at_ms);
        for entry in &self.0 {
            let ms = entry.at_ms - start;
            let leg = entry.leg.as_ref().map_or("", |leg| leg.as_str());
            let short = leg.get(..8).unwrap_or(leg);
            writeln!(
                f,
                "{:>4}.{:03} s  {short:8}  {:24}  {}",
                ms / 1000,
                ms % 1000,
                entry.who.to_string(),
                entry.what
            )?;
        }
        Ok(())
    }
}
