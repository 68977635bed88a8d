//! All processes of the product as they are shipped, the telephone network, the agents' sockets, and the floor.

use std::fmt::Write as _;
use std::net::SocketAddr;

use anyhow::{Context, Result};

use super::relay::Door;
use crate::fanout::Crew;
use crate::rig::{Part, Rig};
use crate::service::{Service, free_address};

const TOKEN: &str = "demo-benchmark";

/// Everything; dropped from the top.
pub(super) struct House {
    pub(super) crew: Crew,
    pub(super) floor_crew: Crew,
    pub(super) realtime: SocketAddr,
    pub(super) network: SocketAddr,
    pub(super) floor: SocketAddr,
    /// Before the gateway, before the network's REST API, and before the customer database.
    pub(super) webhooks: Door,
    pub(super) rest: Door,
    pub(super) customers: Door,
    services: Vec<Service>,
    parts: Vec<Part>,
    pub(super) rig: Rig,
}

impl House {
    pub(super) async fn open(agents: usize) -> Result<Self> {
        let rig = Rig::start().await?;
        let gateway = free_address()?;
        let (webhooks, public, work) = Door::open(gateway).await?;
        serve(work);
        let public = format!("http://{public}");
        let (network, address) = rig
            .child("journey-carrier", &["--webhooks", &public, "--token", TOKEN])
            .await?;
        let address: SocketAddr = address.parse().context("the network's address")?;
        let (rest, api, work) = Door::open(address).await?;
        serve(work);
        let (customers, crm, work) = Door::open(address).await?;
        serve(work);

        let config = rig.file("settings.toml");
        std::fs::write(&config, settings(agents, &public, &api, &crm)?)?;
        let arguments = [
            "--config".to_owned(),
            config.to_string_lossy().into_owned(),
            "--set".to_owned(),
            format!("redis.url={}", rig.url()),
        ];
        let folder = rig.file("");
        let start = |name, section, at| Service::start(name, section, at, &arguments, &folder);
        let mut services = vec![
            start("switchboard-gateway", "gateway", gateway)?,
            start("switchboard-realtime", "realtime", free_address()?)?,
            start("worker-lookup", "worker_lookup", free_address()?)?,
            start("worker-calls", "worker_calls", free_address()?)?,
        ];
        for service in &mut services {
            service.ready().await?;
        }
        let realtime = services.get(1).context("no realtime")?.address;

        let socket = rig.socket().to_string_lossy().into_owned();
        let (writer, writers) = rig
            .child("fanout-floor", &["--socket", &socket, "--threads", "2"])
            .await?;
        let (server, floor) = rig.child("journey-floor", &["--socket", &socket]).await?;
        let many = agents.to_string();
        let crew = Crew::gather(
            &rig,
            &["--address", &realtime.to_string(), "--agents", &many],
            agents,
        )
        .await?;
        let floor_crew = Crew::gather(&rig, &["--address", &writers, "--bare"], agents).await?;
        Ok(Self {
            crew,
            floor_crew,
            realtime,
            network: address,
            floor: floor.parse().context("the floor's address")?,
            webhooks,
            rest,
            customers,
            services,
            parts: vec![network, writer, server],
            rig,
        })
    }

    /// The product's processes.
    pub(super) fn pids(&self) -> Vec<u32> {
        self.services.iter().map(|service| service.pid).collect()
    }

    pub(super) async fn close(self) -> Result<()> {
        self.crew.stop().await?;
        self.floor_crew.stop().await?;
        for service in self.services {
            service.stop().await?;
        }
        for part in self.parts {
            part.stop().await?;
        }
        Ok(())
    }
}

/// On this thread, until the benchmark ends.
fn serve(work: impl Future<Output = Result<()>> + 'static) {
    drop(tokio::task::spawn_local(work));
}

/// An office that never closes, with so many agents, all in the browser.
fn settings(agents: usize, public: &str, api: &SocketAddr, crm: &SocketAddr) -> Result<String> {
    let mut text = format!(
        "[twilio]\nauth_token = \"{TOKEN}\"\napi_base = \"http://{api}\"\n[public]\nbase_url = \"{public}\"\n\
         [lookup.sources.crm]\nurl = \"http://{crm}/crm/v1/customers?phone={{number}}\"\n[hours]\nholidays = \"none\"\n[hours.weekly]\n"
    );
    for day in [
        "monday",
        "tuesday",
        "wednesday",
        "thursday",
        "friday",
        "saturday",
        "sunday",
    ] {
        writeln!(text, "{day} = [\"24h\"]")?;
    }
    for number in 0..agents {
        writeln!(
            text,
            "[[agents]]\nid = \"a{number}\"\nname = \"Agent {number}\"\nanswers_on = \"browser\""
        )?;
    }
    Ok(text)
}
