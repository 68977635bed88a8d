//! Who is calling: the source is slow, late, broken or away.

use std::time::Duration;

use anyhow::ensure;
use serde_json::Value;
use switchboard_simulator::{CrmMode, Faults, LegId};

use super::super::judge::SOON;
use super::super::stage::{MARA, Stage};
use crate::services::Service;

pub(super) async fn source_down(stage: &mut Stage<'_>) -> anyhow::Result<()> {
    stage.faults(Faults {
        crm_mode: CrmMode::Down,
        ..Faults::default()
    });
    failing_source(stage, "did not answer").await
}

pub(super) async fn source_broken(stage: &mut Stage<'_>) -> anyhow::Result<()> {
    stage.faults(Faults {
        crm_mode: CrmMode::Garbage,
        ..Faults::default()
    });
    failing_source(stage, "sent an unreadable answer").await
}

/// Agents see what is wrong with the source, and answer all the same.
async fn failing_source(stage: &mut Stage<'_>, reason: &str) -> anyhow::Result<()> {
    let caller = stage.caller_in_queue(MARA).await?;
    stage.pass(Duration::from_secs(20)).await?;
    let failed = on_the_card(stage, "failed").await?;
    let told = failed
        .as_ref()
        .and_then(|failed| failed.get("reason"))
        .and_then(Value::as_str);
    ensure!(
        told == Some(reason),
        "the card must name the failed source: {failed:?}"
    );
    answer_and_end(stage, &caller).await
}

pub(super) async fn source_slow(stage: &mut Stage<'_>) -> anyhow::Result<()> {
    stage.faults(Faults {
        crm_delay_ms: 700,
        ..Faults::default()
    });
    let caller = stage.caller_in_queue(MARA).await?;
    ensure!(
        on_the_card(stage, "found").await?.is_some(),
        "a slow answer is an answer"
    );
    answer_and_end(stage, &caller).await
}

/// The one who asks the source is not there until the caller is talking.
pub(super) async fn known_while_talking(stage: &mut Stage<'_>) -> anyhow::Result<()> {
    stage.kill(Service::WorkerLookup).await?;
    let caller = stage.caller_in_queue(MARA).await?;
    let ticket = stage.take("amelia", &caller).await?;
    let agent = stage.browser("amelia", &ticket);
    stage.bridged(&caller, &agent, SOON).await?;
    ensure!(
        on_the_card(stage, "pending").await?.is_some(),
        "nobody can have asked yet"
    );
    stage.start(Service::WorkerLookup).await?;
    ensure!(
        on_the_card(stage, "found").await?.is_some(),
        "late knowledge is shown to the one who talks"
    );
    stage.talked_once(&caller, &agent)?;
    stage.hang_up(&caller);
    stage.all_over().await
}

/// The source answers when nobody wants to know any more.
pub(super) async fn known_after_hang_up(stage: &mut Stage<'_>) -> anyhow::Result<()> {
    stage.faults(Faults {
        crm_delay_ms: 700,
        ..Faults::default()
    });
    let caller = stage.dial(MARA);
    let simulator = stage.system.simulator.clone();
    let asked = async {
        while simulator.crm_in_flight() == 0 {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    };
    tokio::time::timeout(SOON, asked).await?;
    stage.hang_up(&caller);
    stage.all_over().await?;
    stage.no_dead_letters().await
}

async fn answer_and_end(stage: &mut Stage<'_>, caller: &LegId) -> anyhow::Result<()> {
    let ticket = stage.take("amelia", caller).await?;
    let agent = stage.browser("amelia", &ticket);
    stage.bridged(caller, &agent, SOON).await?;
    stage.hang_up(caller);
    stage.all_over().await
}

/// What the first live card says that the source came to.
pub(super) async fn on_the_card(stage: &Stage<'_>, outcome: &str) -> anyhow::Result<Option<Value>> {
    stage.settle().await?;
    let live = stage.live().await?;
    Ok(live
        .pointer("/calls/0/lookups/crm")
        .and_then(|lookup| lookup.get(outcome))
        .cloned())
}
