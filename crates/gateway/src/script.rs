//! What callers and office phones are told, and how long everything may take: the settings, ready for use.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use switchboard_domain::{AgentId, IdError, Menu, MenuChoice, PhoneNumber, QueueName};
use switchboard_runtime::settings::{self, MenuTarget, Office, Settings};
use switchboard_telephony::twiml::{Dial, Say};

/// Every line's script. Staff are spoken to as the office is, whichever line a caller dialled.
#[derive(Debug)]
pub(crate) struct Scripts {
    pub(crate) office: Arc<Script>,
    numbers: HashMap<String, Arc<Script>>,
    /// The phones that stand on an agent's desk.
    desks: Vec<(AgentId, PhoneNumber)>,
}

impl Scripts {
    pub(crate) fn new(settings: &Settings) -> Result<Self, IdError> {
        let mut numbers = HashMap::new();
        for line in settings.lines.values() {
            let office = line.office(&settings.office);
            let script = Arc::new(Script::new(&office, &line.menu(&settings.menu), settings)?);
            let theirs = |number: &PhoneNumber| (number.as_str().to_owned(), Arc::clone(&script));
            numbers.extend(line.numbers.iter().map(theirs));
        }
        Ok(Self {
            office: Arc::new(Script::new(&settings.office, &settings.menu, settings)?),
            numbers,
            desks: desks(&settings.office)?,
        })
    }

    /// The office phones on that agent's desk.
    pub(crate) fn desks_of<'a>(&'a self, agent: &'a AgentId) -> impl Iterator<Item = &'a PhoneNumber> {
        let theirs = self.desks.iter().filter(move |(id, _)| id == agent);
        theirs.map(|(_, phone)| phone)
    }

    /// The agents who have an office phone on their desk; one may have several.
    pub(crate) fn agents_with_desks(&self) -> impl Iterator<Item = &AgentId> {
        self.desks.iter().map(|(agent, _)| agent)
    }

    /// The script of the number that was dialled.
    pub(crate) fn of(&self, dialled: &str) -> &Script {
        self.numbers.get(dialled).unwrap_or(&self.office)
    }
}

/// The texts and times of one line.
#[derive(Debug)]
pub(crate) struct Script {
    pub(crate) phones: Vec<PhoneNumber>,
    pub(crate) ring_time: Duration,
    pub(crate) accept_key: char,
    language: String,
    voice: String,
    pub(crate) greeting: String,
    /// For the words about being closed, which depend on the hour.
    pub(crate) office: Office,
    pub(crate) queue: String,
    /// Said instead when nobody is there.
    pub(crate) nobody: String,
    says_nobody: bool,
    pub(crate) hold: String,
    pub(crate) position: String,
    pub(crate) next: String,
    pub(crate) estimate: String,
    pub(crate) estimate_minute: String,
    pub(crate) message_offer: String,
    pub(crate) message_key: Option<char>,
    pub(crate) voicemail: String,
    pub(crate) limit: String,
    pub(crate) recorded: String,
    pub(crate) not_understood: String,
    pub(crate) office_screen: String,
    pub(crate) agent_screen: String,
    pub(crate) taken: String,
    pub(crate) sorry: String,
    pub(crate) goodbye: String,
    pub(crate) menu: Menu,
    pub(crate) menu_prompt: String,
    pub(crate) menu_timeout: Duration,
    pub(crate) wait_document: Duration,
    pub(crate) announce_every: Duration,
    pub(crate) voicemail_max: Duration,
    pub(crate) unanswered_after: Duration,
}

impl Script {
    fn new(office: &Office, menu: &settings::Menu, settings: &Settings) -> Result<Self, IdError> {
        let key = office.accept_key.to_string();
        let message_key = office.message_key.chars().next();
        let text = |text: &str| text.replace("{office}", &office.name).replace("{key}", &key);
        let message_offer = match message_key {
            Some(_) => text(&office.message_offer).replace("{message_key}", &office.message_key),
            None => String::new(),
        };
        Ok(Self {
            phones: office.phones.iter().map(|phone| phone.number.clone()).collect(),
            ring_time: office.ring_time,
            accept_key: office.accept_key,
            language: office.language.clone(),
            voice: office.voice.clone(),
            greeting: text(&office.greeting),
            office: office.clone(),
            queue: text(&office.queue_message),
            nobody: text(&office.nobody_message),
            says_nobody: !office.nobody_message.is_empty() && office.phones.is_empty(),
            hold: text(&office.hold_message),
            position: text(&office.position_message),
            next: text(&office.next_message),
            estimate: text(&office.estimate_message),
            estimate_minute: text(&office.estimate_minute_message),
            message_offer,
            message_key,
            voicemail: text(&office.voicemail_message),
            limit: text(&office.limit_message),
            recorded: text(&office.recorded_message),
            not_understood: text(&office.not_understood_message),
            office_screen: text(&office.office_screen_message),
            agent_screen: text(&office.agent_screen_message),
            taken: text(&office.taken_message),
            sorry: text(&office.sorry_message),
            goodbye: text(&office.goodbye_message),
            menu: choices(menu)?,
            menu_prompt: text(&menu.prompt),
            menu_timeout: menu.timeout,
            wait_document: settings.calls.wait_document,
            announce_every: settings.calls.announce_every,
            voicemail_max: settings.calls.voicemail_max,
            unanswered_after: settings.calls.unanswered_after,
        })
    }

    /// Whether those who join the queue are told when nobody could come: no phone could ring either.
    pub(crate) fn offers_when_nobody_is_there(&self) -> bool {
        self.says_nobody
    }

    /// The text in this line's language and voice.
    pub(crate) fn say(&self, text: &str) -> Say {
        let some = |text: &str| Some(text.to_owned()).filter(|text| !text.is_empty());
        Say {
            voice: some(&self.voice),
            language: some(&self.language),
            ..Say::new(text)
        }
    }

    /// How many dials it takes to ring every phone once: one dial takes ten.
    pub(crate) fn batches(&self) -> usize {
        self.phones.len().div_ceil(Dial::MAX_NOUNS)
    }
}

fn desks(office: &Office) -> Result<Vec<(AgentId, PhoneNumber)>, IdError> {
    let mut desks = Vec::new();
    for phone in &office.phones {
        if let Some(agent) = &phone.agent {
            desks.push((AgentId::new(agent)?, phone.number.clone()));
        }
    }
    Ok(desks)
}

fn choices(menu: &settings::Menu) -> Result<Menu, IdError> {
    let choice = |choice: &settings::MenuChoice| {
        Ok(match &choice.target {
            MenuTarget::Queue(name) => (choice.digit, MenuChoice::Queue(QueueName::new(name)?)),
            MenuTarget::Voicemail => (choice.digit, MenuChoice::Voicemail),
        })
    };
    Ok(Menu {
        choices: menu.choices.iter().map(choice).collect::<Result<_, IdError>>()?,
    })
}
