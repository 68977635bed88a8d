//! The carrier's notifications come twice, late, in any order, or never.

use std::time::Duration;

use anyhow::ensure;
use switchboard_simulator::Faults;

use super::super::judge::SOON;
use super::super::stage::{MARA, Stage, WORKSHOP};
use crate::services::Service;

pub(super) async fn webhooks_doubled(stage: &mut Stage<'_>) -> anyhow::Result<()> {
    stage.faults(Faults {
        webhooks_doubled: true,
        ..Faults::default()
    });
    whole_call(stage, SOON).await
}

pub(super) async fn news_lost(stage: &mut Stage<'_>) -> anyhow::Result<()> {
    stage.faults(Faults {
        callbacks_lost_percent: 100,
        ..Faults::default()
    });
    whole_call(stage, Duration::from_secs(30)).await
}

pub(super) async fn news_late(stage: &mut Stage<'_>) -> anyhow::Result<()> {
    stage.faults(Faults {
        callbacks_delay_ms: 3_000,
        callbacks_shuffled: true,
        ..Faults::default()
    });
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
    stage
        .bridged_with_phone(&second, WORKSHOP, Duration::from_secs(260))
        .await?;
    stage.hang_up(&second);
    stage.pass(Duration::from_secs(60)).await?;
    stage.nobody_twice()?;
    stage.all_over().await
}

/// Nobody is there to be told when the caller hangs up.
pub(super) async fn hang_up_unheard(stage: &mut Stage<'_>) -> anyhow::Result<()> {
    stage.faults(Faults {
        callbacks_lost_percent: 100,
        ..Faults::default()
    });
    let caller = stage.caller_in_queue(MARA).await?;
    stage.pass(Duration::from_secs(40)).await?;
    stage.kill(Service::Gateway).await?;
    stage.hang_up(&caller);
    stage.over(&caller, SOON).await?;
    stage.settle().await?;
    stage.start(Service::Gateway).await?;
    ensure!(stage.calls_in_view().await? == 1, "somebody was told after all");
    stage.pass(Duration::from_secs(30)).await?;
    ensure!(
        stage.calls_in_view().await? == 0,
        "agents still see a caller who hung up half a minute ago"
    );
    stage.office_silent()?;
    stage.all_over().await
}
