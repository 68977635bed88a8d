//! `webhook`: an incoming call's first request, signed, committed with its jobs and answered.

mod load;
mod office;
mod servers;

use std::net::SocketAddr;
use std::time::Duration;

use anyhow::{Context, Result};
use switchboard_queue::{Admin, Prefix};

use self::load::{Answered, Callers, INCOMING, fire};
pub(crate) use self::servers::{floor, gateway};
use crate::Only;
use crate::cpu::{Cost, Meter};
use crate::figures::{Measured, float, rounded};
use crate::http::Connection;
use crate::report::{Report, Row};
use crate::rig::{Part, Rig};

const RATE_PER_S: u64 = 1000;
const TOKEN: &str = "demo-benchmark";

/// How long everything goes.
struct Plan {
    rounds: u64,
    seconds: u64,
    stalled_s: u64,
}

impl Plan {
    fn new(quick: bool) -> Self {
        let (rounds, seconds, stalled_s) = if quick { (1, 2, 3) } else { (6, 10, 20) };
        Self {
            rounds,
            seconds,
            stalled_s,
        }
    }
}

/// How Redis stalls.
#[derive(Clone, Copy)]
struct Stall {
    every: Duration,
    lasts: Duration,
}

/// Runs the rows that are wanted.
pub(crate) async fn bench(quick: bool, only: &Only, report: &mut Report) -> Result<()> {
    only.check(&["steady", "stalled", "past-budget", "office-ring"])?;
    let plan = Plan::new(quick);
    if only.wants("steady") {
        report.add(steady(&plan).await?);
    }
    let every = if quick {
        Duration::from_millis(1500)
    } else {
        Duration::from_secs(5)
    };
    if only.wants("stalled") {
        report.add(
            stalled(
                &plan,
                Stall {
                    every,
                    lasts: Duration::from_millis(200),
                },
            )
            .await?,
        );
    }
    if only.wants("past-budget") {
        report.add(
            past_budget(
                &plan,
                Stall {
                    every,
                    lasts: Duration::from_millis(900),
                },
            )
            .await?,
        );
    }
    if only.wants("office-ring") {
        report.add(office::ring(&plan).await?);
    }
    Ok(())
}

/// Both servers over one Redis, and callers.
struct House {
    rig: Rig,
    gateway: (Part, SocketAddr),
    floor: (Part, SocketAddr),
    callers: Callers,
    admin: Admin,
}

/// What one round on one side gave.
struct Round {
    answered: Answered,
    cost: Cost,
}

impl House {
    async fn open() -> Result<Self> {
        let rig = Rig::start().await?;
        let config = rig.file("settings.toml");
        std::fs::write(&config, settings())?;
        let config = config.to_string_lossy();
        let url = format!("redis.url={}", rig.url());
        let arguments = [
            "--demo",
            "--config",
            &config,
            "--set",
            &url,
            "--set",
            "gateway.listen=127.0.0.1:0",
        ];
        let (gateway, address) = rig.child("serve-gateway", &arguments).await?;
        let gateway = (gateway, address.parse().context("the gateway's address")?);
        let socket = rig.socket().to_string_lossy().into_owned();
        let (floor, address) = rig.child("serve-floor", &["--socket", &socket]).await?;
        let floor = (floor, address.parse().context("the floor's address")?);
        let admin = Admin::connect(rig.url(), Prefix::new("{sb}")?)?;
        let mut house = Self {
            rig,
            gateway,
            floor,
            callers: Callers::new(TOKEN),
            admin,
        };
        // Both sides make their connections, load their scripts and touch their code.
        for address in [house.gateway.1, house.floor.1] {
            let requests = house.callers.requests(INCOMING, 200)?;
            fire(address, &requests, RATE_PER_S).await?;
        }
        Ok(house)
    }

    async fn system(&mut self, seconds: u64, stall: Option<Stall>) -> Result<Round> {
        let (pid, address) = (self.gateway.0.pid, self.gateway.1);
        self.round(pid, address, seconds, stall).await
    }

    async fn bare(&mut self, seconds: u64, stall: Option<Stall>) -> Result<Round> {
        let (pid, address) = (self.floor.0.pid, self.floor.1);
        self.round(pid, address, seconds, stall).await
    }

    async fn round(
        &mut self,
        pid: u32,
        address: SocketAddr,
        seconds: u64,
        stall: Option<Stall>,
    ) -> Result<Round> {
        let requests = self.callers.requests(INCOMING, seconds * RATE_PER_S)?;
        let meter = Meter::start(pid, self.rig.redis_pid()?)?;
        let fired = fire(address, &requests, RATE_PER_S);
        let answered = match stall {
            None => fired.await?,
            Some(stall) => {
                let stalls = self.stalls(stall);
                let answered = tokio::select! {
                    answered = fired => answered?,
                    failed = stalls => failed?,
                };
                // It may have ended in the middle of one.
                self.rig.redis.resume()?;
                answered
            }
        };
        let cost = meter.read()?;
        Ok(Round { answered, cost })
    }

    /// Stalls Redis again and again; ends by failing only.
    async fn stalls(&self, stall: Stall) -> Result<Answered> {
        loop {
            tokio::time::sleep(stall.every.saturating_sub(stall.lasts) / 2).await;
            self.rig.redis.pause()?;
            tokio::time::sleep(stall.lasts).await;
            self.rig.redis.resume()?;
            tokio::time::sleep(stall.every.saturating_sub(stall.lasts) / 2).await;
        }
    }

    /// Jobs that wait for a worker.
    async fn jobs(&self) -> Result<u64> {
        Ok(self.admin.stats().await?.ready)
    }

    /// Steps that the gateway answered without state, so far.
    async fn without_state(&self) -> Result<u64> {
        let request = b"GET /metrics HTTP/1.1\r\nHost: localhost\r\n\r\n";
        let answer = Connection::open(self.gateway.1).await?.exchange(request).await?;
        let text = String::from_utf8_lossy(&answer.body).into_owned();
        let line = text
            .lines()
            .find_map(|line| line.strip_prefix("gateway_steps_without_state_total "));
        Ok(line.map_or(Ok(0), |count| count.trim().parse())?)
    }

    async fn close(self) -> Result<()> {
        self.gateway.0.stop().await?;
        self.floor.0.stop().await
    }
}

/// An office that never closes, so that every call is answered with the menu and looked up.
fn settings() -> String {
    let days = [
        "monday",
        "tuesday",
        "wednesday",
        "thursday",
        "friday",
        "saturday",
        "sunday",
    ];
    let days: Vec<String> = days.iter().map(|day| format!("{day} = [\"24h\"]\n")).collect();
    format!(
        "[twilio]\nauth_token = \"{TOKEN}\"\n[hours]\nholidays = \"none\"\n[hours.weekly]\n{}",
        days.concat()
    )
}

async fn steady(plan: &Plan) -> Result<Row> {
    eprintln!(
        "webhook: {} rounds of {} s on each side",
        plan.rounds, plan.seconds
    );
    let mut house = House::open().await?;
    let (mut system, mut floor) = (Measured::new()?, Measured::new()?);
    let mut odd = 0;
    let sent = plan.rounds * plan.seconds * RATE_PER_S;
    let before = house.jobs().await?;
    for _ in 0..plan.rounds {
        let own = house.system(plan.seconds, None).await?;
        let bare = house.bare(plan.seconds, None).await?;
        for (side, round) in [(&mut system, own), (&mut floor, bare)] {
            side.round(&round.answered.latencies_us)?;
            side.cost(round.answered.latencies_us.len() as u64, round.cost);
            odd += round.answered.latencies_us.len() as u64 - round.answered.documents;
        }
    }
    let jobs = house.jobs().await? - before;
    house.close().await?;
    let what =
        "signed incoming call, committed with its jobs, 1,000/s; floor: bare actix-web with one EVALSHA";
    Ok(Row::beside("incoming-1000", what, &system, &floor)
        .at_most("p99_ms", 1.0)
        .at_most("p999_ms", 3.0)
        .at_most("p99_ratio_to_floor", 1.5)
        .same("answers without a document", 0, odd)
        .same("jobs in the queue", sent, jobs))
}

async fn stalled(plan: &Plan, stall: Stall) -> Result<Row> {
    eprintln!(
        "webhook: {} s on each side with stalls of {:?}",
        plan.stalled_s, stall.lasts
    );
    let mut house = House::open().await?;
    let (mut system, mut floor) = (Measured::new()?, Measured::new()?);
    let own = house.system(plan.stalled_s, Some(stall)).await?;
    let without = house.without_state().await?;
    let bare = house.bare(plan.stalled_s, Some(stall)).await?;
    house.close().await?;
    for (side, round) in [(&mut system, &own), (&mut floor, &bare)] {
        side.round(&round.answered.latencies_us)?;
        side.cost(round.answered.latencies_us.len() as u64, round.cost);
    }
    let stall_ms = float(u64::try_from(stall.lasts.as_millis())?);
    let what = format!("the same, Redis stalled {stall_ms} ms every {:?}", stall.every);
    Ok(Row::beside("incoming-1000-stalled", what, &system, &floor)
        .fact("stall_ms", stall_ms)
        .fact("answers_5xx", float(own.answered.of_class(5)))
        .fact("answers_without_state", float(without))
        .at_most("p999_ms", rounded(stall_ms * 1.2))
        .same(
            "answers other than 2xx",
            0,
            own.answered.latencies_us.len() as u64 - own.answered.of_class(2),
        )
        .same("requests without an answer", 0, own.answered.broken))
}

/// Longer than the gateway waits for Redis: callers then hear what the settings say.
async fn past_budget(plan: &Plan, stall: Stall) -> Result<Row> {
    eprintln!("webhook: {} s with stalls past the budget", plan.stalled_s);
    let mut house = House::open().await?;
    let own = house.system(plan.stalled_s, Some(stall)).await?;
    let without = house.without_state().await?;
    house.close().await?;
    let mut system = Measured::new()?;
    system.round(&own.answered.latencies_us)?;
    system.cost(own.answered.latencies_us.len() as u64, own.cost);
    let stall_ms = float(u64::try_from(stall.lasts.as_millis())?);
    let what = format!(
        "the same, stalled {stall_ms} ms every {:?}, past the budget of 300 ms",
        stall.every
    );
    let silent = u64::from(without == 0);
    Ok(
        Row::new("incoming-1000-past-budget", what, system.figures(), None)
            .fact("stall_ms", stall_ms)
            .fact("answers_5xx", float(own.answered.of_class(5)))
            .fact("answers_without_state", float(without))
            .at_most("max_ms", 400.0)
            .same(
                "answers without a document",
                0,
                own.answered.latencies_us.len() as u64 - own.answered.documents,
            )
            .same("stalls that nobody noticed", 0, silent),
    )
}
