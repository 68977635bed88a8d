//! What every request needs.

use std::collections::BTreeSet;
use std::path::Path;

use chrono::{DateTime, Utc};
use switchboard_contracts::VoiceUrls;
use switchboard_domain::{Country, Policy, QueueName, SourceName, Timestamp};
use switchboard_hours::{Schedule, Summary};
use switchboard_runtime::settings::{Listen, Settings};
use switchboard_runtime::{Clock, HttpOptions, LiveSchedules, Schedules};
use switchboard_store::{Store, StoreConfig, StoreError};
use switchboard_telephony::form::CallParams;
use switchboard_telephony::signature::Validator;
use switchboard_telephony::{AccountSid, Direction, PublicUrl};
use thiserror::Error;

use crate::handlers::Line;
use crate::limits::Limits;
use crate::music::Music;
use crate::refusal::Refusal;
use crate::script::{Script, Scripts};

/// The settings cannot be used for answering calls.
#[derive(Debug, Error)]
pub enum GatewayError {
    /// The public address is none that Twilio would call.
    #[error("public.base_url: {0}")]
    PublicUrl(String),
    /// The account is none.
    #[error("twilio.account_sid: {0}")]
    Account(String),
    /// The opening hours cannot be read.
    #[error("{}", .0.join("\n"))]
    Hours(Vec<String>),
    /// The music cannot be played.
    #[error("office.music: {0}")]
    Music(String),
    /// A queue or source has a name that cannot be part of a key.
    #[error(transparent)]
    Name(#[from] switchboard_domain::IdError),
}

/// Live calls in the Redis of `redis_url`, with the budget of those who have somebody waiting.
///
/// # Errors
/// When the address cannot be used.
pub fn open_store(settings: &Settings, redis_url: &str) -> Result<Store, StoreError> {
    Store::new(StoreConfig {
        budget: settings.redis.budget,
        ended_ttl: settings.calls.ended_ttl,
        pool_size: settings.redis.pool_size.get(),
        ..StoreConfig::new(redis_url, settings.key_prefix())
    })
}

/// Everything that answering a webhook needs.
#[derive(Debug)]
pub struct Gateway {
    pub(crate) store: Store,
    pub(crate) validator: Validator,
    /// Whose webhooks we answer.
    pub(crate) account: AccountSid,
    pub(crate) public: PublicUrl,
    pub(crate) urls: VoiceUrls,
    /// Where conversations are mixed; the carrier decides if nothing.
    pub(crate) conference_region: Option<String>,
    pub(crate) scripts: Scripts,
    pub(crate) music: Music,
    pub(crate) refusal: Refusal,
    pub(crate) limits: Limits,
    /// Whose dialling rules apply to callers whose number comes without a country code.
    pub(crate) country: Country,
    pub(crate) policy: Policy,
    /// With the overrides that were known last: a call is answered by them even without Redis.
    pub(crate) hours: LiveSchedules,
    pub(crate) sources: Vec<SourceName>,
    /// The limits of its public port.
    pub(crate) http: HttpOptions,
    /// Where health and metrics are, if not there.
    pub(crate) operations: Option<Listen>,
    /// What callers dial.
    numbers: BTreeSet<String>,
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
        let schedules = Schedules::new(&settings.into())
            .map_err(|faults| GatewayError::Hours(faults.iter().map(ToString::to_string).collect()))?;
        let music = match settings.office.music.as_str() {
            "" => Music::built_in(),
            path => {
                Music::read(Path::new(path)).map_err(|why| GatewayError::Music(format!("{path}: {why}")))?
            }
        };
        let sources = settings
            .lookup
            .sources
            .keys()
            .map(|name| SourceName::new(name))
            .collect::<Result<_, _>>()?;
        let twilio = &settings.twilio;
        let account = twilio
            .account_sid
            .parse()
            .map_err(|_| GatewayError::Account("expected AC and 32 hexadecimal digits".to_owned()))?;
        let mut validator = Validator::new(twilio.auth_token.clone());
        if let (Some(id), Some(key)) = (&twilio.shared_key_id, &twilio.shared_key) {
            validator = validator.with_shared_key(id, key.clone());
        }
        Ok(Self {
            store,
            validator,
            account,
            public,
            urls: VoiceUrls::new(base),
            conference_region: settings.twilio.conference_region.clone(),
            scripts: Scripts::new(settings)?,
            music,
            refusal: Refusal::new(&settings.office),
            limits: Limits::new(&settings.caller_limits, settings.office.country()),
            country: settings.office.country(),
            policy: switchboard_runtime::rules::policy(settings)?,
            hours: LiveSchedules::new(schedules),
            sources,
            http: HttpOptions::public(settings),
            operations: settings.gateway.operations.clone(),
            numbers: settings
                .office
                .numbers
                .iter()
                .map(|number| number.as_str().to_owned())
                .collect(),
            clock,
        })
    }

    /// Whether callers dial this number.
    pub(crate) fn is_ours(&self, dialled: &str) -> bool {
        self.numbers.contains(dialled)
    }

    /// Whether the line is a caller's: not one that we dialled, and not an agent's browser, which comes in from a
    /// `client:` and dials none of our numbers. Somebody else's browser may well dial one.
    pub(crate) fn is_callers(&self, leg: &CallParams, line: &Line) -> bool {
        let browser = leg.from.as_ref().is_some_and(|from| from.client().is_some());
        let dialled = matches!(
            leg.direction,
            Some(Direction::OutboundApi | Direction::OutboundDial)
        );
        !dialled && leg.parent.is_none() && (!browser || self.is_ours(&line.dialled))
    }

    /// What callers of that number are told.
    pub(crate) fn script(&self, dialled: &str) -> &Script {
        self.scripts.of(dialled)
    }

    /// Whose hours count: the queue's, if it has its own, else those of the number that was dialled.
    fn schedule(&self, dialled: &str, queue: Option<&QueueName>) -> Option<Schedule> {
        let schedules = self.hours.current();
        let own = queue.and_then(|queue| schedules.of_queue(queue.as_str()));
        own.or_else(|| schedules.of_number(dialled)).cloned()
    }

    /// Whether callers of that number, or of that queue, are let in at that time.
    pub(crate) fn is_open(&self, dialled: &str, queue: Option<&QueueName>, now: Timestamp) -> bool {
        let at = DateTime::<Utc>::from_timestamp_millis(now.as_millis());
        let asked = self.schedule(dialled, queue).zip(at);
        asked.is_none_or(|(schedule, at)| schedule.is_open(at))
    }

    /// How things stand, for the words that a caller hears.
    pub(crate) fn hours_now(&self, dialled: &str, queue: Option<&QueueName>) -> Option<Summary> {
        let at = DateTime::<Utc>::from_timestamp_millis(self.now().as_millis())?;
        self.schedule(dialled, queue).map(|schedule| schedule.summary(at))
    }

    /// Without waiting for Redis: the deployment's time as last heard, else this machine's clock.
    pub(crate) fn now(&self) -> Timestamp {
        let machine = || Timestamp::from_millis(self.clock.now().timestamp_millis());
        self.store.last_known_time().unwrap_or_else(machine)
    }
}
