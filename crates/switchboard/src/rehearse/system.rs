//! A private system for one scenario: a Redis, a carrier and all services, on ports of their own, in a folder that
//! is gone afterwards.

use std::net::SocketAddr;
use std::path::Path;

use anyhow::{Context, ensure};
use secrecy::ExposeSecret;
use switchboard_crowd::simulator_config;
use switchboard_queue::{Admin, Prefix};
use switchboard_records::Records;
use switchboard_runtime::settings::{Layers, Log, LogFormat};
use switchboard_runtime::{Clock, Lifecycle, Metrics, PrivateRedis, PrivateRedisOptions, Rng};
use switchboard_simulator::{Simulator, Switches};
use switchboard_store::{Store, StoreConfig};
use switchboard_worker::records_config;

use super::beside::{Mixture, OlderBuild};
use super::fleet::Fleet;
use super::redis::Redis;
use crate::services::Shared;

/// What differs from rehearsal to rehearsal.
#[derive(Debug, Clone)]
pub(super) struct SystemOptions {
    pub(super) processes: bool,
    pub(super) switches: Switches,
    pub(super) seed: u64,
    /// Some of the services are of this build.
    pub(super) beside: Option<OlderBuild>,
}

/// What differs from scenario to scenario: settings over those of the rehearsal, and what is done to the system.
#[derive(Debug, Clone)]
pub(super) struct Office {
    pub(super) closed: bool,
    pub(super) settings: &'static [&'static str],
    pub(super) hands_on: HandsOn,
}

/// What a scenario does to the system, beside using it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum HandsOn {
    Nothing,
    /// Ends services and starts them.
    Services,
    /// Asks the workers themselves.
    Workers,
    /// Takes Redis away and gives it back.
    Redis,
    /// Destroys what Redis knew.
    Data,
    /// Opens or closes the office for everybody.
    Hours,
}

/// Everything that runs for one scenario.
pub(super) struct System {
    pub(super) redis: Redis,
    pub(super) simulator: Simulator,
    pub(super) store: Store,
    pub(super) admin: Admin,
    pub(super) fleet: Fleet,
    /// In virtual time.
    pub(super) began_ms: i64,
    /// Something went wrong on purpose: whoever gave up for a while has to notice that it is over.
    pub(super) had_faults: bool,
    /// Opening hours of a running system are changed by hand: they have to be given back.
    pub(super) by_hand: bool,
    pub(super) carrier: Lifecycle,
    pub(super) _folder: Option<tempfile::TempDir>,
}

/// Only what went wrong: a rehearsal's own words are its report. `RUST_LOG` has the last word.
pub(super) fn log_settings() -> Log {
    let filter = std::env::vars()
        .find(|(name, _)| name == "RUST_LOG")
        .map_or_else(|| "off".to_owned(), |(_, filter)| filter);
    Log {
        format: LogFormat::Text,
        filter,
    }
}

/// Settings of every rehearsal, over those of the demonstration. Patience with the outside is short, because it is
/// measured in real time.
const QUICK: [&str; 8] = [
    "twilio.timeout=2s",
    "twilio.connect_timeout=500ms",
    "lookup.sources.crm.timeout=1s",
    "lookup.sources.crm.attempts=2",
    "redis.budget=300ms",
    "worker_calls.concurrency=8",
    "worker_lookup.concurrency=8",
    "log.filter=warn",
];

const DAYS: [&str; 7] = [
    "monday",
    "tuesday",
    "wednesday",
    "thursday",
    "friday",
    "saturday",
    "sunday",
];

impl System {
    pub(super) async fn start(office: &Office, options: SystemOptions) -> anyhow::Result<Self> {
        let folder = tempfile::Builder::new().prefix("sb").tempdir()?;
        let redis = PrivateRedis::start(folder.path(), PrivateRedisOptions::default()).await?;
        let carrier_port = super::ports::listen()?;
        let mixture = options.beside.map(|older| Mixture::new(older, options.seed));
        let mut fleet = Fleet::new(options.processes, mixture)?;
        let overrides = overrides(
            office,
            &fleet,
            carrier_port.local_addr()?,
            redis.url(),
            folder.path(),
        );
        let rng = Rng::from_seed(options.seed);
        let mut layers = Layers::demo_with(&rng);
        for setting in &overrides {
            layers = layers.set(setting);
        }
        let settings = layers.load()?;

        let mut config = simulator_config(&settings);
        config.switches = options.switches;
        config.seed = options.seed;
        config.strict = true;
        let simulator = Simulator::new(config);
        let carrier = Lifecycle::new();
        carrier.spawn_vital(
            "simulator",
            switchboard_simulator::run(carrier_port, simulator.clone(), carrier.token()),
        );

        let token = format!("twilio.auth_token={}", settings.twilio.auth_token.expose_secret());
        let shared = Shared {
            settings: settings.clone(),
            redis_url: redis.url().to_owned(),
            records: records_config(&settings)?.map(Records::new),
            metrics: Metrics::install().context("metrics")?,
            rng,
            clock: Clock::system(),
        };
        let store = Store::new(StoreConfig {
            budget: std::time::Duration::from_secs(2),
            ..StoreConfig::new(redis.url(), settings.key_prefix())
        })?;
        let admin = Admin::connect(redis.url(), Prefix::new(settings.key_prefix())?)?;
        let began_ms = simulator.now_ms();
        fleet.start_all(shared, [overrides, vec![token]].concat()).await?;
        Ok(Self {
            redis: Redis::Own(redis),
            simulator,
            store,
            admin,
            fleet,
            began_ms,
            had_faults: false,
            by_hand: false,
            carrier,
            _folder: Some(folder),
        })
    }

    /// Stops everything; an error when something did not stop cleanly.
    pub(super) async fn stop(mut self) -> anyhow::Result<()> {
        let fleet = self.fleet.stop().await;
        let carrier = self.carrier.shutdown(std::time::Duration::from_secs(5)).await;
        self.redis.leave().await?;
        fleet?;
        ensure!(carrier.is_clean(), "the simulator did not stop cleanly");
        Ok(())
    }
}

fn overrides(
    office: &Office,
    fleet: &Fleet,
    carrier: SocketAddr,
    redis_url: &str,
    folder: &Path,
) -> Vec<String> {
    let mut overrides: Vec<String> = QUICK.iter().map(|setting| (*setting).to_owned()).collect();
    overrides.extend(fleet.listen_settings());
    overrides.push(format!("twilio.api_base=http://{carrier}"));
    overrides.push(format!("simulator.listen={carrier}"));
    overrides.push(format!(
        "lookup.sources.crm.url=http://{carrier}/crm/v1/customers?phone={{number}}"
    ));
    overrides.push(format!("redis.url={redis_url}"));
    overrides.push(format!(
        "records.url=sqlite://{}",
        folder.join("records.sqlite").display()
    ));
    let hours = if office.closed { "closed" } else { "24h" };
    // The same on every day of the year.
    overrides.push("hours.holidays=none".to_owned());
    overrides.extend(DAYS.iter().map(|day| format!("hours.weekly.{day}=[\"{hours}\"]")));
    overrides.extend(office.settings.iter().map(|setting| (*setting).to_owned()));
    overrides
}
