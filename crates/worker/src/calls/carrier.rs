//! The carrier, as handlers ask it.

use std::sync::Arc;
use std::time::Duration;

use switchboard_contracts::VoiceUrls;
use switchboard_domain::{Call, ConferenceName, Country, SourceName};
use switchboard_queue::JobError;
use switchboard_runtime::{LiveSchedules, Schedules, settings::Settings};
use switchboard_telephony::rest::{Fate, ParticipantStatus, RestClient, RestConfig};
use switchboard_telephony::{AccountSid, CallSid, CallStatus, Party};

use super::sweep::{Horizon, Sightings};
use crate::error::{WorkerError, of_carrier};
use crate::step::Calls;

/// Calls and the carrier that holds their lines.
#[derive(Clone)]
pub(crate) struct Carrier {
    pub(super) calls: Calls,
    pub(super) rest: Arc<RestClient>,
    pub(super) urls: VoiceUrls,
    /// Our numbers; the first calls agents' phones.
    pub(super) numbers: Vec<String>,
    /// Whose dialling rules apply to callers whose number comes without a country code.
    pub(super) country: Country,
    pub(super) ring_time: Duration,
    pub(super) sweep_every: Duration,
    /// When the office is open.
    pub(crate) hours: Arc<LiveSchedules>,
    /// Who is asked about callers.
    pub(super) sources: Vec<SourceName>,
    pub(super) sightings: Sightings,
    pub(super) horizon: Horizon,
    /// How long calls are kept that are over.
    pub(super) ended_ttl: Duration,
}

/// Who is in a conference.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Present {
    pub(super) agent: bool,
    pub(super) caller: bool,
}

/// What the carrier says of a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Line {
    Live,
    Over,
}

impl Carrier {
    pub(crate) fn new(
        settings: &Settings,
        calls: Calls,
        urls: VoiceUrls,
        seed: u64,
    ) -> Result<Self, WorkerError> {
        let twilio = &settings.twilio;
        let account = twilio
            .account_sid
            .parse::<AccountSid>()
            .map_err(|error| WorkerError::Settings(vec![format!("twilio.account_sid: {error}")]))?;
        let config = RestConfig {
            timeout: twilio.timeout,
            connect_timeout: twilio.connect_timeout,
            jitter_seed: seed,
            ..RestConfig::new(twilio.api_base.clone(), account, twilio.auth_token.clone())
        };
        let schedules = Schedules::new(&settings.into())
            .map_err(|faults| WorkerError::Settings(faults.iter().map(ToString::to_string).collect()))?;
        let sources = settings
            .lookup
            .sources
            .keys()
            .map(|name| SourceName::new(name))
            .collect::<Result<_, _>>();
        let sources = sources.map_err(|error| WorkerError::Settings(vec![error.to_string()]))?;
        let rest = RestClient::new(config).map_err(|error| WorkerError::Settings(vec![error.to_string()]))?;
        Ok(Self {
            calls,
            rest: Arc::new(rest),
            urls,
            numbers: settings
                .office
                .numbers
                .iter()
                .map(|number| number.as_str().to_owned())
                .collect(),
            country: settings.office.country(),
            ring_time: settings.office.ring_time,
            sweep_every: settings.calls.sweep_every,
            hours: Arc::new(LiveSchedules::new(schedules)),
            sources,
            sightings: Sightings::default(),
            horizon: Horizon::default(),
            ended_ttl: settings.calls.ended_ttl,
        })
    }

    /// Who is in a conference now; nobody when there is no such conference.
    pub(super) async fn present(
        &self,
        call: &Call,
        name: &ConferenceName,
        agent: Option<&str>,
    ) -> Result<Present, JobError> {
        let nobody = Present {
            agent: false,
            caller: false,
        };
        let Some(conference) = self
            .rest
            .find_conference(name.as_str())
            .await
            .map_err(of_carrier)?
        else {
            return Ok(nobody);
        };
        let participants = match self.rest.list_participants(&conference.sid).await {
            Ok(listing) => listing.items,
            Err(error) if error.fate() == Fate::NotWhereThought => return Ok(nobody),
            Err(error) => return Err(of_carrier(error)),
        };
        let has = |leg: &str| {
            participants.iter().any(|participant| {
                let there = matches!(participant.status, None | Some(ParticipantStatus::Connected));
                participant.call.as_str() == leg && there
            })
        };
        Ok(Present {
            agent: agent.is_some_and(has),
            caller: has(call.id.as_str()),
        })
    }

    /// Whether a line is still up.
    pub(super) async fn line(&self, sid: &CallSid) -> Result<Line, JobError> {
        match self.rest.fetch_call(sid).await {
            Ok(line) if line.status.is_some_and(CallStatus::is_final) => Ok(Line::Over),
            Ok(_) => Ok(Line::Live),
            Err(error) if error.fate() == Fate::NotWhereThought => Ok(Line::Over),
            Err(error) => Err(of_carrier(error)),
        }
    }

    /// The number from which agents' phones are called: the one that was dialled if it is ours, so that agents see
    /// which line it is.
    pub(super) fn own_number(&self, call: &Call) -> Option<Party> {
        let dialled = self.numbers.iter().find(|number| **number == call.dialled);
        dialled
            .or_else(|| self.numbers.first())
            .map(|number| Party::parse(number))
    }
}

/// The carrier's id of a caller's line.
pub(super) fn sid(call: &Call) -> Option<CallSid> {
    call.id.as_str().parse().ok()
}
