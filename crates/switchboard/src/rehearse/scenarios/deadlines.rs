//! Just before, just after, and at the very moment of the three-minute promise.

use std::time::Duration;

use super::super::judge::SOON;
use super::super::stage::{MARA, OLIVER, Stage, WORKSHOP};
use super::office::{PROMPT, THREE_MINUTES};

pub(super) async fn hang_up_at_deadline(stage: &mut Stage<'_>) -> anyhow::Result<()> {
    let caller = stage.caller_in_queue(MARA).await?;
    stage.pass_to_the_brink().await?;
    stage.rush(Duration::from_secs(1)).await?;
    stage.hang_up(&caller);
    stage.over(&caller, SOON).await?;
    stage.all_over().await?;
    // The other way round.
    let caller = stage.caller_in_queue(OLIVER).await?;
    stage.pass_to_the_brink().await?;
    stage.hang_up(&caller);
    stage.rush(Duration::from_secs(1)).await?;
    stage.over(&caller, SOON).await?;
    stage.all_over().await?;
    stage.no_dead_letters().await
}

pub(super) async fn released_in_time(stage: &mut Stage<'_>) -> anyhow::Result<()> {
    stage.person_at(WORKSHOP, Duration::from_secs(5));
    let caller = stage.caller_in_queue(MARA).await?;
    stage.pass(Duration::from_mins(1)).await?;
    stage.take("amelia", &caller).await?;
    stage.pass(Duration::from_secs(5)).await?;
    stage.release("amelia", &caller).await?;
    // Pressing and giving back does not win the caller another three minutes.
    stage
        .bridged_with_phone(&caller, WORKSHOP, Duration::from_secs(200))
        .await?;
    stage.office_rang(&caller, THREE_MINUTES, PROMPT)?;
    stage.hang_up(&caller);
    stage.all_over().await
}

pub(super) async fn released_too_late(stage: &mut Stage<'_>) -> anyhow::Result<()> {
    stage.person_at(WORKSHOP, Duration::from_secs(5));
    let caller = stage.caller_in_queue(MARA).await?;
    stage.pass_to_the_brink().await?;
    stage.take("amelia", &caller).await?;
    stage.pass(Duration::from_secs(8)).await?;
    stage.office_silent()?;
    stage.release("amelia", &caller).await?;
    stage
        .bridged_with_phone(&caller, WORKSHOP, Duration::from_secs(12))
        .await?;
    stage.office_rang(&caller, THREE_MINUTES, SOON)?;
    stage.hang_up(&caller);
    stage.all_over().await
}
