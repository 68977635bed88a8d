//! The services of a rehearsal: in this process, or each as a process of its own. Either can be killed and started
//! again in the middle of a call.

use std::collections::BTreeMap;
use std::net::{SocketAddr, TcpListener};
use std::process::Stdio;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, bail, ensure};
use reqwest::header::{AUTHORIZATION, HeaderMap, HeaderValue};
use secrecy::ExposeSecret as _;
use switchboard_runtime::Lifecycle;
use tokio::process::{Child, Command};

use super::beside::Mixture;
use super::elsewhere::Elsewhere;
use super::ports;
use super::turns::{Front, Turns};
use crate::services::{Service, Shared};

/// How long a service may take to be ready.
const READY: Duration = Duration::from_secs(20);
/// How long a service may take to stop.
const STOP: Duration = Duration::from_secs(10);

enum Running {
    Here(Lifecycle),
    Process(Child),
}

/// All services.
pub(super) struct Fleet {
    processes: bool,
    elsewhere: Option<Elsewhere>,
    ports: BTreeMap<Service, SocketAddr>,
    /// Ports held for services that have not started yet.
    held: BTreeMap<Service, TcpListener>,
    running: BTreeMap<Service, Running>,
    /// Further ones, beside those that others know the port of.
    more: Vec<(Service, Running)>,
    shared: Option<Shared>,
    arguments: Vec<String>,
    /// An older build, of which some processes are, and the arguments that it takes.
    mixture: Option<(Mixture, Vec<String>)>,
    /// Which build each process was of, in the order in which they were started.
    builds: Vec<(Service, bool)>,
    http: reqwest::Client,
}

impl Fleet {
    pub(super) fn new(processes: bool, mixture: Option<Mixture>) -> anyhow::Result<Self> {
        let mut held = BTreeMap::new();
        let mut ports = BTreeMap::new();
        for service in Service::ALL {
            let listener = ports::listen()?;
            ports.insert(service, listener.local_addr()?);
            held.insert(service, listener);
        }
        let http = client(HeaderMap::new())?;
        Ok(Self {
            processes: processes || mixture.is_some(),
            elsewhere: None,
            ports,
            held,
            running: BTreeMap::new(),
            more: Vec::new(),
            shared: None,
            arguments: Vec::new(),
            mixture: mixture.map(|mixture| (mixture, Vec::new())),
            builds: Vec::new(),
            http,
        })
    }

    /// The services of a running system.
    pub(super) fn elsewhere(there: Elsewhere) -> anyhow::Result<Self> {
        let mut headers = HeaderMap::new();
        if let Some(token) = &there.token {
            let mut value = HeaderValue::from_str(&format!("Bearer {}", token.expose_secret()))?;
            value.set_sensitive(true);
            headers.insert(AUTHORIZATION, value);
        }
        Ok(Self {
            processes: true,
            elsewhere: Some(there),
            ports: BTreeMap::new(),
            held: BTreeMap::new(),
            running: BTreeMap::new(),
            more: Vec::new(),
            shared: None,
            arguments: Vec::new(),
            mixture: None,
            builds: Vec::new(),
            http: client(headers)?,
        })
    }

    /// Where a service answers, without a slash at the end.
    pub(super) fn address(&self, service: Service) -> String {
        let there = self.elsewhere.as_ref().and_then(|there| match service {
            Service::Gateway => Some(&there.gateway),
            Service::Realtime => Some(&there.agents),
            // Nobody but their supervisor asks them.
            Service::WorkerLookup | Service::WorkerCalls | Service::WorkerRecords => None,
        });
        match there {
            Some(url) => url.as_str().trim_end_matches('/').to_owned(),
            None => format!("http://{}", self.port(service)),
        }
    }

    fn port(&self, service: Service) -> SocketAddr {
        self.ports
            .get(&service)
            .copied()
            .unwrap_or_else(|| SocketAddr::from(([127, 0, 0, 1], 0)))
    }

    pub(super) fn http(&self) -> &reqwest::Client {
        &self.http
    }

    /// Settings that say where each service listens.
    pub(super) fn listen_settings(&self) -> Vec<String> {
        let mut settings: Vec<String> = Service::ALL
            .into_iter()
            .map(|service| listen_setting(service, self.port(service)))
            .collect();
        settings.push(format!("public.base_url=http://{}", self.port(Service::Gateway)));
        settings
    }

    pub(super) async fn start_all(&mut self, shared: Shared, settings: Vec<String>) -> anyhow::Result<()> {
        self.shared = Some(shared);
        if let Some((mixture, arguments)) = &mut self.mixture {
            *arguments = as_arguments(&mixture.older.settings(&settings).await?);
        }
        self.arguments = as_arguments(&settings);
        for service in Service::ALL {
            self.launch(service)?;
        }
        for service in Service::ALL {
            self.wait_ready(service).await?;
            self.still_runs(service)?;
        }
        Ok(())
    }

    pub(super) async fn start(&mut self, service: Service) -> anyhow::Result<()> {
        self.launch(service)?;
        self.wait_ready(service).await?;
        self.still_runs(service)
    }

    /// Whoever answers at a service's port should be that service.
    fn still_runs(&mut self, service: Service) -> anyhow::Result<()> {
        if let Some(Running::Process(child)) = self.running.get_mut(&service)
            && let Some(status) = child.try_wait()?
        {
            bail!("{} ended while it was starting: {status}", service.name());
        }
        Ok(())
    }

    /// Starts one more of a service, beside the one that runs.
    pub(super) async fn start_another(&mut self, service: Service) -> anyhow::Result<SocketAddr> {
        let listener = ports::listen()?;
        let port = listener.local_addr()?;
        let another = self.run(service, port, Some(listener))?;
        self.more.push((service, another));
        self.wait_answers(service, &format!("http://{port}")).await?;
        Ok(port)
    }

    /// Replaces a service by two that share its address.
    pub(super) async fn two_of(&mut self, service: Service, turns: Turns) -> anyhow::Result<Arc<Front>> {
        self.kill(service).await?;
        let instances = [
            self.start_another(service).await?,
            self.start_another(service).await?,
        ];
        let listener = TcpListener::bind(self.port(service))?;
        let front = Arc::new(Front::new(turns, instances));
        let lifecycle = Lifecycle::new();
        lifecycle.spawn_vital("front", Arc::clone(&front).serve(listener, lifecycle.token()));
        self.running.insert(service, Running::Here(lifecycle));
        self.wait_ready(service).await?;
        Ok(front)
    }

    fn launch(&mut self, service: Service) -> anyhow::Result<()> {
        let held = self.held.remove(&service);
        let running = self.run(service, self.port(service), held)?;
        self.running.insert(service, running);
        Ok(())
    }

    /// Runs a service at `port`, which `held` keeps free until then.
    fn run(
        &mut self,
        service: Service,
        port: SocketAddr,
        held: Option<TcpListener>,
    ) -> anyhow::Result<Running> {
        if self.processes {
            drop(held);
            return Ok(Running::Process(self.process(service, port)?));
        }
        let listener = match held {
            Some(listener) => listener,
            None => TcpListener::bind(port)?,
        };
        let lifecycle = Lifecycle::new();
        let shared = self.shared.as_ref().context("not prepared")?;
        shared.start(service, listener, &lifecycle)?;
        Ok(Running::Here(lifecycle))
    }

    fn process(&mut self, service: Service, port: SocketAddr) -> anyhow::Result<Child> {
        let is_older = match &mut self.mixture {
            Some((mixture, _)) => mixture.is_older(service),
            None => false,
        };
        self.builds.push((service, is_older));
        let (program, arguments) = match &self.mixture {
            Some((mixture, arguments)) if is_older => (mixture.older.program(service), arguments),
            _ => (
                std::env::current_exe()?.with_file_name(service.name()),
                &self.arguments,
            ),
        };
        ensure!(
            program.exists(),
            "{} is not built: cargo build --workspace",
            program.display()
        );
        let mut command = Command::new(program);
        command
            .args(arguments)
            .args(["--set", &listen_setting(service, port)]);
        command
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .kill_on_drop(true);
        // Only this process' own settings: none from the environment it happens to run in.
        for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("SWITCHBOARD__")) {
            command.env_remove(name);
        }
        command
            .spawn()
            .with_context(|| format!("{} cannot be started", service.name()))
    }

    /// Which build each process was of, where an older one is beside today's.
    pub(super) fn builds(&self) -> Option<String> {
        self.mixture.as_ref()?;
        let all = self.builds.iter().map(|(service, is_older)| {
            let build = if *is_older { "older" } else { "today's" };
            format!("{} {build}", service.name())
        });
        Some(all.collect::<Vec<_>>().join(", "))
    }

    /// Waits until everything that runs is ready.
    pub(super) async fn all_ready(&self) -> anyhow::Result<()> {
        if self.elsewhere.is_some() {
            self.wait_ready(Service::Gateway).await?;
            return self.wait_ready(Service::Realtime).await;
        }
        for service in Service::ALL.into_iter().filter(|service| self.runs(*service)) {
            self.wait_ready(service).await?;
        }
        Ok(())
    }

    async fn wait_ready(&self, service: Service) -> anyhow::Result<()> {
        self.wait_answers(service, &self.address(service)).await
    }

    async fn wait_answers(&self, service: Service, address: &str) -> anyhow::Result<()> {
        // Where health has a port of its own it is asked there; an older build has none.
        let urls: Vec<String> = self
            .elsewhere
            .as_ref()
            .and_then(|there| there.operations_of(service))
            .into_iter()
            .chain([address.to_owned()])
            .map(|address| format!("{address}/health/ready"))
            .collect();
        let deadline = tokio::time::Instant::now() + READY;
        loop {
            for url in &urls {
                if let Ok(answer) = self.http.get(url).send().await
                    && answer.status().is_success()
                {
                    return Ok(());
                }
            }
            if tokio::time::Instant::now() > deadline {
                bail!("{} is not ready after {} s", service.name(), READY.as_secs());
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }

    /// Whether the service runs.
    pub(super) fn runs(&self, service: Service) -> bool {
        self.elsewhere.is_some()
            || self.running.contains_key(&service)
            || self.more.iter().any(|(another, _)| *another == service)
    }

    /// Ends a service without a farewell: kill -9 for a process; here, its tasks are dropped where they are.
    pub(super) async fn kill(&mut self, service: Service) -> anyhow::Result<()> {
        ensure!(
            self.elsewhere.is_none(),
            "the services of a running system are not ended"
        );
        match self.running.remove(&service) {
            Some(Running::Here(lifecycle)) => {
                lifecycle.shutdown(Duration::ZERO).await;
            }
            Some(Running::Process(mut child)) => {
                child.kill().await?;
            }
            None => {}
        }
        Ok(())
    }

    /// Stops all services as an operator would.
    pub(super) async fn stop(&mut self) -> anyhow::Result<()> {
        let mut unclean = Vec::new();
        let running = std::mem::take(&mut self.running);
        for (service, running) in running.into_iter().chain(std::mem::take(&mut self.more)) {
            match running {
                Running::Here(lifecycle) => {
                    if !lifecycle.shutdown(STOP).await.is_clean() {
                        unclean.push(service.name());
                    }
                }
                Running::Process(mut child) => {
                    if !terminate(&mut child).await? {
                        unclean.push(service.name());
                    }
                }
            }
        }
        ensure!(unclean.is_empty(), "did not stop cleanly: {}", unclean.join(", "));
        Ok(())
    }
}

fn as_arguments(settings: &[String]) -> Vec<String> {
    let mut arguments = vec!["--demo".to_owned()];
    for setting in settings {
        arguments.extend(["--set".to_owned(), setting.clone()]);
    }
    arguments
}

fn client(headers: HeaderMap) -> anyhow::Result<reqwest::Client> {
    Ok(reqwest::Client::builder()
        .timeout(Duration::from_secs(5))
        .no_proxy()
        .default_headers(headers)
        .build()?)
}

fn listen_setting(service: Service, port: SocketAddr) -> String {
    let section = match service {
        Service::Gateway => "gateway",
        Service::Realtime => "realtime",
        Service::WorkerLookup => "worker_lookup",
        Service::WorkerCalls => "worker_calls",
        Service::WorkerRecords => "worker_records",
    };
    format!("{section}.listen={port}")
}

/// SIGTERM, by way of the system's own `kill`; whether it stopped in time and well.
async fn terminate(child: &mut Child) -> anyhow::Result<bool> {
    let Some(pid) = child.id() else { return Ok(false) };
    Command::new("kill").arg(pid.to_string()).status().await?;
    if let Ok(status) = tokio::time::timeout(STOP, child.wait()).await {
        return Ok(status?.success());
    }
    child.kill().await?;
    Ok(false)
}
