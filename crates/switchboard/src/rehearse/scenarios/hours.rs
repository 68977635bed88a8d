//! Days off, and what is opened or closed by hand.

use std::time::Duration;

use anyhow::{Context, ensure};
use switchboard_contracts::v1;

use super::super::judge::SOON;
use super::super::stage::{MARA, Stage};

/// The promise is a second of real time; what takes longer than twice that breaks it, and the scenario fails.
const LEARNT: Duration = Duration::from_secs(2);

pub(super) async fn holiday(stage: &mut Stage<'_>) -> anyhow::Result<()> {
    leaves_a_message(stage, "closed today for the summer party").await?;
    stage.office_silent()?;
    stage.all_over().await
}

pub(super) async fn overridden_open(stage: &mut Stage<'_>) -> anyhow::Result<()> {
    override_hours(stage, true).await?;
    let caller = stage.caller_in_queue(MARA).await?;
    let ticket = stage.take("amelia", &caller).await?;
    let agent = stage.browser("amelia", &ticket);
    stage.bridged(&caller, &agent, SOON).await?;
    stage.hang_up(&caller);
    stage.over(&caller, SOON).await?;
    stage.all_over().await
}

pub(super) async fn overridden_closed(stage: &mut Stage<'_>) -> anyhow::Result<()> {
    let waiting = stage.caller_in_queue(MARA).await?;
    override_hours(stage, false).await?;
    // Who waits is not cut off.
    let ticket = stage.take("amelia", &waiting).await?;
    let agent = stage.browser("amelia", &ticket);
    stage.bridged(&waiting, &agent, SOON).await?;
    stage.hang_up(&waiting);
    stage.over(&agent, SOON).await?;
    leaves_a_message(stage, "closed at the moment").await?;
    stage.all_over().await
}

async fn leaves_a_message(stage: &mut Stage<'_>, words: &str) -> anyhow::Result<()> {
    let caller = stage.dial(MARA);
    stage
        .asked_for_a_message(&caller, Duration::from_secs(60))
        .await?;
    ensure!(stage.heard(&caller, words), "the caller must hear: {words}");
    stage.pass(Duration::from_secs(6)).await?;
    stage.hang_up(&caller);
    stage.over(&caller, SOON).await?;
    ensure!(stage.recorded(&caller), "no message was kept");
    Ok(())
}

/// For the day, by hand, and waits until every gateway knows.
async fn override_hours(stage: &Stage<'_>, open: bool) -> anyhow::Result<()> {
    let now = stage.system.store.clock().await?.now.as_millis();
    let day = 86_400_000;
    let over = v1::Override {
        id: "rehearsal".to_owned(),
        schedule: String::new(),
        open,
        from_ms: now - day,
        until_ms: now + day,
        reason: "a rehearsal".to_owned(),
        author: "rehearse".to_owned(),
        made_ms: now,
        author_id: String::new(),
    };
    stage
        .system
        .store
        .put_override(&over)
        .await
        .context("the override")?;
    tokio::time::sleep(LEARNT).await;
    Ok(())
}
