//! What every request needs.

use chrono::{DateTime, Utc};
use secrecy::SecretString;
use switchboard_contracts::VoiceUrls;
use switchboard_domain::{Menu, MenuChoice, Policy, QueueName, SourceName, Timestamp};
use switchboard_hours::Schedule;
use switchboard_runtime::Clock;
use switchboard_runtime::settings::Settings;
use switchboard_store::Store;
use switchboard_telephony::PublicUrl;
use switchboard_telephony::signature::Validator;
use thiserror::Error;

use crate::script::Script;

/// The settings cannot be used for answering calls.
#[derive(Debug, Error)]
pub enum GatewayError {
    /// The public address is none that Twilio would call.
    #[error("public.base_url: {0}")]
    PublicUrl(String),
    /// The opening hours cannot be read.
    #[error("{}", .0.join("\n"))]
    Hours(Vec<String>),
    /// A queue or source has a name that cannot be part of a key.
    #[error(transparent)]
    Name(#[from] switchboard_domain::IdError),
}

/// Everything that answering a webhook needs.
#[derive(Debug)]
pub struct Gateway {
    pub(crate) store: Store,
    pub(crate) validator: Validator,
    pub(crate) public: PublicUrl,
    pub(crate) urls: VoiceUrls,
    pub(crate) script: Script,
    pub(crate) policy: Policy,
    pub(crate) menu: Menu,
    pub(crate) schedule: Schedule,
    pub(crate) sources: Vec<SourceName>,
    clock: Clock,
}

impl Gateway {
    /// Reads what it needs from the settings.
    ///
    /// # Errors
    /// When the settings contradict what calls need; all faults of the hours at once.
    pub fn new(settings: &Settings, store: Store, clock: Clock) -> Result<Self, GatewayError> {
        let base = settings.public.base_url.as_str();
        let public = PublicUrl::parse(base).map_err(|error| GatewayError::PublicUrl(error.to_string()))?;
        let weekly = settings
            .hours
            .weekly
            .days()
            .into_iter()
            .map(|(day, ranges)| (day.to_owned(), ranges.to_vec()))
            .collect();
        let schedule = Schedule::parse(&settings.hours.time_zone, &weekly)
            .map_err(|faults| GatewayError::Hours(faults.iter().map(ToString::to_string).collect()))?;
        let choice = |choice: &switchboard_runtime::settings::MenuChoice| {
            use switchboard_runtime::settings::MenuTarget;
            Ok(match &choice.target {
                MenuTarget::Queue(name) => (choice.digit, MenuChoice::Queue(QueueName::new(name)?)),
                MenuTarget::Voicemail => (choice.digit, MenuChoice::Voicemail),
            })
        };
        let choices = settings
            .menu
            .choices
            .iter()
            .map(choice)
            .collect::<Result<_, GatewayError>>()?;
        let sources = settings
            .lookup
            .sources
            .keys()
            .map(|name| SourceName::new(name))
            .collect::<Result<_, _>>()?;
        let token = SecretString::from(secrecy::ExposeSecret::expose_secret(&settings.twilio.auth_token));
        Ok(Self {
            store,
            validator: Validator::new(token),
            public,
            urls: VoiceUrls::new(base),
            script: Script::new(settings),
            policy: switchboard_runtime::rules::policy(settings)?,
            menu: Menu { choices },
            schedule,
            sources,
            clock,
        })
    }

    /// Whether the office is open at that time.
    pub(crate) fn is_open(&self, now: Timestamp) -> bool {
        DateTime::<Utc>::from_timestamp_millis(now.as_millis()).is_none_or(|at| self.schedule.is_open(at))
    }

    /// Whether the office is open now, without Redis: by the deployment's time as last heard, else by this
    /// machine's clock.
    pub(crate) fn is_open_now(&self) -> bool {
        let machine = || Timestamp::from_millis(self.clock.now().timestamp_millis());
        self.is_open(self.store.last_known_time().unwrap_or_else(machine))
    }
}
