//! Something is down, dead, late or lost.

use std::time::{Duration, Instant};

use anyhow::ensure;
use serde_json::Value;
use switchboard_simulator::{CrmMode, Faults};

use super::super::judge::SOON;
use super::super::stage::{DUTY_MOBILE, FRONT_DESK, MARA, Stage, WORKSHOP};
use super::office::THREE_MINUTES;
use crate::services::Service;

/// The wait loop asks at least this often, and is then the only rescue.
const WAIT_LOOP: Duration = Duration::from_secs(25);

pub(super) async fn crm_down(stage: &mut Stage<'_>) -> anyhow::Result<()> {
    stage.faults(Faults { crm_mode: CrmMode::Down, ..Faults::default() });
    let caller = stage.caller_in_queue(MARA).await?;
    stage.pass(Duration::from_secs(20)).await?;
    let live = stage.live().await?;
    let failed = live.pointer("/calls/0/lookups/crm/failed/reason").and_then(Value::as_str);
    ensure!(failed == Some("did not answer"), "the card must name the failed source: {live}");
    let ticket = stage.take("amelia", &caller).await?;
    let agent = stage.browser("amelia", &ticket);
    stage.bridged(&caller, &agent, SOON).await?;
    stage.hang_up(&caller);
    stage.all_over().await
}

fn api_down() -> Faults {
    Faults { api_down: true, ..Faults::default() }
}

pub(super) async fn api_down_answered(stage: &mut Stage<'_>) -> anyhow::Result<()> {
    let caller = stage.caller_in_queue(MARA).await?;
    stage.faults(api_down());
    let ticket = stage.take("amelia", &caller).await?;
    let agent = stage.browser("amelia", &ticket);
    stage.bridged(&caller, &agent, WAIT_LOOP).await?;
    stage.pass(Duration::from_secs(30)).await?;
    stage.hang_up(&caller);
    stage.over(&agent, SOON).await?;
    stage.faults(Faults::default());
    stage.all_over().await
}

pub(super) async fn api_down_office(stage: &mut Stage<'_>) -> anyhow::Result<()> {
    stage.person_at(DUTY_MOBILE, Duration::from_secs(5));
    stage.faults(api_down());
    let caller = stage.caller_in_queue(MARA).await?;
    stage.bridged_with_phone(&caller, DUTY_MOBILE, Duration::from_secs(260)).await?;
    stage.office_rang(&caller, THREE_MINUTES, WAIT_LOOP)?;
    stage.faults(Faults::default());
    stage.hang_up(&caller);
    stage.all_over().await
}

pub(super) async fn workers_dead(stage: &mut Stage<'_>) -> anyhow::Result<()> {
    stage.person_at(WORKSHOP, Duration::from_secs(5));
    for worker in [Service::WorkerCalls, Service::WorkerLookup] {
        stage.kill(worker).await?;
    }
    let caller = stage.caller_in_queue(MARA).await?;
    stage.bridged_with_phone(&caller, WORKSHOP, Duration::from_secs(260)).await?;
    stage.office_rang(&caller, THREE_MINUTES, WAIT_LOOP)?;
    stage.hang_up(&caller);
    for worker in [Service::WorkerCalls, Service::WorkerLookup] {
        stage.start(worker).await?;
    }
    stage.all_over().await
}

pub(super) async fn worker_restarted(stage: &mut Stage<'_>) -> anyhow::Result<()> {
    stage.person_at(FRONT_DESK, Duration::from_secs(5));
    let caller = stage.caller_in_queue(MARA).await?;
    stage.pass(Duration::from_mins(1)).await?;
    stage.kill(Service::WorkerCalls).await?;
    stage.pass(Duration::from_mins(1)).await?;
    stage.start(Service::WorkerCalls).await?;
    stage.bridged_with_phone(&caller, FRONT_DESK, Duration::from_secs(120)).await?;
    stage.office_rang(&caller, THREE_MINUTES, Duration::from_secs(3))?;
    stage.hang_up(&caller);
    stage.all_over().await
}

pub(super) async fn gateway_restarted(stage: &mut Stage<'_>) -> anyhow::Result<()> {
    let caller = stage.caller_in_queue(MARA).await?;
    let ticket = stage.take("amelia", &caller).await?;
    stage.kill(Service::Gateway).await?;
    stage.start(Service::Gateway).await?;
    let agent = stage.browser("amelia", &ticket);
    stage.bridged(&caller, &agent, SOON).await?;
    stage.kill(Service::Gateway).await?;
    stage.pass(Duration::from_secs(10)).await?;
    stage.start(Service::Gateway).await?;
    stage.bridged(&caller, &agent, Duration::ZERO).await?;
    stage.hang_up(&caller);
    stage.all_over().await
}

pub(super) async fn redis_down(stage: &mut Stage<'_>) -> anyhow::Result<()> {
    stage.person_at(FRONT_DESK, Duration::from_secs(5));
    stage.stall_redis()?;
    let began = Instant::now();
    let caller = stage.dial(MARA);
    let simulator = stage.system.simulator.clone();
    simulator.wait_for(|view| view.legs().iter().any(|leg| leg.to == FRONT_DESK), Duration::from_secs(5)).await?;
    let took = began.elapsed();
    ensure!(took < Duration::from_secs(1), "the office rang after {took:?} of real time");
    let phone = stage.bridged_with_phone(&caller, FRONT_DESK, Duration::from_secs(30)).await?;
    stage.redis_back(false).await?;
    stage.pass(Duration::from_secs(40)).await?;
    stage.bridged(&caller, &phone, Duration::ZERO).await?;
    stage.hang_up(&phone);
    stage.over(&caller, SOON).await?;
    stage.all_over().await
}

pub(super) async fn redis_down_at_night(stage: &mut Stage<'_>) -> anyhow::Result<()> {
    stage.stall_redis()?;
    let caller = stage.dial(MARA);
    stage.until("the caller is asked for a message", Duration::from_secs(60), |view| {
        view.timeline().iter().any(|entry| {
            entry.what == switchboard_simulator::What::Heard(switchboard_simulator::Sound::Beep)
        })
    })
    .await?;
    ensure!(stage.heard(&caller, "closed"), "the caller must hear that the office is closed");
    stage.office_silent()?;
    stage.redis_back(false).await?;
    stage.pass(Duration::from_secs(5)).await?;
    stage.hang_up(&caller);
    ensure!(stage.beeped(&caller), "no beep");
    stage.all_over().await
}

pub(super) async fn redis_dies_waiting(stage: &mut Stage<'_>) -> anyhow::Result<()> {
    stage.person_at(DUTY_MOBILE, Duration::from_secs(5));
    let caller = stage.caller_in_queue(MARA).await?;
    stage.pass(Duration::from_secs(30)).await?;
    stage.kill_redis()?;
    let phone = stage.bridged_with_phone(&caller, DUTY_MOBILE, Duration::from_secs(260)).await?;
    stage.office_rang(&caller, THREE_MINUTES, WAIT_LOOP)?;
    stage.redis_back(true).await?;
    stage.pass(Duration::from_mins(1)).await?;
    stage.bridged(&caller, &phone, Duration::ZERO).await?;
    stage.hang_up(&phone);
    stage.over(&caller, SOON).await?;
    stage.all_over().await
}

pub(super) async fn webhooks_doubled(stage: &mut Stage<'_>) -> anyhow::Result<()> {
    stage.faults(Faults { webhooks_doubled: true, ..Faults::default() });
    whole_call(stage, SOON).await
}

pub(super) async fn news_lost(stage: &mut Stage<'_>) -> anyhow::Result<()> {
    stage.faults(Faults { callbacks_lost_percent: 100, ..Faults::default() });
    whole_call(stage, Duration::from_secs(30)).await
}

pub(super) async fn news_late(stage: &mut Stage<'_>) -> anyhow::Result<()> {
    stage.faults(Faults { callbacks_delay_ms: 3_000, callbacks_shuffled: true, ..Faults::default() });
    whole_call(stage, Duration::from_secs(30)).await
}

/// An agent answers and talks; then the office takes a second call.
async fn whole_call(stage: &mut Stage<'_>, patience: Duration) -> anyhow::Result<()> {
    let caller = stage.caller_in_queue(MARA).await?;
    let ticket = stage.take("amelia", &caller).await?;
    let agent = stage.browser("amelia", &ticket);
    stage.bridged(&caller, &agent, patience).await?;
    stage.pass(Duration::from_mins(1)).await?;
    stage.bridged(&caller, &agent, Duration::ZERO).await?;
    stage.hang_up(&caller);
    stage.over(&agent, SOON).await?;
    stage.pass(Duration::from_secs(60)).await?;

    stage.person_at(WORKSHOP, Duration::from_secs(5));
    let second = stage.caller_in_queue(MARA).await?;
    stage.bridged_with_phone(&second, WORKSHOP, Duration::from_secs(260)).await?;
    stage.hang_up(&second);
    stage.pass(Duration::from_secs(60)).await?;
    stage.nobody_twice()?;
    stage.all_over().await
}
