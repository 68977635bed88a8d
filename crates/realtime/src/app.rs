//! What every request needs.

use std::collections::BTreeMap;
use std::sync::atomic::AtomicBool;

use switchboard_domain::{Agent, AgentId, AnswersOn, IdError, Party, Policy, Presence};
use switchboard_queue::Admin;
use switchboard_runtime::settings::{self, Listen, Settings};
use switchboard_runtime::{Clock, HttpOptions, LiveSchedules, Rng, Schedules};
use switchboard_store::{Store, StoreConfig, StoreError};
use thiserror::Error;

use crate::carrier::Carrier;
use crate::demo;
use crate::guard::Door;
use crate::pages::Pages;
use crate::ws::{Names, SocketLimits, Sockets};

/// The settings cannot be used for answering agents.
#[derive(Debug, Error)]
pub enum RealtimeError {
    /// A queue or an agent has a name that cannot be part of a key.
    #[error(transparent)]
    Name(#[from] IdError),
    /// Nobody could be let in.
    #[error("realtime.api_token must be set outside demo mode")]
    NoToken,
    /// The carrier cannot be asked.
    #[error("{0}")]
    Carrier(String),
    /// The opening hours cannot be read.
    #[error("{}", .0.join("\n"))]
    Hours(Vec<String>),
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

/// Everything that answering an agent needs.
#[derive(Debug)]
pub struct Realtime {
    pub(crate) store: Store,
    pub(crate) policy: Policy,
    pub(crate) rng: Rng,
    pub(crate) door: Door,
    /// The agents of the settings, as they are when nobody has met them yet.
    pub(crate) agents: BTreeMap<AgentId, Agent>,
    /// What the office and its phones are called.
    pub(crate) names: Names,
    /// Whether the agents were made known since the start.
    pub(crate) introduced: AtomicBool,
    /// Opening hours, with the overrides that were known last.
    pub(crate) hours: LiveSchedules,
    /// The agents' websockets.
    pub(crate) sockets: Sockets,
    pub(crate) pages: Pages,
    /// Where the simulator is, in a demonstration.
    pub(crate) simulator: Option<String>,
    /// Who holds the messages.
    pub(crate) carrier: Carrier,
    /// Real time.
    pub(crate) clock: Clock,
    /// The limits of its port.
    pub(crate) http: HttpOptions,
    /// Where health and metrics are, if not there.
    pub(crate) operations: Option<Listen>,
    /// The job queues, for operators.
    pub(crate) jobs: Option<Admin>,
}

impl Realtime {
    /// Reads what it needs from the settings.
    ///
    /// # Errors
    /// When an agent of theirs could never answer, or nobody could ever ask.
    pub fn new(settings: &Settings, store: Store, rng: Rng) -> Result<Self, RealtimeError> {
        // In a demonstration nobody signs in, so nobody could say that they are there.
        let demo = settings.deployment.demo;
        let presence = if demo {
            Presence::Available
        } else {
            Presence::Offline
        };
        let agents = settings
            .agents
            .iter()
            .map(|agent| newcomer(agent, presence).map(|agent| (agent.id.clone(), agent)))
            .collect::<Result<_, _>>()?;
        let phones = settings
            .office
            .phones
            .iter()
            .map(|phone| (phone.number.clone(), phone.name.clone()))
            .collect();
        let door = Door::new(settings).ok_or(RealtimeError::NoToken)?;
        Ok(Self {
            store,
            policy: switchboard_runtime::rules::policy(settings)?,
            carrier: Carrier::new(settings, rng.next_u64()).map_err(RealtimeError::Carrier)?,
            clock: Clock::system(),
            rng,
            pages: Pages::new(settings, &door),
            simulator: demo::simulator_url(settings),
            door,
            agents,
            names: Names {
                office: settings.office.name.clone(),
                phones,
            },
            introduced: AtomicBool::new(false),
            hours: LiveSchedules::new(hours(settings)?),
            sockets: Sockets::new(SocketLimits::default()),
            http: HttpOptions::public(settings),
            operations: settings.realtime.operations.clone(),
            jobs: None,
        })
    }

    /// With other limits for sockets than the usual ones.
    #[must_use]
    pub fn with_socket_limits(self, limits: SocketLimits) -> Self {
        Self {
            sockets: self.sockets.with_limits(limits),
            ..self
        }
    }

    /// With the job queues for operators to look into; without, there are no addresses for that.
    #[must_use]
    pub fn with_jobs(self, jobs: Admin) -> Self {
        Self {
            jobs: Some(jobs),
            ..self
        }
    }

    /// Who has a call, in the words that the others are told.
    pub(crate) fn holder(&self, party: &Party) -> Holder {
        match party {
            Party::Agent(claim) => Holder::Agent {
                name: self
                    .agents
                    .get(&claim.agent)
                    .map_or_else(|| claim.agent.to_string(), |agent| agent.name.clone()),
                agent_id: claim.agent.clone(),
            },
            Party::Office { phone, leg: _ } => Holder::Office {
                office: phone
                    .as_ref()
                    .and_then(|number| self.names.phones.get(number))
                    .cloned()
                    .unwrap_or_else(|| "an office phone".to_owned()),
            },
        }
    }
}

/// Who has a call.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
#[serde(untagged)]
pub(crate) enum Holder {
    #[serde(rename_all = "camelCase")]
    Agent { agent_id: AgentId, name: String },
    /// The name of the phone, not its number.
    Office { office: String },
}

fn hours(settings: &Settings) -> Result<Schedules, RealtimeError> {
    Schedules::new(&settings.into())
        .map_err(|faults| RealtimeError::Hours(faults.iter().map(ToString::to_string).collect()))
}

fn newcomer(agent: &settings::Agent, presence: Presence) -> Result<Agent, RealtimeError> {
    let answers_on = match &agent.answers_on {
        settings::AnswersOn::Browser => AnswersOn::Browser,
        settings::AnswersOn::Phone(number) => AnswersOn::Phone(number.clone()),
    };
    Ok(Agent {
        id: AgentId::new(&agent.id)?,
        name: agent.name.clone(),
        answers_on,
        presence,
        engaged: None,
    })
}
