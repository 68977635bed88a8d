//! The carrier's API is down, slow, crowded, or does what it is asked and does not say so.

use std::time::Duration;

use anyhow::ensure;
use switchboard_simulator::{Faults, LegId};

use super::super::judge::SOON;
use super::super::stage::{DUTY_MOBILE, DYLANS_PHONE, MARA, Stage};
use super::office::THREE_MINUTES;
use super::workers::WAIT_LOOP;
use crate::services::Service;

/// What moves a caller, as the metrics name it.
const MOVES: &str = "POST Queues/*/Members/*";
const OUTCOMES: [&str; 2] = ["server_error", "ok"];

fn api_down() -> Faults {
    Faults {
        api_down: true,
        ..Faults::default()
    }
}

pub(super) async fn down_answered(stage: &mut Stage<'_>) -> anyhow::Result<()> {
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

pub(super) async fn down_office(stage: &mut Stage<'_>) -> anyhow::Result<()> {
    stage.person_at(DUTY_MOBILE, Duration::from_secs(5));
    stage.faults(api_down());
    let caller = stage.caller_in_queue(MARA).await?;
    stage
        .bridged_with_phone(&caller, DUTY_MOBILE, Duration::from_secs(260))
        .await?;
    stage.office_rang(&caller, THREE_MINUTES, WAIT_LOOP)?;
    stage.faults(Faults::default());
    stage.hang_up(&caller);
    stage.all_over().await
}

/// The request that moves the caller to the agent is carried out, and its answer never comes.
pub(super) async fn move_unconfirmed(stage: &mut Stage<'_>) -> anyhow::Result<()> {
    let caller = stage.caller_in_queue(MARA).await?;
    let agent = answered_with(stage, &caller, lost_answer()).await?;
    stage.talked_once(&caller, &agent)?;
    end_well(stage, &caller).await
}

/// The same for a caller who hears the first words in the queue.
pub(super) async fn early_move_unconfirmed(stage: &mut Stage<'_>) -> anyhow::Result<()> {
    let caller = stage.caller_told_to_hold(MARA).await?;
    let agent = answered_with(stage, &caller, lost_answer()).await?;
    stage.talked_once(&caller, &agent)?;
    end_well(stage, &caller).await
}

/// The request that calls an agent's phone is carried out, and its answer never comes.
pub(super) async fn call_unconfirmed(stage: &mut Stage<'_>) -> anyhow::Result<()> {
    stage.person_at(DYLANS_PHONE, Duration::from_secs(5));
    let caller = stage.caller_in_queue(MARA).await?;
    stage.faults(lost_answer());
    stage.take("dylan", &caller).await?;
    let phone = stage
        .bridged_with_phone(&caller, DYLANS_PHONE, Duration::from_secs(30))
        .await?;
    ensure!(
        stage.times_rung(DYLANS_PHONE) == 1,
        "the agent's phone was called twice for one claim"
    );
    stage.talked_once(&caller, &phone)?;
    end_well(stage, &caller).await
}

pub(super) async fn crowded(stage: &mut Stage<'_>) -> anyhow::Result<()> {
    let caller = stage.caller_in_queue(MARA).await?;
    let refused = Faults {
        api_fail_status: Some(429),
        api_fail_times: Some(5),
        ..Faults::default()
    };
    let agent = answered_with(stage, &caller, refused).await?;
    stage.talked_once(&caller, &agent)?;
    end_well(stage, &caller).await
}

pub(super) async fn crowded_phone(stage: &mut Stage<'_>) -> anyhow::Result<()> {
    phone_called_once(stage, 429, 5).await
}

pub(super) async fn failing(stage: &mut Stage<'_>) -> anyhow::Result<()> {
    phone_called_once(stage, 500, 2).await
}

/// The request that calls an agent's phone is refused a few times.
async fn phone_called_once(stage: &mut Stage<'_>, status: u16, times: u32) -> anyhow::Result<()> {
    stage.person_at(DYLANS_PHONE, Duration::from_secs(5));
    let caller = stage.caller_in_queue(MARA).await?;
    stage.faults(Faults {
        api_fail_status: Some(status),
        api_fail_times: Some(times),
        ..Faults::default()
    });
    stage.take("dylan", &caller).await?;
    let phone = stage
        .bridged_with_phone(&caller, DYLANS_PHONE, Duration::from_secs(30))
        .await?;
    ensure!(
        stage.times_rung(DYLANS_PHONE) == 1,
        "the agent's phone was called twice for one claim"
    );
    stage.talked_once(&caller, &phone)?;
    end_well(stage, &caller).await
}

/// The request that moves the caller is refused as one for somebody who is not in the queue. They are.
pub(super) async fn move_refused(stage: &mut Stage<'_>) -> anyhow::Result<()> {
    for status in [404, 400] {
        let caller = stage.caller_in_queue(MARA).await?;
        let refused = Faults {
            api_fail_status: Some(status),
            api_fail_times: Some(1),
            ..Faults::default()
        };
        let agent = answered_with(stage, &caller, refused).await?;
        ensure!(
            stage.asked_of_carrier(&["POST Queues/", caller.as_str(), &format!("-> {status} ")]),
            "another request was refused than the one that moves the caller"
        );
        stage.pass(Duration::from_secs(30)).await?;
        stage.bridged(&caller, &agent, Duration::ZERO).await?;
        stage.talked_once(&caller, &agent)?;
        end_well(stage, &caller).await?;
        stage.ended_as(&caller, "COMPLETED").await?;
    }
    Ok(())
}

/// The worker that moves the caller tells how often that failed, and how often it did not.
pub(super) async fn measured(stage: &mut Stage<'_>) -> anyhow::Result<()> {
    let caller = stage.caller_in_queue(MARA).await?;
    // Services in one process count together, those of other rehearsals too: the numbers can only be too high before.
    let mut before = Vec::new();
    for outcome in OUTCOMES {
        before.push(stage.measured(Service::WorkerCalls, MOVES, outcome).await?);
    }
    let failing = Faults {
        api_fail_status: Some(500),
        api_fail_times: Some(1),
        ..Faults::default()
    };
    answered_with(stage, &caller, failing).await?;
    end_well(stage, &caller).await?;
    for (outcome, before) in OUTCOMES.into_iter().zip(before) {
        let now = stage.measured(Service::WorkerCalls, MOVES, outcome).await?;
        ensure!(
            now > before,
            "{MOVES} ended as {outcome}, which is not among the metrics"
        );
    }
    Ok(())
}

/// Every answer comes after our patience is over.
pub(super) async fn slow(stage: &mut Stage<'_>) -> anyhow::Result<()> {
    let caller = stage.caller_in_queue(MARA).await?;
    let agent = answered_with(
        stage,
        &caller,
        Faults {
            api_delay_ms: 500,
            ..Faults::default()
        },
    )
    .await?;
    stage.talked_once(&caller, &agent)?;
    stage.pass(Duration::from_secs(30)).await?;
    stage.bridged(&caller, &agent, Duration::ZERO).await?;
    end_well(stage, &caller).await
}

fn lost_answer() -> Faults {
    Faults {
        api_answers_lost: 1,
        ..Faults::default()
    }
}

/// An agent answers while the API is out of order.
async fn answered_with(stage: &mut Stage<'_>, caller: &LegId, faults: Faults) -> anyhow::Result<LegId> {
    stage.faults(faults);
    let ticket = stage.take("amelia", caller).await?;
    let agent = stage.browser("amelia", &ticket);
    stage.bridged(caller, &agent, WAIT_LOOP).await?;
    stage.pass(SOON).await?;
    Ok(agent)
}

async fn end_well(stage: &mut Stage<'_>, caller: &LegId) -> anyhow::Result<()> {
    stage.faults(Faults::default());
    stage.hang_up(caller);
    stage.nobody_twice()?;
    stage.office_silent()?;
    stage.all_over().await
}
