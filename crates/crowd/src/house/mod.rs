//! A whole system of real processes on this machine, which can be ended, stopped and started one by one.
//!
//! Every service runs as often as wanted, over one private Redis, with a small balancer before the gateways. The carrier
//! lives in the process that owns the house. Everything listens on loopback, in a folder that is gone afterwards.

mod balancer;
mod node;

use std::fmt::Write as _;
use std::net::{SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context as _, ensure};
use switchboard_runtime::settings::{Layers, Settings};
use switchboard_runtime::{Lifecycle, PrivateRedis, PrivateRedisOptions, Rng};
use switchboard_simulator::Simulator;
use tempfile::TempDir;
use url::Url;

use crate::{Api, simulator_config};
use balancer::balance;
pub use node::{Kind, Node};

/// For a node to be ready again.
const READY: Duration = Duration::from_secs(60);

/// What a house is made of.
#[derive(Debug, Clone)]
pub struct HouseOptions {
    /// The folder of the programs.
    pub programs: PathBuf,
    /// How many of each service.
    pub each: usize,
    /// How many agents with a browser.
    pub agents: usize,
    /// More settings, in TOML, without those that a house sets itself.
    pub settings: String,
    /// Of everything that is left to chance.
    pub seed: u64,
}

/// Everything that runs.
#[derive(Debug)]
pub struct House {
    /// Where all state is.
    pub redis: PrivateRedis,
    /// The carrier.
    pub simulator: Simulator,
    /// What all nodes were given.
    pub settings: Settings,
    nodes: Vec<Node>,
    carrier: Lifecycle,
    http: reqwest::Client,
    // Behind everything that has files in it.
    folder: TempDir,
}

impl House {
    /// Starts everything and waits until it is ready.
    ///
    /// # Errors
    /// When something cannot be started.
    pub async fn start(options: &HouseOptions) -> anyhow::Result<Self> {
        let folder = TempDir::with_prefix("switchboard-house-")?;
        let redis = PrivateRedis::start(&folder.path().join("redis"), PrivateRedisOptions::default()).await?;
        let front = TcpListener::bind("127.0.0.1:0")?;
        let table = TcpListener::bind("127.0.0.1:0")?;
        let file = folder.path().join("settings.toml");
        let rng = Rng::from_seed(options.seed);
        let text = written(
            options,
            front.local_addr()?,
            table.local_addr()?,
            redis.url(),
            folder.path(),
            &rng,
        );
        std::fs::write(&file, text)?;
        let settings = Layers::demo_with(&rng).file(&file).load()?;

        let mut nodes = Vec::new();
        for kind in Kind::ALL {
            for number in 1..=kind.number(options.each) {
                nodes.push(Node::new(kind, number, &options.programs, &file, folder.path())?);
            }
        }
        for node in &mut nodes {
            node.start()?;
        }
        let mut config = simulator_config(&settings);
        config.seed = options.seed;
        let simulator = Simulator::new(config);
        let carrier = Lifecycle::new();
        carrier.spawn_vital(
            "simulator",
            switchboard_simulator::run(table, simulator.clone(), carrier.token()),
        );
        let gateways = nodes
            .iter()
            .filter(|node| node.kind == Kind::Gateway)
            .map(|node| node.address)
            .collect();
        carrier.spawn_vital("balancer", balance(front, gateways, carrier.token()));
        let house = Self {
            redis,
            simulator,
            settings,
            nodes,
            carrier,
            http: reqwest::Client::builder()
                .timeout(Duration::from_secs(2))
                .no_proxy()
                .build()?,
            folder,
        };
        house.wait_ready().await?;
        Ok(house)
    }

    /// Where the first node of a service listens.
    pub fn address(&self, kind: Kind) -> Option<SocketAddr> {
        let node = self.nodes.iter().find(|node| node.kind == kind);
        node.map(|node| node.address)
    }

    /// Every process.
    pub fn nodes(&mut self) -> &mut [Node] {
        &mut self.nodes
    }

    /// What agents ask.
    ///
    /// # Errors
    /// When there is no node that answers them.
    pub fn api(&self) -> anyhow::Result<Api> {
        let nodes = self
            .nodes
            .iter()
            .filter(|node| node.kind == Kind::Realtime)
            .map(|node| Url::parse(&format!("http://{}", node.address)))
            .collect::<Result<_, _>>()?;
        Api::new(nodes, self.settings.realtime.api_token.as_ref())
    }

    /// Waits until every node that should run is ready.
    ///
    /// # Errors
    /// When one is not in time; with its last words.
    pub async fn wait_ready(&self) -> anyhow::Result<()> {
        let deadline = tokio::time::Instant::now() + READY;
        for node in &self.nodes {
            let url = format!("http://{}/health/ready", node.address);
            loop {
                let answer = self.http.get(&url).send().await;
                if answer.is_ok_and(|answer| answer.status().is_success()) {
                    break;
                }
                ensure!(
                    tokio::time::Instant::now() < deadline,
                    "{node} is not ready: {}",
                    node.last_words()
                );
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        }
        Ok(())
    }

    /// Stops everything in order.
    ///
    /// # Errors
    /// When a node does not stop, or one has panicked at any time.
    pub async fn stop(mut self) -> anyhow::Result<()> {
        for node in &mut self.nodes {
            node.terminate()?;
        }
        for node in &mut self.nodes {
            node.wait_ended().await?;
        }
        self.carrier.shutdown(Duration::from_secs(5)).await;
        self.redis.kill9()?;
        for node in &self.nodes {
            ensure!(!node.has_panicked(), "{node} panicked: {}", node.last_words());
        }
        drop(self.folder);
        Ok(())
    }
}

/// The settings file of all nodes. What differs from node to node is on their command lines.
fn written(
    options: &HouseOptions,
    front: SocketAddr,
    table: SocketAddr,
    redis: &str,
    folder: &Path,
    rng: &Rng,
) -> String {
    let token = switchboard_runtime::settings::DEMO_TOKEN_PREFIX;
    let mut text = format!(
        "public.base_url = \"http://{front}\"\n\
         twilio.api_base = \"http://{table}\"\n\
         twilio.auth_token = \"{token}{}\"\n\
         redis.url = \"{redis}\"\n\
         records.url = \"sqlite://{}/records.sqlite\"\n\
         realtime.api_token = \"{}\"\n\
         lookup.sources.crm.url = \"http://{table}/crm/v1/customers?phone={{number}}\"\n",
        rng.token(),
        folder.display(),
        rng.token(),
    );
    text.push_str(&options.settings);
    text.push_str("\n[hours]\nholidays = \"none\"\n[hours.weekly]\n");
    for day in [
        "monday",
        "tuesday",
        "wednesday",
        "thursday",
        "friday",
        "saturday",
        "sunday",
    ] {
        // Writing to a text cannot fail.
        let _ = writeln!(text, "{day} = [\"24h\"]");
    }
    for number in 1..=options.agents {
        let _ = write!(
            text,
            "\n[[agents]]\nid = \"desk_{number}\"\nname = \"Desk {number}\"\nanswers_on = \"browser\"\n"
        );
    }
    text
}

impl House {
    /// Bytes that a process holds, those of Redis under its own name.
    ///
    /// # Errors
    /// When a process has ended.
    pub fn memory(&self) -> anyhow::Result<Vec<(String, u64)>> {
        let mut all = Vec::new();
        for node in &self.nodes {
            let pid = node.pid().with_context(|| format!("{node} does not run"))?;
            all.push((node.to_string(), resident(pid)?));
        }
        let redis = self.redis.pid().context("redis does not run")?;
        all.push((String::from("redis"), resident(redis)?));
        Ok(all)
    }
}

/// What the kernel says that a process holds.
fn resident(pid: u32) -> anyhow::Result<u64> {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status"))?;
    let kib = status
        .lines()
        .find_map(|line| line.strip_prefix("VmRSS:"))
        .and_then(|rest| rest.split_whitespace().next())
        .context("the kernel does not tell what it holds")?;
    Ok(kib.parse::<u64>()? * 1024)
}
