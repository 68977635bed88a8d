//! Somebody goes away at the wrong moment.

use std::time::Duration;

use anyhow::ensure;
use switchboard_simulator::Faults;

use super::super::judge::SOON;
use super::super::stage::{Answered, MARA, OLIVER, Stage};

pub(super) async fn waiting(stage: &mut Stage<'_>) -> anyhow::Result<()> {
    let caller = stage.caller_in_queue(MARA).await?;
    stage.pass(Duration::from_secs(40)).await?;
    stage.hang_up(&caller);
    stage.over(&caller, SOON).await?;
    stage.settle().await?;
    ensure!(
        matches!(stage.answer("amelia", &caller).await?, Answered::No(told, _) if told == "ended"),
        "an agent must be told that the caller is gone"
    );
    stage.pass(Duration::from_secs(240)).await?;
    stage.office_silent()?;
    stage.all_over().await
}

pub(super) async fn claimed(stage: &mut Stage<'_>) -> anyhow::Result<()> {
    let caller = stage.caller_in_queue(MARA).await?;
    let ticket = stage.take("amelia", &caller).await?;
    stage.hang_up(&caller);
    stage.over(&caller, SOON).await?;
    stage.settle().await?;
    let agent = stage.browser("amelia", &ticket);
    stage.over(&agent, SOON).await?;
    ensure!(stage.system.simulator.bridges().is_empty(), "somebody talked");
    // The agent is free for the next one.
    let next = stage.caller_in_queue(OLIVER).await?;
    let ticket = stage.take("amelia", &next).await?;
    let agent = stage.browser("amelia", &ticket);
    stage.bridged(&next, &agent, SOON).await?;
    stage.hang_up(&next);
    stage.all_over().await
}

pub(super) async fn connecting(stage: &mut Stage<'_>) -> anyhow::Result<()> {
    let caller = stage.caller_in_queue(MARA).await?;
    let ticket = stage.take("amelia", &caller).await?;
    // The request that moves the caller is on its way while they hang up.
    stage.faults(Faults {
        api_delay_ms: 400,
        ..Faults::default()
    });
    let agent = stage.browser("amelia", &ticket);
    let simulator = stage.system.simulator.clone();
    simulator
        .wait_for(
            |view| {
                view.conferences()
                    .iter()
                    .any(|room| !room.participants.is_empty())
            },
            SOON,
        )
        .await?;
    tokio::time::sleep(Duration::from_millis(100)).await;
    stage.hang_up(&caller);
    stage.over(&caller, SOON).await?;
    stage.faults(Faults::default());
    stage.over(&agent, Duration::from_secs(30)).await?;
    stage.never_bridged(&caller, &agent)?;
    stage.all_over().await
}

pub(super) async fn browser_never_connects(stage: &mut Stage<'_>) -> anyhow::Result<()> {
    let caller = stage.caller_in_queue(MARA).await?;
    let late = stage.take("amelia", &caller).await?;
    ensure!(
        matches!(stage.answer("bashir", &caller).await?, Answered::No(told, _) if told == "taken"),
        "the call is claimed"
    );
    stage.pass(Duration::from_secs(16)).await?;
    let ticket = stage.take("bashir", &caller).await?;
    let agent = stage.browser("bashir", &ticket);
    stage.bridged(&caller, &agent, SOON).await?;
    // The first browser turns up after all.
    let ghost = stage.browser("amelia", &late);
    stage.over(&ghost, SOON).await?;
    stage.never_bridged(&caller, &ghost)?;
    stage.hang_up(&caller);
    stage.nobody_twice()?;
    stage.all_over().await
}

/// The softphone's own hang-up: told before the carrier's news of the line, and after it.
pub(super) async fn softphone(stage: &mut Stage<'_>) -> anyhow::Result<()> {
    for told_first in [true, false] {
        let caller = stage.caller_in_queue(MARA).await?;
        let ticket = stage.take("amelia", &caller).await?;
        let agent = stage.browser("amelia", &ticket);
        stage.bridged(&caller, &agent, SOON).await?;
        stage.pass(Duration::from_secs(30)).await?;
        if told_first {
            stage.tell_hung_up("amelia", &ticket, &agent).await?;
            stage.hang_up(&agent);
        } else {
            stage.hang_up(&agent);
            stage.settle().await?;
            stage.tell_hung_up("amelia", &ticket, &agent).await?;
        }
        stage.over(&caller, SOON).await?;
        stage.ended_as(&caller, "COMPLETED").await?;
        // Once more, and it changes nothing.
        stage.tell_hung_up("amelia", &ticket, &agent).await?;
        stage.talked_once(&caller, &agent)?;
    }
    stage.pass(Duration::from_mins(4)).await?;
    stage.office_silent()?;
    stage.nobody_twice()?;
    stage.all_over().await
}

pub(super) async fn tab_dies(stage: &mut Stage<'_>) -> anyhow::Result<()> {
    let caller = stage.caller_in_queue(MARA).await?;
    let ticket = stage.take("amelia", &caller).await?;
    let agent = stage.browser("amelia", &ticket);
    stage.bridged(&caller, &agent, SOON).await?;
    stage.pass(Duration::from_secs(30)).await?;
    ensure!(
        stage.system.simulator.browser_dies(&agent),
        "the browser is gone already"
    );
    stage
        .until(
            "the caller is back in the queue",
            Duration::from_secs(20),
            |view| view.leg(&caller).is_some_and(|leg| leg.queue.is_some()),
        )
        .await?;
    let ticket = stage.take("bashir", &caller).await?;
    let second = stage.browser("bashir", &ticket);
    stage.bridged(&caller, &second, SOON).await?;
    stage.hang_up(&caller);
    stage.nobody_twice()?;
    stage.all_over().await
}
