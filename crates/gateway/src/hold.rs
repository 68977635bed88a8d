//! What those who wait hear: music, and now and then their place in the queue and how long it will take.
//!
//! Every document ends soon, because a waiting line learns what was decided at its end. They are cut so that one ends
//! where the next announcement is due, by the time in the queue that the carrier counts: nothing has to be remembered
//! between two requests, and whoever answers the next one goes on where this one stopped, also within the music. For the
//! same reason none lasts beyond the moment at which the call moves on by itself, but for a little.

use std::time::Duration;

use switchboard_contracts::Welcome;
use switchboard_domain::QueueName;
use switchboard_telephony::twiml::{Gather, Pause, Play, Prompt, Verb, VoiceResponse};

use crate::app::Gateway;
use crate::script::Script;

/// Slow speech, in characters a second: what is read aloud takes no longer than this says.
const SPEECH: usize = 10;
/// The longest piece of music, in seconds: longer ones would only make the carrier fetch more at once.
const MUSIC: u64 = 12;
/// The time for a key after the last sound, which is part of the document's length.
const KEY: Duration = Duration::from_secs(1);
/// An announcement is due so long, in seconds, after its time has come: requests take a moment, and are counted in
/// whole seconds. Whatever is announced lasts longer.
const DUE: u64 = 3;
/// So much later than the moment at which the call moves on by itself, at most, a document is over: the job that
/// does it then, and moves the line, has the first go, and should it be dead the caller hears no more music than this.
/// Less would let the line ask just while it is being moved, or in a tight circle.
pub(crate) const AFTER: Duration = Duration::from_secs(3);

/// What is known of somebody who waits.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Told {
    /// How long, by the carrier's count.
    pub(crate) waited: Option<Duration>,
    /// Nobody has answered yet, and the key for the voicemail does something.
    pub(crate) waits: bool,
    /// How many are to be answered before.
    pub(crate) ahead: Option<u64>,
    /// How long it will still take.
    pub(crate) estimate: Option<Duration>,
    /// When something else must happen, which perhaps nobody but this line looks out for: no document lasts longer.
    pub(crate) longest: Option<Duration>,
    /// What is said to whoever has just joined.
    pub(crate) welcome: Welcome,
    /// No agent is there and no phone could ring: they are not told that somebody comes shortly.
    pub(crate) nobody_there: bool,
}

impl Told {
    /// The address says it as long as somebody waits; only the first document of the queue is the moment for it.
    pub(crate) fn welcomed(&self) -> Welcome {
        if self.waited.is_some_and(|waited| waited.as_secs() < DUE) {
            self.welcome
        } else {
            Welcome::Nothing
        }
    }
}

impl Script {
    /// Whether something is announced to somebody who has waited so long.
    pub(crate) fn announces(&self, waited: Option<Duration>) -> bool {
        let every = self.announce_every.as_secs();
        waited.is_some_and(|waited| every > 0 && waited.as_secs() % every < DUE)
    }

    /// What those hear who have just joined the queue: as many whole sentences as fit into `room` seconds. The rest would
    /// be said while something else is to happen.
    fn welcome(&self, told: &Told, room: u64) -> Vec<String> {
        let queue = if told.nobody_there {
            &self.nobody
        } else {
            &self.queue
        };
        let texts: &[&String] = match told.welcomed() {
            Welcome::Nothing => &[],
            Welcome::Queue => &[queue],
            Welcome::Greeting => &[&self.greeting, queue],
        };
        let mut room = room;
        let mut welcome = Vec::new();
        for text in texts {
            let fits = sentences_within(text, room);
            room -= seconds(fits);
            welcome.push(fits.to_owned());
            if fits.len() < text.len() {
                break;
            }
        }
        welcome.retain(|text| !text.is_empty());
        welcome
    }

    /// As much of it as fits into `room` seconds, in the order in which it is spoken.
    fn announcement(&self, told: &Told, room: u64) -> Vec<String> {
        let mut room = room;
        let mut fits = |text: &String| {
            let length = seconds(text);
            let fits = !text.is_empty() && length <= room;
            if fits {
                room -= length;
            }
            fits
        };
        let position = self.position_text(told).filter(&mut fits);
        let estimate = told
            .estimate
            .map(|left| self.estimate_text(left))
            .filter(&mut fits);
        let offer = Some(self.message_offer.clone())
            .filter(|_| told.waits)
            .filter(&mut fits);
        // Whoever has just been asked to hold the line is not thanked for it yet.
        let begins = told.waited.is_none_or(|waited| waited.as_secs() < DUE);
        let hold = Some(self.hold.clone()).filter(|_| !begins).filter(&mut fits);
        [hold, position, estimate, offer].into_iter().flatten().collect()
    }

    fn position_text(&self, told: &Told) -> Option<String> {
        match told.ahead.filter(|_| told.waits)? {
            0 => Some(self.next.clone()),
            ahead => Some(
                self.position
                    .replace("{position}", &ahead.saturating_add(1).to_string()),
            ),
        }
    }

    fn estimate_text(&self, left: Duration) -> String {
        match left.as_secs().div_ceil(60) {
            0 | 1 => self.estimate_minute.clone(),
            minutes => self.estimate.replace("{minutes}", &minutes.to_string()),
        }
    }
}

/// The text, or as many of its sentences as take no longer.
fn sentences_within(text: &str, room: u64) -> &str {
    if seconds(text) <= room {
        return text;
    }
    let ends = text
        .match_indices(". ")
        .chain(text.match_indices("! "))
        .chain(text.match_indices("? "));
    let begun = ends.filter_map(|(at, _)| text.get(..=at));
    let fits = begun.filter(|begun| seconds(begun) <= room);
    fits.max_by_key(|begun| begun.len()).unwrap_or_default()
}

/// How long a text takes at most.
fn seconds(text: &str) -> u64 {
    text.chars()
        .count()
        .div_ceil(SPEECH)
        .try_into()
        .unwrap_or(u64::MAX)
}

impl Gateway {
    /// The next piece of the waiting.
    pub(crate) fn hold(&self, script: &Script, queue: &QueueName, told: &Told) -> VoiceResponse {
        let longest = told.longest.map_or(u64::MAX, |longest| longest.as_secs());
        let welcome = script.welcome(told, longest.saturating_sub(KEY.as_secs()));
        let welcomed: u64 = welcome.iter().map(|text| seconds(text)).sum();
        // The welcome comes before the first document of the usual length: it is as long as it is.
        let length = script.wait_document.saturating_add(Duration::from_secs(welcomed));
        let length = told.longest.map_or(length, |longest| longest.min(length));
        let key = script
            .message_key
            .filter(|_| told.waits && length > KEY)
            .map(|_| KEY.as_secs())
            .unwrap_or_default();
        let room = length.as_secs().saturating_sub(key + welcomed);
        let waited = told.waited.unwrap_or_default().as_secs();
        let announcement = if script.announces(told.waited) {
            script.announcement(told, room)
        } else {
            Vec::new()
        };
        let said = announcement.iter().map(|text| seconds(text)).sum();
        let texts = [welcome, announcement].concat();
        let spoken: u64 = texts.iter().map(|text| seconds(text)).sum();
        let mut music = room.saturating_sub(said).min(MUSIC);
        let every = script.announce_every.as_secs();
        if texts.is_empty() && every > 0 && told.waited.is_some() {
            music = music.min((every - waited % every).saturating_sub(key).max(1));
        }
        let mut prompts: Vec<Prompt> = texts.iter().map(|text| Prompt::Say(script.say(text))).collect();
        if music > 0 {
            let at = waited.saturating_add(spoken) % self.music.seconds();
            prompts.push(Prompt::Play(Play::new(self.urls.music(at, music))));
        }
        if prompts.is_empty() {
            prompts.push(Prompt::Pause(Pause::seconds(room.max(1))));
        }
        if key == 0 {
            return VoiceResponse(prompts.into_iter().map(verb).collect());
        }
        let gather = Gather {
            num_digits: Some(1),
            timeout: Some(KEY),
            prompts,
            ..Gather::new(self.urls.wait_key(queue))
        };
        VoiceResponse(vec![gather.into()])
    }
}

fn verb(prompt: Prompt) -> Verb {
    match prompt {
        Prompt::Say(say) => say.into(),
        Prompt::Play(play) => play.into(),
        Prompt::Pause(pause) => pause.into(),
    }
}
