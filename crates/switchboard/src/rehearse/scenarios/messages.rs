//! Messages: agents listen to them, lost ones are found, old ones are deleted.

use std::time::Duration;

use anyhow::ensure;
use switchboard_simulator::{Faults, LegId};

use super::super::judge::SOON;
use super::super::stage::{MARA, Stage};
use super::lines::HAMBURG;
use crate::services::Service;

/// Leaves a message out of hours, and hangs up.
async fn leaves_one(stage: &mut Stage<'_>) -> anyhow::Result<LegId> {
    let caller = stage.dial(MARA);
    stage
        .asked_for_a_message(&caller, Duration::from_secs(60))
        .await?;
    stage.pass(Duration::from_secs(6)).await?;
    stage.hang_up(&caller);
    stage.over(&caller, SOON).await?;
    Ok(caller)
}

/// Agents can listen to the message, whole and in part.
async fn is_heard(stage: &Stage<'_>, caller: &LegId) -> anyhow::Result<()> {
    let patience = std::time::Instant::now();
    // A service that has just found its Redis again asks for another try.
    let (status, kind, sound) = loop {
        let answer = stage.listen(caller).await?;
        if answer.0 != 503 || patience.elapsed() > SOON {
            break answer;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    };
    ensure!(
        (status, kind.as_str()) == (200, "audio/x-wav"),
        "{status} {kind} instead of the message"
    );
    ensure!(
        sound.starts_with(b"RIFF") && sound.len() > 8_000,
        "no message in {} bytes",
        sound.len()
    );
    Ok(())
}

pub(super) async fn heard(stage: &mut Stage<'_>) -> anyhow::Result<()> {
    let caller = leaves_one(stage).await?;
    stage.pass(Duration::from_secs(10)).await?;
    is_heard(stage, &caller).await?;
    // Of a call without one there is none.
    let silent = stage.dial(MARA);
    stage.settle().await?;
    stage.hang_up(&silent);
    stage.over(&silent, SOON).await?;
    stage.settle().await?;
    let (status, ..) = stage.listen(&silent).await?;
    ensure!(status == 404, "{status} for a call without a message");
    stage.all_over().await
}

/// Neither the end of the message nor the news that it is stored reached anybody.
pub(super) async fn found(stage: &mut Stage<'_>) -> anyhow::Result<()> {
    stage.faults(Faults {
        callbacks_lost_percent: 100,
        ..Faults::default()
    });
    let caller = stage.dial(MARA);
    stage
        .asked_for_a_message(&caller, Duration::from_secs(60))
        .await?;
    stage.pass(Duration::from_secs(6)).await?;
    stage.kill(Service::Gateway).await?;
    stage.hang_up(&caller);
    stage.over(&caller, SOON).await?;
    stage.settle().await?;
    stage.start(Service::Gateway).await?;
    let (status, ..) = stage.listen(&caller).await?;
    ensure!(status == 404, "somebody was told after all");
    // A sweep sees that the line is over, and a minute later the message is looked for.
    stage.pass(Duration::from_secs(120)).await?;
    is_heard(stage, &caller).await?;
    stage.all_over().await
}

pub(super) async fn deleted(stage: &mut Stage<'_>) -> anyhow::Result<()> {
    let caller = leaves_one(stage).await?;
    stage.pass(Duration::from_mins(1)).await?;
    is_heard(stage, &caller).await?;
    stage.rush(Duration::from_hours(23)).await?;
    stage.settle().await?;
    is_heard(stage, &caller).await?;
    stage.rush(Duration::from_hours(2)).await?;
    stage.settle().await?;
    let (status, ..) = stage.listen(&caller).await?;
    ensure!(
        status == 404,
        "{status}: the message is still there after its day"
    );
    stage.no_dead_letters().await?;
    stage.all_over().await
}

/// Redis is dead from the first minute of the waiting until the message is left.
pub(super) async fn left_without_redis(stage: &mut Stage<'_>) -> anyhow::Result<()> {
    let caller = stage.caller_in_queue(MARA).await?;
    let german = stage.dial_to(MARA, HAMBURG);
    stage.press_at(&german, "Für den Verkauf", "3").await?;
    stage.pass(Duration::from_secs(20)).await?;
    stage.kill_redis().await?;
    stage.press_at(&caller, "To leave a message instead", "9").await?;
    stage.press_at(&german, "Für eine Nachricht", "9").await?;
    for caller in [&caller, &german] {
        stage.asked_for_a_message(caller, Duration::from_secs(60)).await?;
    }
    ensure!(
        stage.heard(&german, "nach dem Ton") && !stage.heard(&german, "We cannot take"),
        "the second line has lost its words"
    );
    stage.pass(Duration::from_secs(8)).await?;
    stage.hang_up(&caller);
    stage.hang_up(&german);
    stage.over(&caller, SOON).await?;
    stage.over(&german, SOON).await?;
    stage.office_silent()?;
    stage.redis_back(true).await?;
    // Nobody was told: the sweep sees that the lines are over, and a minute later the messages are looked for.
    stage.pass(Duration::from_secs(120)).await?;
    is_heard(stage, &caller).await?;
    is_heard(stage, &german).await?;
    stage.all_over().await
}

/// The same call is unknown to Redis from its first second: at night, and it is back when the caller has hung up.
pub(super) async fn left_unknown(stage: &mut Stage<'_>) -> anyhow::Result<()> {
    stage.kill_redis().await?;
    let caller = stage.dial(MARA);
    stage
        .asked_for_a_message(&caller, Duration::from_secs(60))
        .await?;
    stage.redis_back(true).await?;
    stage.pass(Duration::from_secs(20)).await?;
    stage.hang_up(&caller);
    stage.over(&caller, SOON).await?;
    stage.pass(Duration::from_secs(120)).await?;
    is_heard(stage, &caller).await?;
    stage.all_over().await
}
