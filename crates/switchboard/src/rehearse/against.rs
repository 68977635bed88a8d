//! A system that runs already, rehearsed from outside.
//!
//! The rehearsal is its carrier: the system's `twilio.api_base` names this process, which has the same settings. So
//! everything is judged as for a private system, from the phones' side. What only the owner of the processes can do is
//! not played, and said to be skipped.

use std::time::Duration;

use anyhow::Context;
use switchboard_crowd::simulator_config;
use switchboard_queue::{Admin, Prefix};
use switchboard_runtime::settings::{Listen, Settings};
use switchboard_runtime::{Lifecycle, Rng, SettingsArgs};
use switchboard_simulator::{Faults, Simulator};
use switchboard_store::{Store, StoreConfig};
use url::Url;

use super::elsewhere::Elsewhere;
use super::fleet::Fleet;
use super::redis::Redis;
use super::stage::Stage;
use super::system::{HandsOn, Office, System};
use crate::cli::Rehearse;
use crate::gate::{Mode, Remote};
use crate::up::companion;

/// Whoever gave up on a service that failed tries it again after ten seconds, in real time.
const GRUDGE: Duration = Duration::from_secs(11);

/// How long its Redis may take to be found: name servers of containers are silent now and then.
const FOUND: Duration = Duration::from_secs(30);

/// By how much the system's clock has been moved.
async fn offset_ms(store: &Store) -> anyhow::Result<i64> {
    let end = tokio::time::Instant::now() + FOUND;
    loop {
        match store.clock().await {
            Err(error) if error.is_unavailable() && tokio::time::Instant::now() < end => {}
            reading => return Ok(reading?.offset_ms),
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

/// A running system.
pub(super) struct Against {
    settings: Settings,
    there: Elsewhere,
    gate: Option<Remote>,
    redis_url: String,
    rng: Rng,
    /// Whether the system has had a carrier since this began.
    greeted: bool,
}

impl Against {
    /// What the options name; nothing when they name none.
    pub(super) fn new(options: &Rehearse, settings: &SettingsArgs) -> anyhow::Result<Option<Self>> {
        let (Some(gateway), Some(agents)) = (&options.against, &options.agents_at) else {
            return Ok(None);
        };
        Self::load(gateway, agents, options.redis_gate.as_ref(), settings).map(Some)
    }

    pub(super) fn load(
        gateway: &Url,
        agents: &Url,
        gate: Option<&String>,
        settings: &SettingsArgs,
    ) -> anyhow::Result<Self> {
        let settings = settings.load()?;
        anyhow::ensure!(
            settings.deployment.demo && settings.deployment.allow_virtual_time,
            "only a system in demo mode is rehearsed: its time is moved"
        );
        Ok(Self {
            redis_url: settings.redis_url()?.to_owned(),
            there: Elsewhere {
                gateway: gateway.clone(),
                agents: agents.clone(),
                operations: [&settings.gateway.operations, &settings.realtime.operations]
                    .map(|listen| listen.as_ref().map(Listen::port)),
                token: settings.realtime.api_token.clone(),
            },
            gate: gate.cloned().map(Remote::new),
            // Its Redis still knows the calls of earlier rehearsals: none of their ids may come again.
            rng: Rng::from_os(),
            greeted: false,
            settings,
        })
    }

    /// Why a scenario cannot be played here.
    pub(super) fn skips(&self, office: &Office) -> Option<&'static str> {
        if !office.settings.is_empty() {
            return Some("needs other settings than the running system has");
        }
        match office.hands_on {
            HandsOn::Services => Some("ends services, which belong to whoever started them"),
            HandsOn::Workers => Some("asks the workers, of whom only their supervisor knows where they are"),
            HandsOn::Data => Some("destroys the data in Redis"),
            HandsOn::Redis if self.gate.is_none() => Some("takes Redis away, and there is no --redis-gate"),
            HandsOn::Redis | HandsOn::Hours | HandsOn::Nothing => None,
        }
    }

    pub(super) fn settings(&self) -> &Settings {
        &self.settings
    }

    pub(super) fn agents(&self) -> Url {
        self.there.agents.clone()
    }

    /// Becomes the carrier, for one scenario. A running office is closed by hand.
    pub(super) async fn start(&mut self, office: &Office) -> anyhow::Result<System> {
        let mut system = self.join().await?;
        system.by_hand = office.closed || office.hands_on == HandsOn::Hours;
        if !office.closed {
            return Ok(system);
        }
        match Stage::new(&mut system).close_by_hand().await {
            Ok(()) => Ok(system),
            Err(error) => {
                // Another scenario needs its port.
                system.stop().await?;
                Err(error)
            }
        }
    }

    /// Becomes the carrier.
    pub(super) async fn join(&mut self) -> anyhow::Result<System> {
        if let Some(gate) = &self.gate {
            gate.order(Mode::Open).await?;
        }
        let store = Store::new(StoreConfig {
            budget: Duration::from_secs(2),
            ..StoreConfig::new(&self.redis_url, self.settings.key_prefix())
        })?;
        let admin = Admin::connect(&self.redis_url, Prefix::new(self.settings.key_prefix())?)?;
        let fleet = Fleet::elsewhere(self.there.clone())?;
        let listener = self
            .settings
            .simulator
            .listen
            .bind()
            .context("simulator.listen")?;
        let mut config = simulator_config(&self.settings);
        config.seed = self.rng.next_u64();
        // For whoever lets time go faster; scenarios move both clocks themselves.
        config.companion = Some(companion(store.clone()));
        let simulator = Simulator::new(config);
        // Earlier rehearsals have moved the system's clock.
        simulator.advance(offset_ms(&store).await?).await;
        let began_ms = simulator.now_ms();
        let carrier = Lifecycle::new();
        carrier.spawn_vital(
            "simulator",
            switchboard_simulator::run(listener, simulator.clone(), carrier.token()),
        );
        fleet.all_ready().await?;
        if !std::mem::replace(&mut self.greeted, true) {
            // Until now there was no carrier.
            tokio::time::sleep(GRUDGE).await;
        }
        Ok(System {
            redis: Redis::Theirs(self.gate.clone()),
            simulator,
            store,
            admin,
            fleet,
            began_ms,
            had_faults: false,
            by_hand: false,
            carrier,
            _folder: None,
        })
    }
}

impl System {
    /// Leaves a running system as it was found, however the scenario went, so that the next one is not judged by what
    /// this one left.
    pub(super) async fn tidy(&mut self) -> anyhow::Result<()> {
        self.simulator.set_faults(Faults::default());
        self.redis.leave().await?;
        for leg in self.simulator.legs() {
            if leg.ended_ms.is_none() {
                self.simulator.hang_up(&leg.id);
            }
        }
        if self.had_faults {
            tokio::time::sleep(GRUDGE).await;
        }
        let by_hand = self.by_hand;
        let mut stage = Stage::new(self);
        let over = stage.all_over().await;
        if by_hand {
            stage.give_hours_back().await?;
        }
        over
    }
}
