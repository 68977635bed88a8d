//! The office, what callers hear, and the menu.

use std::time::Duration;

use config::Value;
use switchboard_domain::{Country, PhoneNumber};
use switchboard_hours::{Moment, Names, Summary, Wording};

use crate::settings::{
    fault::Faults,
    read::{Setting, section},
    show::Shown,
};

section! {
    /// `office`: whose phone system it is. In every text `{office}` stands for the name and `{key}` for the key that
    /// takes a call.
    pub Office {
        /// As callers should hear it.
        name: String,
        /// The numbers that callers dial.
        numbers: Vec<PhoneNumber>,
        /// The phones that ring together when no agent has answered.
        phones: Vec<OfficePhone>,
        /// The country whose dialling rules apply to numbers without a country code: two letters (ISO 3166).
        country: String,
        /// How long the office phones ring in one round.
        ring_time: Duration,
        /// The key that takes a call on a phone, so that a mailbox cannot win.
        accept_key: char,
        /// The language of the texts, such as `en-GB`.
        language: String,
        /// The voice that reads the texts, in the carrier's words.
        voice: String,
        /// Said first, when the office is open.
        greeting: String,
        /// Said when the office is closed, before voicemail.
        closed_message: String,
        /// Said instead on a holiday; `{holiday}` stands for its name.
        holiday_message: String,
        /// Said after either, if it is known when the office opens again; `{opens}` stands for that: in the words of
        /// the four texts that follow, and without them in English: `at 1:30 pm`, `tomorrow at 9 am`. Empty: nothing is
        /// said.
        reopens_message: String,
        /// `{opens}` on the same day; `{time}` stands for the time. Empty, as are the next three: English is spoken.
        opens_today: String,
        /// `{opens}` on the next day.
        opens_tomorrow: String,
        /// `{opens}` within the week; `{weekday}` stands for the day's name in the language of the texts.
        opens_this_week: String,
        /// `{opens}` later; `{day}` stands for the day of the month, `{month}` for its name.
        opens_later: String,
        /// Said on joining the queue.
        queue_message: String,
        /// Said on joining the queue instead, when no agent is there and the office has no phones. Empty: those who join
        /// hear `queue_message` all the same.
        nobody_message: String,
        /// Said between pieces of music while waiting.
        hold_message: String,
        /// Said while waiting; `{position}` stands for the caller's place in the queue. Empty: nothing is said.
        position_message: String,
        /// Said instead to the first. Empty: nothing is said.
        next_message: String,
        /// Said when it is known well enough; `{minutes}` stands for how many more, at least two. Empty: nothing is
        /// said.
        estimate_message: String,
        /// Said instead when it is a minute or less. Empty: nothing is said.
        estimate_minute_message: String,
        /// Says that `{message_key}` leads to the voicemail. Empty: nothing is said; the key does so all the same.
        message_offer: String,
        /// The key with which somebody who waits asks to leave a message. Empty: there is none.
        message_key: String,
        /// A WAV file with music for those who wait. Empty: the music that is built in.
        music: String,
        /// Callers whose calls are not taken: numbers such as `+447700900123`, beginnings of numbers such as
        /// `+4470*`, and addresses such as `sip:nuisance@example.com`.
        blocked: Vec<String>,
        /// What becomes of callers who hide their number: `answer`, or `reject`.
        withheld: String,
        /// Said to a caller whose number has too many calls, before a message is recorded; see `caller_limits`.
        limit_message: String,
        /// Said before an answer is recorded.
        voicemail_message: String,
        /// Said after a recording.
        recorded_message: String,
        /// Said when a key is pressed that the menu does not have.
        not_understood_message: String,
        /// Said to an office phone that picked up, before it may take the call.
        office_screen_message: String,
        /// Said to an agent's own phone that picked up, before it takes the call.
        agent_screen_message: String,
        /// Said to whoever accepts a call that somebody else has taken or whose caller has gone.
        taken_message: String,
        /// Said when something of ours fails, before the call takes its safe way out.
        sorry_message: String,
        /// Said before we hang up on a caller.
        goodbye_message: String,
    }
}

impl Office {
    /// Whose dialling rules apply to numbers without a country code.
    pub fn country(&self) -> Country {
        // Checked when the settings were read.
        Country::parse(&self.country).unwrap_or(Country::GB)
    }

    /// What a caller hears who calls out of hours: that it is closed, for which holiday, and when it opens again.
    pub fn closed_words(&self, hours: Option<&Summary>) -> String {
        let key = self.accept_key.to_string();
        let text = |text: &str| text.replace("{office}", &self.name).replace("{key}", &key);
        // It may have opened since this caller was told that it is closed.
        let Some(hours) = hours.filter(|hours| !hours.open) else {
            return text(&self.closed_message);
        };
        let closed = match hours.reason.holiday_name() {
            Some(name) => text(&self.holiday_message).replace("{holiday}", name),
            None => text(&self.closed_message),
        };
        match &hours.until {
            Some(opening) if !self.reopens_message.is_empty() => {
                format!(
                    "{closed} {}",
                    text(&self.reopens_message).replace("{opens}", &self.opens_words(opening))
                )
            }
            Some(_) | None => closed,
        }
    }

    fn opens_words(&self, opening: &Moment) -> String {
        match Names::of(&self.language).filter(|_| !self.opens_today.is_empty()) {
            Some(names) => {
                let wording = Wording {
                    today: &self.opens_today,
                    tomorrow: &self.opens_tomorrow,
                    this_week: &self.opens_this_week,
                    later: &self.opens_later,
                    names,
                };
                opening.worded(&wording, &self.language)
            }
            None => opening.spoken(),
        }
    }

    /// What `{opens}` stands for, by name.
    pub fn opens_texts(&self) -> [(&'static str, &String); 4] {
        [
            ("opens_today", &self.opens_today),
            ("opens_tomorrow", &self.opens_tomorrow),
            ("opens_this_week", &self.opens_this_week),
            ("opens_later", &self.opens_later),
        ]
    }
}

section! {
    /// A phone in the office.
    pub OfficePhone {
        /// What people call it, such as "Front desk".
        name: String,
        /// Its number.
        number: PhoneNumber,
        /// The agent on whose desk it stands, by their id: it does not ring while they are on a call or away.
        agent: Option<String>,
    }
}

section! {
    /// `menu`: what callers choose from.
    pub Menu {
        /// Read to the caller.
        prompt: String,
        /// The keys. None at all: every caller goes straight to the default queue.
        choices: Vec<MenuChoice>,
        /// The queue of a caller who chooses nothing.
        default_queue: String,
        /// How often the prompt is read before the default queue is taken.
        attempts: u8,
        /// How long each time the caller has to press a key.
        timeout: Duration,
    }
}

/// One key of the menu.
#[derive(Clone, Debug)]
pub struct MenuChoice {
    /// The key.
    pub digit: char,
    /// What people call the choice, such as "Sales".
    pub label: String,
    /// Where it leads.
    pub target: MenuTarget,
}

/// Where a key leads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum MenuTarget {
    /// Into the queue of this name.
    Queue(String),
    /// To leave a message.
    Voicemail,
}

section! {
    /// A key as it is written: one of `queue` and `voicemail`.
    WrittenChoice {
        /// The key.
        digit: char,
        /// The label.
        label: String,
        /// A queue's name.
        queue: Option<String>,
        /// `true`.
        voicemail: bool = "false",
    }
}

impl Setting for MenuChoice {
    const EXPECTED: &'static str = "a table with digit, label, and either queue or voicemail = true";

    fn parse(value: &Value, path: &str, faults: &mut Faults) -> Option<Self> {
        let WrittenChoice {
            digit,
            label,
            queue,
            voicemail,
        } = WrittenChoice::parse(value, path, faults)?;
        let target = match (queue, voicemail) {
            (Some(queue), false) => MenuTarget::Queue(queue),
            (None, true) => MenuTarget::Voicemail,
            (Some(_), true) | (None, false) => {
                faults.at(
                    path,
                    value,
                    "expected either queue = \"a name\" or voicemail = true",
                );
                return None;
            }
        };
        Some(Self { digit, label, target })
    }

    fn show(&self) -> Shown {
        let Self { digit, label, target } = self;
        let (queue, voicemail) = match target {
            MenuTarget::Queue(queue) => (Some(queue.clone()), false),
            MenuTarget::Voicemail => (None, true),
        };
        WrittenChoice {
            digit: *digit,
            label: label.clone(),
            queue,
            voicemail,
        }
        .show()
    }
}
