//! What the stand-in pretends to be: one account, its numbers, its application, its pace.

use std::collections::BTreeMap;
use std::fmt;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::companion::Companion;
use crate::faults::Faults;
use crate::softphone::Softphone;
use crate::switches::Switches;

/// Everything a [`Simulator`](crate::Simulator) is started with.
#[derive(Clone)]
pub struct SimulatorConfig {
    /// The account (`AC` and 32 hex digits) whose REST resources exist.
    pub account_sid: String,
    /// The account's token: password of the REST API and key of every webhook signature.
    pub auth_token: String,
    /// Numbers that callers can ring and that REST calls may come from.
    pub numbers: Vec<Number>,
    /// The `TwiML` application that agents' browsers connect to.
    pub application: Application,
    /// Where the application's own page is, for the page's link to it.
    pub console_url: Option<String>,
    /// What people call the application's agents, by the identities of their browsers.
    pub agents: BTreeMap<String, String>,
    /// Phones that stand on the page's table. Any other number can be rung as well.
    pub phones: Vec<Phone>,
    /// Whoever else keeps virtual time and moves with ours.
    pub companion: Option<Companion>,
    /// What the pages do whose browsers connect here.
    pub softphone: Option<Softphone>,
    /// Our own base URL without a slash at the end: recordings are offered below it.
    pub api_url: String,
    /// Real time that one webhook may take in all, connect and retry included (15 s at Twilio).
    pub webhook_timeout: Duration,
    /// The behaviours of Twilio that nobody could confirm, each with the position to take.
    pub switches: Switches,
    /// What goes wrong from the start.
    pub faults: Faults,
    /// Every document is read strictly: what [`faults_of`](crate::faults_of) finds is a warning in the time-line.
    pub strict: bool,
    /// The region of the numbers and of every telephone.
    pub region: String,
    /// The region that browsers come in at. Legs of two regions meet in a conference only where its document names one.
    pub browser_region: String,
    /// Seed of all SIDs and of every random choice.
    pub seed: u64,
    /// Bearer key of the demo CRM.
    pub crm_key: String,
    /// How long things take in virtual time.
    pub timings: Timings,
}

impl SimulatorConfig {
    /// An account without numbers, named by its SID and token, everything else at its default.
    pub fn new(account_sid: impl Into<String>, auth_token: impl Into<String>) -> Self {
        Self {
            account_sid: account_sid.into(),
            auth_token: auth_token.into(),
            numbers: Vec::new(),
            application: Application::default(),
            console_url: None,
            agents: BTreeMap::new(),
            phones: Vec::new(),
            companion: None,
            softphone: None,
            api_url: String::new(),
            webhook_timeout: Duration::from_secs(15),
            switches: Switches::default(),
            faults: Faults::default(),
            strict: false,
            region: String::from("us1"),
            browser_region: String::from("us1"),
            seed: 1,
            crm_key: String::from("demo-crm-key"),
            timings: Timings::default(),
        }
    }
}

impl fmt::Debug for SimulatorConfig {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Token and key stay out, so that a stray `{:?}` in a log gives nothing away.
        f.debug_struct("SimulatorConfig")
            .field("account_sid", &self.account_sid)
            .field("numbers", &self.numbers.len())
            .field("api_url", &self.api_url)
            .field("webhook_timeout", &self.webhook_timeout)
            .field("switches", &self.switches)
            .field("faults", &self.faults)
            .field("seed", &self.seed)
            .finish_non_exhaustive()
    }
}

/// A number of the account and the URLs set on it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Number {
    /// E.164, with the plus.
    pub number: String,
    /// Asked for `TwiML` when somebody rings the number.
    pub voice_url: String,
    /// Asked when `voice_url` or its `TwiML` fails.
    #[serde(default)]
    pub voice_fallback_url: Option<String>,
    /// Told once, when a call to the number has ended.
    #[serde(default)]
    pub status_callback: Option<String>,
}

/// A phone that stands on the page's table.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Phone {
    /// What people call it.
    pub name: String,
    /// E.164, with the plus.
    pub number: String,
    /// The heading under which it stands, such as "Office phones".
    pub group: String,
}

/// The `TwiML` application that browsers connect to.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Application {
    /// `AP` and 32 hex digits; sent as `ApplicationSid`.
    pub sid: String,
    /// Asked for `TwiML` when a browser connects.
    pub voice_url: String,
    /// Told once, when a browser's call has ended.
    #[serde(default)]
    pub status_callback: Option<String>,
}

/// What can be set later, because ports are only known after binding. Absent means unchanged.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Configuration {
    /// Replaces all numbers.
    pub numbers: Option<Vec<Number>>,
    /// Replaces the application.
    pub application: Option<Application>,
    /// Replaces our own base URL.
    pub api_url: Option<String>,
    /// Replaces the pace.
    pub timings: Option<Timings>,
}

/// How long things take, in virtual milliseconds unless said otherwise.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Timings {
    /// Speech: this long for each character of a `<Say>`.
    pub ms_per_character: i64,
    /// Length of a `<Play>` whose file is not a WAV that tells its own length.
    pub media_ms: i64,
    /// From dialling a phone until it rings.
    pub setup_ms: i64,
    /// From a browser's crash until the network notices that nobody is there.
    pub browser_death_ms: i64,
    /// How long a person speaks onto a recording before falling silent.
    pub speech_ms: i64,
    /// From the end of a recording until its file exists and its callback is sent.
    pub recording_processing_ms: i64,
    /// New REST calls that may start in a second; more wait as `queued`.
    pub calls_per_second: u32,
    /// With the switch `children_linger`: how long dialled legs outlive the caller's.
    pub linger_ms: i64,
}

impl Default for Timings {
    fn default() -> Self {
        Self {
            ms_per_character: 60,
            media_ms: 10_000,
            setup_ms: 400,
            browser_death_ms: 2_000,
            speech_ms: 8_000,
            recording_processing_ms: 1_500,
            calls_per_second: 1,
            linger_ms: 2_000,
        }
    }
}
