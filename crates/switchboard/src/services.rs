//! The services, each started the same way wherever it runs.

use std::net::TcpListener;

use anyhow::Context;
use switchboard_gateway::Gateway;
use switchboard_queue::{Admin, Prefix};
use switchboard_realtime::Realtime;
use switchboard_records::Records;
use switchboard_runtime::settings::Settings;
use switchboard_runtime::{Clock, Lifecycle, Metrics, Rng};
use switchboard_store::Store;
use switchboard_worker::Deps;

/// One of the services.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) enum Service {
    Gateway,
    Realtime,
    WorkerLookup,
    WorkerCalls,
    WorkerRecords,
}

impl Service {
    pub(crate) const ALL: [Self; 5] = [
        Self::Gateway,
        Self::Realtime,
        Self::WorkerLookup,
        Self::WorkerCalls,
        Self::WorkerRecords,
    ];

    /// The name of its process.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Gateway => "switchboard-gateway",
            Self::Realtime => "switchboard-realtime",
            Self::WorkerLookup => "worker-lookup",
            Self::WorkerCalls => "worker-calls",
            Self::WorkerRecords => "worker-records",
        }
    }

    /// Where its settings say that it listens.
    pub(crate) fn bind(self, settings: &Settings) -> anyhow::Result<TcpListener> {
        let listen = match self {
            Self::Gateway => &settings.gateway.listen,
            Self::Realtime => &settings.realtime.listen,
            Self::WorkerLookup => &settings.worker_lookup.listen,
            Self::WorkerCalls => &settings.worker_calls.listen,
            Self::WorkerRecords => &settings.worker_records.listen,
        };
        listen
            .bind()
            .with_context(|| format!("{} cannot listen on {listen}", self.name()))
    }
}

/// What services in one process share.
#[derive(Clone)]
pub(crate) struct Shared {
    pub(crate) settings: Settings,
    pub(crate) redis_url: String,
    /// Where a `worker-records` among the services keeps its own.
    pub(crate) records: Option<Records>,
    pub(crate) metrics: Metrics,
    pub(crate) rng: Rng,
    pub(crate) clock: Clock,
}

impl Shared {
    /// A store for webhooks and screens, where somebody waits.
    pub(crate) fn store(&self) -> anyhow::Result<Store> {
        Ok(switchboard_gateway::open_store(&self.settings, &self.redis_url)?)
    }

    /// Starts a service on `listener`, to run until the lifecycle stops.
    pub(crate) fn start(
        &self,
        service: Service,
        listener: TcpListener,
        lifecycle: &Lifecycle,
    ) -> anyhow::Result<()> {
        let stop = lifecycle.token();
        let metrics = self.metrics.clone();
        match service {
            Service::Gateway => {
                let gateway = Gateway::new(&self.settings, self.store()?, self.clock.clone())?;
                let run = switchboard_gateway::run(listener, gateway, metrics, stop);
                lifecycle.spawn_vital(service.name(), run);
            }
            Service::Realtime => {
                let jobs = Admin::connect(&self.redis_url, Prefix::new(self.settings.key_prefix())?)?;
                let realtime = Realtime::new(&self.settings, self.store()?, self.rng.fork())?.with_jobs(jobs);
                let run = switchboard_realtime::run(listener, realtime, metrics, stop);
                lifecycle.spawn_vital(service.name(), run);
            }
            Service::WorkerLookup => {
                let run = switchboard_worker::run_lookup(listener, self.deps()?, stop);
                lifecycle.spawn_vital(service.name(), run);
            }
            Service::WorkerCalls => {
                let run = switchboard_worker::run_calls(listener, self.deps()?, stop);
                lifecycle.spawn_vital(service.name(), run);
            }
            Service::WorkerRecords => {
                let records = self.records.clone().context("no place for the records")?;
                let run = switchboard_worker::run_records(listener, self.deps()?, records, stop);
                lifecycle.spawn_vital(service.name(), run);
            }
        }
        Ok(())
    }

    fn deps(&self) -> anyhow::Result<Deps> {
        let (settings, redis_url) = (self.settings.clone(), self.redis_url.clone());
        Ok(Deps::new(
            settings,
            redis_url,
            self.metrics.clone(),
            self.rng.fork(),
        )?)
    }
}
