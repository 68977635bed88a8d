//! Processes die in the middle of a call.

use std::time::Duration;

use switchboard_simulator::Faults;

use super::super::judge::SOON;
use super::super::stage::{FRONT_DESK, MARA, Stage, WORKSHOP};
use super::office::{PROMPT, THREE_MINUTES};
use crate::services::Service;

/// The wait loop asks at least this often, and is then the only rescue.
pub(super) const WAIT_LOOP: Duration = Duration::from_secs(25);

pub(super) async fn workers_dead(stage: &mut Stage<'_>) -> anyhow::Result<()> {
    stage.person_at(WORKSHOP, Duration::from_secs(5));
    for worker in [Service::WorkerCalls, Service::WorkerLookup] {
        stage.kill(worker).await?;
    }
    let caller = stage.caller_in_queue(MARA).await?;
    stage
        .bridged_with_phone(&caller, WORKSHOP, Duration::from_secs(260))
        .await?;
    stage.office_rang(&caller, THREE_MINUTES, WAIT_LOOP)?;
    stage.hang_up(&caller);
    for worker in [Service::WorkerCalls, Service::WorkerLookup] {
        stage.start(worker).await?;
    }
    stage.all_over().await
}

/// Agents press Answer in the last second, one in a browser that never connects and one on a phone that nobody calls.
pub(super) async fn claimed_and_dead(stage: &mut Stage<'_>) -> anyhow::Result<()> {
    let workers = [Service::WorkerCalls, Service::WorkerLookup];
    stage.person_at(WORKSHOP, Duration::from_secs(2));
    for agent in ["amelia", "dylan"] {
        for worker in workers {
            stage.kill(worker).await?;
        }
        let caller = stage.caller_in_queue(MARA).await?;
        stage.pass_to_the_brink().await?;
        stage.take(agent, &caller).await?;
        // The claim, no more than a moment of music after it, and as long as somebody takes to press the key.
        stage
            .bridged_with_phone(&caller, WORKSHOP, Duration::from_secs(30))
            .await?;
        stage.hang_up(&caller);
        stage.over(&caller, SOON).await?;
        for worker in workers {
            stage.start(worker).await?;
        }
        stage.pass(SOON).await?;
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
    stage
        .bridged_with_phone(&caller, FRONT_DESK, Duration::from_secs(120))
        .await?;
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

pub(super) async fn one_of_two_workers(stage: &mut Stage<'_>) -> anyhow::Result<()> {
    stage.person_at(FRONT_DESK, Duration::from_secs(5));
    stage.start_another(Service::WorkerCalls).await?;
    let caller = stage.caller_in_queue(MARA).await?;
    stage.pass_to_the_brink().await?;
    stage.kill(Service::WorkerCalls).await?;
    stage
        .bridged_with_phone(&caller, FRONT_DESK, Duration::from_secs(30))
        .await?;
    stage.office_rang(&caller, THREE_MINUTES, PROMPT)?;
    stage.hang_up(&caller);
    stage.all_over().await
}

/// The worker dies with the request that moves the caller under way.
pub(super) async fn worker_dies_connecting(stage: &mut Stage<'_>) -> anyhow::Result<()> {
    let caller = stage.caller_in_queue(MARA).await?;
    let ticket = stage.take("amelia", &caller).await?;
    stage.faults(Faults {
        api_delay_ms: 300,
        ..Faults::default()
    });
    let agent = stage.browser("amelia", &ticket);
    let simulator = stage.system.simulator.clone();
    let met = |room: &switchboard_simulator::ConferenceView| !room.participants.is_empty();
    simulator
        .wait_for(|view| view.conferences().iter().any(met), SOON)
        .await?;
    stage.kill(Service::WorkerCalls).await?;
    stage.faults(Faults::default());
    stage.start(Service::WorkerCalls).await?;
    stage.bridged(&caller, &agent, WAIT_LOOP).await?;
    stage.pass(SOON).await?;
    stage.talked_once(&caller, &agent)?;
    stage.hang_up(&caller);
    stage.nobody_twice()?;
    stage.all_over().await
}
