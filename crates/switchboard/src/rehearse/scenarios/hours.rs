//! Days off, and what is opened or closed by hand.

use std::time::{Duration, Instant};

use anyhow::ensure;

use super::super::judge::SOON;
use super::super::stage::{MARA, Stage};

/// The promise is a second of real time. On a machine that has no time for it the scenario still ends with a sentence.
const LEARNT: Duration = Duration::from_secs(20);
/// Said to everybody who is not let in, whatever the reason.
const CLOSED: &str = "We are closed";

pub(super) async fn holiday(stage: &mut Stage<'_>) -> anyhow::Result<()> {
    leaves_a_message(stage, "closed today for the summer party").await?;
    stage.office_silent()?;
    stage.all_over().await
}

pub(super) async fn overridden_open(stage: &mut Stage<'_>) -> anyhow::Result<()> {
    stage.override_hours("amelia", true).await?;
    callers_are(stage, true).await?;
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
    stage.override_hours("amelia", false).await?;
    callers_are(stage, false).await?;
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

/// Somebody calls until they are let in, or until they are not: every gateway learns of an override by itself, and
/// nobody but a caller can say whether it has.
async fn callers_are(stage: &mut Stage<'_>, let_in: bool) -> anyhow::Result<()> {
    let deadline = Instant::now() + LEARNT;
    loop {
        let caller = stage.dial(MARA);
        stage
            .until("the caller hears something", SOON, |view| {
                view.leg(&caller).is_some_and(|leg| leg.hears.is_some())
            })
            .await?;
        let turned_away = stage.heard(&caller, CLOSED);
        stage.hang_up(&caller);
        stage.over(&caller, SOON).await?;
        if turned_away != let_in {
            return Ok(());
        }
        let still = if turned_away { "turned away" } else { "let in" };
        ensure!(
            Instant::now() < deadline,
            "callers are still {still} after {} s",
            LEARNT.as_secs()
        );
    }
}
