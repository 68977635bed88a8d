//! The settings of the whole deployment: typed, checked as a whole, and printable with the secrets hidden.
//!
//! Layers, each over the one before: the commented `default.toml` compiled in, files, the environment
//! (`SWITCHBOARD__A__B`), the command line (`a.b=value`). [`Layers`] gathers them; [`Layers::load`] tells every fault at
//! once. The meaning of opening hours and of lookup mappings belongs to their crates: here they are texts,
//! and the faults of hours are told in those crates' words.

mod demo;
mod duration;
mod fault;
mod feed_source;
mod layers;
mod leaf;
mod listen;
mod read;
mod rules;
mod secret;
mod sections;
mod show;
mod warnings;

use std::collections::BTreeMap;

use config::Value;
use secrecy::ExposeSecret as _;
use thiserror::Error;

pub use self::{
    demo::{DEMO_ACCOUNT_SID, DEMO_TOKEN_PREFIX, auth_token as demo_auth_token},
    fault::{Fault, SettingsError},
    feed_source::FeedSource,
    layers::{DEFAULT_TOML, DEMO_TOML, Layers},
    listen::Listen,
    sections::{
        Agent, AnswersOn, CallerLimits, Calls, CompanyDay, Connections, Data, Deployment, Feeds, Gateway,
        Hours, Line, LineMenu, Log, LogFormat, Lookup, LookupSource, Menu, MenuChoice, MenuTarget, Office,
        OfficePhone, OtherHours, Public, Realtime, Records, Redis, Simulator, SourceKind, Twilio, Weekly,
        Worker,
    },
    warnings::Warning,
};
use self::{
    fault::Faults,
    read::{Setting, section},
    show::Shown,
};

section! {
    /// Everything that can be set. All processes of a deployment read the same settings.
    pub Settings {
        /// What all processes share.
        deployment: Deployment,
        /// Where live calls and jobs are kept.
        redis: Redis,
        /// Where what must outlive Redis is kept.
        records: Records,
        /// What stays on this machine.
        data: Data,
        /// How the outside reaches us.
        public: Public,
        /// The account that carries the calls.
        twilio: Twilio,
        /// Who may hold connections to the public ports.
        connections: Connections,
        /// The service that answers the carrier.
        gateway: Gateway,
        /// The service that answers agents.
        realtime: Realtime,
        /// The worker that asks about callers.
        worker_lookup: Worker,
        /// The worker that moves calls.
        worker_calls: Worker,
        /// The worker that keeps for good.
        worker_records: Worker,
        /// The stand-in for the carrier.
        simulator: Simulator,
        /// Whose phone system it is, and what callers hear.
        office: Office,
        /// What is different for callers of some numbers, by a name for each.
        lines: BTreeMap<String, Line>,
        /// How many calls one number may have.
        caller_limits: CallerLimits,
        /// When a call moves on by itself.
        calls: Calls,
        /// What callers choose from.
        menu: Menu,
        /// When the office is open.
        hours: Hours,
        /// Other hours, by name, for some numbers or queues.
        schedules: BTreeMap<String, OtherHours>,
        /// How calendars are kept up to date.
        feeds: Feeds,
        /// Who answers.
        agents: Vec<Agent> = "",
        /// Where knowledge about callers comes from.
        lookup: Lookup,
        /// What the process says.
        log: Log,
    }
}

/// The sections that say when the office is open.
#[derive(Clone, Debug)]
pub struct OfficeHours {
    /// The hours that count where no others do.
    pub hours: Hours,
    /// Other hours, by name.
    pub schedules: BTreeMap<String, OtherHours>,
    /// How calendars are kept up to date, when that can be read.
    pub feeds: Option<Feeds>,
    /// What callers hear, when that can be read.
    pub office: Option<Office>,
}

impl OfficeHours {
    fn read(merged: &Value, faults: Faults) -> Result<Self, SettingsError> {
        let mut faults = faults.within(rules::country(merged));
        let top = read::table(merged, "", &mut faults).cloned().unwrap_or_default();
        let hours = read::field(&top, "hours", "", &mut faults, None);
        let schedules = read::field(&top, "schedules", "", &mut faults, None);
        rules::check_hours(merged, &mut faults);
        match (hours, schedules) {
            (Some(hours), Some(schedules)) if faults.is_empty() => Ok(Self {
                hours,
                schedules,
                feeds: read::field(&top, "feeds", "", &mut Faults::default(), None),
                office: read::field(
                    &top,
                    "office",
                    "",
                    &mut Faults::default().within(rules::country(merged)),
                    None,
                ),
            }),
            _ => Err(faults.into_error()),
        }
    }
}

impl From<&Settings> for OfficeHours {
    fn from(settings: &Settings) -> Self {
        Self {
            hours: settings.hours.clone(),
            schedules: settings.schedules.clone(),
            feeds: Some(settings.feeds.clone()),
            office: Some(settings.office.clone()),
        }
    }
}

/// `redis.url` is missing where a process cannot start a Redis of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("redis.url: expected where Redis is")]
pub struct NoRedis;

impl Settings {
    /// The demonstration, with a fresh random signing token.
    ///
    /// # Errors
    /// Never with the compiled-in texts; a test holds that.
    pub fn demo() -> Result<Self, SettingsError> {
        Layers::demo().load()
    }

    /// The defaults with this text over them, and nothing of the machine: for tests and tools.
    ///
    /// # Errors
    /// With every fault at once.
    pub fn from_toml_str(toml: &str) -> Result<Self, SettingsError> {
        Layers::new().text("the given text", toml).load()
    }

    /// What is legal alone and dangerous together. To be logged at every start.
    pub fn warnings(&self) -> Vec<Warning> {
        warnings::of(self)
    }

    /// The settings in force as TOML, secrets as `***`.
    pub fn render_effective(&self) -> String {
        match self.show() {
            Shown::Table(sections) => show::document(&sections),
            Shown::Absent | Shown::Hidden | Shown::Text(_) | Shown::Bare(_) | Shown::List(_) => String::new(),
        }
    }

    /// Where Redis is, for a process that must be told: address and credentials.
    ///
    /// # Errors
    /// When `redis.url` is not set.
    pub fn redis_url(&self) -> Result<&str, NoRedis> {
        let url = self.redis.url.as_ref().ok_or(NoRedis)?;
        Ok(url.expose_secret())
    }

    /// The prefix of every key in Redis: the name in braces, so that all keys of a deployment share a hash slot.
    pub fn key_prefix(&self) -> String {
        format!("{{{}}}", self.deployment.name)
    }

    fn read(merged: &Value, faults: Faults) -> Result<Self, SettingsError> {
        let mut faults = faults.within(rules::country(merged));
        let settings = Self::parse(merged, "", &mut faults);
        rules::check(merged, &mut faults);
        match settings {
            Some(settings) if faults.is_empty() => Ok(settings),
            Some(_) | None => Err(faults.into_error()),
        }
    }
}
