//! What callers and office phones are told, and how long everything may take: the settings, ready for use.

use std::time::Duration;

use switchboard_domain::PhoneNumber;
use switchboard_runtime::settings::{Office, Settings};

/// The texts and times of one office.
#[derive(Debug, Clone)]
pub(crate) struct Script {
    pub(crate) phones: Vec<PhoneNumber>,
    pub(crate) ring_time: Duration,
    pub(crate) accept_key: char,
    pub(crate) language: String,
    pub(crate) voice: String,
    pub(crate) greeting: String,
    /// For the words about being closed, which depend on the hour.
    pub(crate) office: Office,
    pub(crate) queue: String,
    pub(crate) hold: String,
    pub(crate) voicemail: String,
    pub(crate) recorded: String,
    pub(crate) not_understood: String,
    pub(crate) office_screen: String,
    pub(crate) agent_screen: String,
    pub(crate) taken: String,
    pub(crate) sorry: String,
    pub(crate) goodbye: String,
    pub(crate) menu_prompt: String,
    pub(crate) menu_timeout: Duration,
    pub(crate) wait_document: Duration,
    pub(crate) voicemail_max: Duration,
    pub(crate) unanswered_after: Duration,
}

impl Script {
    pub(crate) fn new(settings: &Settings) -> Self {
        let office = &settings.office;
        let key = office.accept_key.to_string();
        let text = |text: &str| text.replace("{office}", &office.name).replace("{key}", &key);
        Self {
            phones: office
                .phones
                .iter()
                .filter_map(|phone| PhoneNumber::parse(phone.number.as_str()).ok())
                .collect(),
            ring_time: office.ring_time,
            accept_key: office.accept_key,
            language: office.language.clone(),
            voice: office.voice.clone(),
            greeting: text(&office.greeting),
            office: office.clone(),
            queue: text(&office.queue_message),
            hold: text(&office.hold_message),
            voicemail: text(&office.voicemail_message),
            recorded: text(&office.recorded_message),
            not_understood: text(&office.not_understood_message),
            office_screen: text(&office.office_screen_message),
            agent_screen: text(&office.agent_screen_message),
            taken: text(&office.taken_message),
            sorry: text(&office.sorry_message),
            goodbye: text(&office.goodbye_message),
            menu_prompt: text(&settings.menu.prompt),
            menu_timeout: settings.menu.timeout,
            wait_document: settings.calls.wait_document,
            voicemail_max: settings.calls.voicemail_max,
            unanswered_after: settings.calls.unanswered_after,
        }
    }

    /// How many dials it takes to ring every phone once: one dial takes ten.
    pub(crate) fn batches(&self) -> usize {
        self.phones
            .len()
            .div_ceil(switchboard_telephony::twiml::Dial::MAX_NOUNS)
    }
}
