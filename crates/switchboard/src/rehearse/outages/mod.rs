//! Outages: Redis, all workers, or the carrier's API is gone for half a minute in the middle of fifty calls.
//!
//! Nobody may hear an error, and no call may be lost. What each group of callers heard meanwhile, and for how long, is
//! printed.

mod crowd;
mod heard;

use std::process::ExitCode;
use std::time::Duration;

use switchboard_simulator::{Faults, Switches};

use super::judge::sound;
use super::report::Report;
use super::stage::Stage;
use super::storms::judge;
use super::system::{HandsOn, Office, System, SystemOptions};
use crate::cli::Rehearse;
use crate::output::tell;
use crate::services::Service;
use crowd::Crowd;
use heard::Heard;

/// How long each is away: until somebody new rings, and after that.
const ALONE: Duration = Duration::from_secs(10);
const WITH_NEWCOMERS: Duration = Duration::from_secs(20);

/// What is away.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Gone {
    Redis,
    /// It takes connections and answers nothing.
    RedisStalled,
    Workers,
    Api,
}

impl Gone {
    const ALL: [Self; 4] = [Self::Redis, Self::RedisStalled, Self::Workers, Self::Api];

    const fn words(self) -> &'static str {
        match self {
            Self::Redis => "Redis is dead",
            Self::RedisStalled => "Redis does not answer",
            Self::Workers => "all workers are dead",
            Self::Api => "the carrier's API is down",
        }
    }
}

/// An office with desks enough for ten conversations at once.
const BIG: Office = Office {
    closed: false,
    settings: &[crowd::AGENTS, crowd::PHONES],
    hands_on: HandsOn::Redis,
};

/// Plays all of them.
pub(super) async fn run(options: &Rehearse) -> ExitCode {
    let mut failed = 0;
    for gone in Gone::ALL {
        let options = SystemOptions {
            processes: options.processes,
            switches: Switches::default(),
            seed: options.seed,
            beside: None,
        };
        match play(gone, options).await {
            Ok(account) => say(&account),
            Err((error, timeline)) => {
                say(&timeline);
                say(&format!("FAIL  {}: {error:#}", gone.words()));
                failed += 1;
            }
        }
    }
    if failed == 0 {
        ExitCode::SUCCESS
    } else {
        Report::complain(&format!("{failed} outages were not survived"))
    }
}

fn say(text: &str) {
    tell!("{text}");
}

async fn play(gone: Gone, options: SystemOptions) -> Result<String, (anyhow::Error, String)> {
    let fails = |error: anyhow::Error| (error, String::new());
    let mut system = System::start(&BIG, options).await.map_err(fails)?;
    let mut crowd = Crowd::new(Stage::new(&mut system));
    let told = story(gone, &mut crowd).await;
    let timeline = system.simulator.timeline();
    let outcome = told.and_then(|told| sound(&timeline).map(|()| told));
    let stopped = system.stop().await;
    outcome
        .and_then(|told| stopped.map(|()| told))
        .map_err(|error| (error, timeline.to_string()))
}

async fn story(gone: Gone, crowd: &mut Crowd<'_>) -> anyhow::Result<String> {
    crowd.gather().await?;
    let from = crowd.stage.system.simulator.now_ms();
    go(gone, crowd).await?;
    crowd.stage.pass(ALONE).await?;
    crowd.newcomers();
    crowd.stage.pass(WITH_NEWCOMERS).await?;
    let to = crowd.stage.system.simulator.now_ms();
    come_back(gone, crowd).await?;
    crowd.come_to_an_end().await?;
    let simulator = &crowd.stage.system.simulator;
    let (timeline, legs) = (simulator.timeline(), simulator.legs());
    crowd.stage.nobody_twice()?;
    judge::kept(&timeline, &legs, &crowd.callers(), &[])?;
    crowd.none_is_lost(&timeline)?;
    let away = (to - from) / 1000;
    let mut account = vec![format!(
        "-- {} for {away} s, {} calls",
        gone.words(),
        crowd.callers().len()
    )];
    for (group, legs) in &crowd.groups {
        let heard = Heard::between(&timeline, legs, from, to);
        account.push(format!("   {:<44} {heard}", format!("{} {group}:", legs.len())));
    }
    account.push(format!("   in the end: {}", crowd.ends(&timeline)));
    Ok(account.join("\n"))
}

async fn go(gone: Gone, crowd: &mut Crowd<'_>) -> anyhow::Result<()> {
    match gone {
        Gone::Redis => crowd.stage.kill_redis().await,
        Gone::RedisStalled => crowd.stage.stall_redis().await,
        Gone::Workers => {
            crowd.stage.kill(Service::WorkerLookup).await?;
            crowd.stage.kill(Service::WorkerCalls).await
        }
        Gone::Api => {
            crowd.stage.faults(Faults {
                api_down: true,
                ..Faults::default()
            });
            Ok(())
        }
    }
}

async fn come_back(gone: Gone, crowd: &mut Crowd<'_>) -> anyhow::Result<()> {
    match gone {
        Gone::Redis => crowd.stage.redis_back(true).await,
        Gone::RedisStalled => crowd.stage.redis_back(false).await,
        Gone::Workers => {
            crowd.stage.start(Service::WorkerLookup).await?;
            crowd.stage.start(Service::WorkerCalls).await
        }
        Gone::Api => {
            crowd.stage.faults(Faults::default());
            Ok(())
        }
    }
}
