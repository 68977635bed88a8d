//! Several numbers, keys that lead nowhere, and callers of every kind.

use std::time::Duration;

use anyhow::ensure;
use switchboard_simulator::What;

use super::super::judge::SOON;
use super::super::stage::{MARA, OLIVER, Stage, WORKSHOP};
use super::office::{PROMPT, THREE_MINUTES};

/// The second number of an office that has one.
pub(super) const HAMBURG: &str = "+49401234560";

pub(super) async fn another_language(stage: &mut Stage<'_>) -> anyhow::Result<()> {
    let german = stage.dial_to(MARA, HAMBURG);
    stage.press_at(&german, "Für den Verkauf", "3").await?;
    stage.press_at(&german, "Für eine Nachricht", "1").await?;
    // The other number is what it was.
    let english = stage.caller_in_queue(OLIVER).await?;
    ensure!(
        stage.heard(&english, "calling Harbour and Lane"),
        "the first number has changed"
    );
    let ticket = stage.take("amelia", &german).await?;
    let agent = stage.browser("amelia", &ticket);
    stage.bridged(&german, &agent, SOON).await?;
    for words in [
        "Hafen und Gasse",
        "Bitte bleiben Sie am Apparat",
        "Sie sind der Nächste",
    ] {
        ensure!(stage.heard(&german, words), "the caller did not hear {words:?}");
    }
    for words in ["Thank you", "Please", "You are"] {
        ensure!(!stage.heard(&german, words), "the caller heard {words:?}");
    }
    stage.hang_up(&german);
    stage.hang_up(&english);
    stage.all_over().await
}

pub(super) async fn day_off(stage: &mut Stage<'_>) -> anyhow::Result<()> {
    let german = stage.dial_to(MARA, HAMBURG);
    let english = stage.dial(OLIVER);
    for (caller, words) in [
        (
            &german,
            "Wir haben heute wegen Betriebsferien geschlossen. Wir sind wieder da: am Mittwoch, dem 1. Januar, um 0:00 Uhr.",
        ),
        (
            &english,
            "closed today for Betriebsferien. We open again on Wednesday, 1 January, at midnight.",
        ),
    ] {
        stage.asked_for_a_message(caller, Duration::from_secs(60)).await?;
        ensure!(stage.heard(caller, words), "the caller must hear: {words}");
        stage.hang_up(caller);
    }
    ensure!(!stage.heard(&german, "We open"), "English on the second line");
    stage.office_silent()?;
    stage.all_over().await
}

pub(super) async fn wrong_keys(stage: &mut Stage<'_>) -> anyhow::Result<()> {
    let caller = stage.dial(MARA);
    stage.press_at(&caller, "For sales, press 1", "7").await?;
    stage.press_at(&caller, "we did not catch that", "#").await?;
    stage
        .until("the caller is in the queue", Duration::from_secs(60), |view| {
            view.leg(&caller).is_some_and(|leg| leg.queue.is_some())
        })
        .await?;
    let ticket = stage.take("amelia", &caller).await?;
    let agent = stage.browser("amelia", &ticket);
    stage.bridged(&caller, &agent, SOON).await?;
    stage.hang_up(&caller);
    stage.all_over().await
}

pub(super) async fn no_keys(stage: &mut Stage<'_>) -> anyhow::Result<()> {
    stage.person_at(WORKSHOP, Duration::from_secs(6));
    let caller = stage.dial_to(MARA, HAMBURG);
    let phone = stage
        .bridged_with_phone(&caller, WORKSHOP, Duration::from_secs(300))
        .await?;
    ensure!(
        stage.times_heard(&caller, "Das haben wir nicht verstanden") == 1,
        "the menu was not repeated once"
    );
    stage.office_rang(&caller, THREE_MINUTES, PROMPT)?;
    // Whoever picks up is at the office, and hears which line it is.
    ensure!(
        stage.heard(&phone, "A caller is waiting for Hafen und Gasse"),
        "the office was not told which line it is"
    );
    stage.hang_up(&caller);
    stage.all_over().await
}

pub(super) async fn blocked(stage: &mut Stage<'_>) -> anyhow::Result<()> {
    for from in ["+447700900199", "+447012345678"] {
        refused(stage, from).await?;
    }
    let welcome = stage.caller_in_queue(MARA).await?;
    stage.hang_up(&welcome);
    stage.all_over().await
}

pub(super) async fn hidden(stage: &mut Stage<'_>) -> anyhow::Result<()> {
    for from in ["anonymous", "+266696687"] {
        refused(stage, from).await?;
    }
    stage.all_over().await
}

/// The call is over at once, was never answered, and agents never saw it.
async fn refused(stage: &mut Stage<'_>, from: &str) -> anyhow::Result<()> {
    let caller = stage.dial(from);
    stage.over(&caller, SOON).await?;
    stage.settle().await?;
    let timeline = stage.system.simulator.timeline();
    ensure!(
        timeline
            .of(&caller)
            .all(|entry| !matches!(entry.what, What::Answered | What::Heard(_))),
        "{from} was answered"
    );
    ensure!(stage.calls_in_view().await? == 0, "agents see the call of {from}");
    Ok(())
}

pub(super) async fn other_callers(stage: &mut Stage<'_>) -> anyhow::Result<()> {
    for from in ["client:kiosk", "sip:ada@example.com", "86753"] {
        let caller = stage.caller_in_queue(from).await?;
        let ticket = stage.take("amelia", &caller).await?;
        let agent = stage.browser("amelia", &ticket);
        stage.bridged(&caller, &agent, SOON).await?;
        stage.hang_up(&agent);
        stage.hang_up(&caller);
        stage.all_over().await?;
    }
    Ok(())
}
