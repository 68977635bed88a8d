//! What callers heard between two moments, and for how long.

use std::collections::BTreeMap;
use std::fmt;

use switchboard_simulator::{LegId, Sound, Timeline, What};

/// Milliseconds of each kind of sound, over several lines.
#[derive(Debug, Default)]
pub(super) struct Heard {
    by_kind: BTreeMap<&'static str, i64>,
    /// The longest that one of them heard nothing at all.
    longest_silence_ms: i64,
}

/// What one line hears at a moment.
struct Ear {
    sound: &'static str,
    talks: usize,
    leaves_message: bool,
    is_on: bool,
}

impl Ear {
    fn kind(&self) -> Option<&'static str> {
        match self {
            Self { is_on: false, .. } => None,
            Self { talks: 1.., .. } => Some("somebody to talk with"),
            Self {
                leaves_message: true, ..
            } => Some("themselves, leaving a message"),
            Self { sound, .. } => Some(sound),
        }
    }

    fn notice(&mut self, what: &What) {
        match what {
            What::Dialled(_) => self.is_on = true,
            What::Heard(Sound::Beep) => self.leaves_message = true,
            What::Heard(Sound::Text(_)) => (self.sound, self.leaves_message) = ("announcements", false),
            What::Heard(Sound::Music(_)) => self.sound = "music",
            What::Heard(Sound::Ringing) => self.sound = "phones ringing",
            What::Heard(Sound::Silence) => self.sound = "silence",
            What::Bridged(_) => self.talks += 1,
            What::Unbridged(_) => self.talks = self.talks.saturating_sub(1),
            What::Recorded { .. } => self.leaves_message = false,
            What::Ended(_) => self.is_on = false,
            What::Ringing
            | What::Answered
            | What::Pressed(_)
            | What::Enqueued(_)
            | What::LeftQueue { .. }
            | What::JoinedConference(_)
            | What::LeftConference(_)
            | What::Died
            | What::HungUp(_)
            | What::Webhook(_)
            | What::Lost(_)
            | What::Rest(_)
            | What::Warning { .. } => {}
        }
    }
}

impl Heard {
    /// What these lines heard from one moment to the other.
    pub(super) fn between(timeline: &Timeline, legs: &[LegId], from: i64, to: i64) -> Self {
        let mut heard = Self::default();
        for leg in legs {
            let mut ear = Ear {
                sound: "silence",
                talks: 0,
                leaves_message: false,
                is_on: false,
            };
            let mut since = from;
            for entry in timeline.of(leg) {
                let now = entry.at_ms.clamp(from, to);
                heard.add(ear.kind(), now - since);
                since = now;
                ear.notice(&entry.what);
            }
            heard.add(ear.kind(), to - since);
        }
        heard
    }

    fn add(&mut self, kind: Option<&'static str>, ms: i64) {
        let Some(kind) = kind.filter(|_| ms > 0) else {
            return;
        };
        *self.by_kind.entry(kind).or_default() += ms;
        if kind == "silence" {
            self.longest_silence_ms = self.longest_silence_ms.max(ms);
        }
    }
}

impl fmt::Display for Heard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let all: i64 = self.by_kind.values().sum();
        let mut kinds: Vec<_> = self.by_kind.iter().collect();
        kinds.sort_by_key(|(_, ms)| -**ms);
        for (number, (kind, ms)) in kinds.into_iter().enumerate() {
            let comma = if number == 0 { "" } else { ", " };
            write!(f, "{comma}{kind} {} s", (*ms + 500) / 1000)?;
        }
        write!(f, " (of {} s", (all + 500) / 1000)?;
        if self.longest_silence_ms > 0 {
            write!(f, "; silence at most {} ms at a time", self.longest_silence_ms)?;
        }
        f.write_str(")")
    }
}
