//! What those hear who wait, and the way out of the queue.

use std::time::Duration;

use anyhow::ensure;

use super::super::judge::SOON;
use super::super::stage::{MARA, OLIVER, STRANGER, Stage};

/// So many answers make a rate.
const ANSWERS: usize = 6;

pub(super) async fn told(stage: &mut Stage<'_>) -> anyhow::Result<()> {
    for _ in 0..ANSWERS {
        let caller = stage.caller_in_queue(STRANGER).await?;
        stage.pass(Duration::from_secs(40)).await?;
        let ticket = stage.take("amelia", &caller).await?;
        let agent = stage.browser("amelia", &ticket);
        stage.bridged(&caller, &agent, SOON).await?;
        stage.hang_up(&caller);
        stage.all_over().await?;
    }
    let first = stage.caller_in_queue(MARA).await?;
    let second = stage.caller_in_queue(OLIVER).await?;
    stage.pass(Duration::from_secs(70)).await?;
    ensure!(
        stage.heard(&first, "You are the next to be answered"),
        "the first does not know"
    );
    ensure!(
        stage.heard(&second, "You are number 2 in the queue"),
        "the second does not know"
    );
    ensure!(
        stage.heard(&second, "We expect to be with you in about"),
        "the time was not said"
    );
    let announced = stage.times_heard(&second, "You are number 2");
    ensure!(
        announced == 2,
        "told {announced} times in a minute, not at its beginning and its end"
    );
    stage.hang_up(&first);
    stage.over(&first, SOON).await?;
    // Nobody has answered for long: what was known is known no longer.
    stage.pass(Duration::from_mins(5)).await?;
    let times = stage.times_heard(&second, "We expect");
    stage.pass(Duration::from_mins(2)).await?;
    ensure!(
        stage.times_heard(&second, "We expect") == times,
        "a time is promised that nobody knows"
    );
    ensure!(
        stage.heard(&second, "You are the next to be answered"),
        "the second has not moved up"
    );
    stage.hang_up(&second);
    stage.all_over().await
}

pub(super) async fn leaves_the_queue(stage: &mut Stage<'_>) -> anyhow::Result<()> {
    let caller = stage.caller_in_queue(MARA).await?;
    stage.pass(Duration::from_secs(75)).await?;
    ensure!(
        stage.heard(&caller, "To leave a message instead, press 9"),
        "the way out is not told"
    );
    ensure!(
        stage.system.simulator.press(&caller, "9"),
        "the caller's line is gone"
    );
    stage
        .asked_for_a_message(&caller, Duration::from_secs(30))
        .await?;
    stage.pass(Duration::from_secs(6)).await?;
    stage.hang_up(&caller);
    stage.over(&caller, SOON).await?;
    stage.settle().await?;
    ensure!(stage.recorded(&caller), "no message was kept");
    stage.office_silent()?;
    stage.all_over().await
}

/// Before anything else is said: the queue was joined, so the key counts.
pub(super) async fn key_at_once(stage: &mut Stage<'_>) -> anyhow::Result<()> {
    let caller = stage.caller_told_to_hold(MARA).await?;
    stage.pass(Duration::from_secs(1)).await?;
    ensure!(
        stage.system.simulator.press(&caller, "9"),
        "the caller's line is gone"
    );
    stage
        .asked_for_a_message(&caller, Duration::from_secs(15))
        .await?;
    ensure!(
        !stage.heard(&caller, "To leave a message"),
        "the key was heard only when it was offered"
    );
    stage.pass(Duration::from_secs(8)).await?;
    // Whoever hangs up instead may be told of before the message is.
    ensure!(
        stage.system.simulator.press(&caller, "#"),
        "the caller's line is gone"
    );
    stage.over(&caller, SOON).await?;
    stage.ended_as(&caller, "VOICEMAIL").await?;
    stage.office_silent()?;
    stage.all_over().await
}

pub(super) async fn key_too_late(stage: &mut Stage<'_>) -> anyhow::Result<()> {
    let caller = stage.caller_in_queue(MARA).await?;
    stage.pass(Duration::from_secs(20)).await?;
    let ticket = stage.take("amelia", &caller).await?;
    stage.system.simulator.press(&caller, "9");
    stage.settle().await?;
    let agent = stage.browser("amelia", &ticket);
    stage.bridged(&caller, &agent, SOON).await?;
    ensure!(!stage.beeped(&caller), "the caller was asked for a message");
    stage.hang_up(&caller);
    stage.all_over().await
}
