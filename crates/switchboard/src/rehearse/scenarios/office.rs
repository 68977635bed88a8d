//! Nobody answers, or nobody is there.

use std::time::Duration;

use anyhow::ensure;

use super::super::judge::SOON;
use super::super::stage::{DUTY_MOBILE, FRONT_DESK, MARA, PHONES, Stage, WORKSHOP};

/// The promise.
pub(super) const THREE_MINUTES: Duration = Duration::from_mins(3);
/// By how much a job may be late.
const PROMPT: Duration = Duration::from_secs(2);

pub(super) async fn accepts(stage: &mut Stage<'_>) -> anyhow::Result<()> {
    stage.person_at(WORKSHOP, Duration::from_secs(6));
    let caller = stage.caller_in_queue(MARA).await?;
    let phone = stage.bridged_with_phone(&caller, WORKSHOP, Duration::from_secs(240)).await?;
    stage.office_rang(&caller, THREE_MINUTES, PROMPT)?;
    stage.until("the other phones stop", SOON, |view| {
        view.legs().iter().all(|leg| leg.ended_ms.is_some() || leg.id == caller || leg.id == phone)
    })
    .await?;
    stage.pass(Duration::from_mins(2)).await?;
    stage.bridged(&caller, &phone, Duration::ZERO).await?;
    stage.hang_up(&phone);
    stage.over(&caller, SOON).await?;
    stage.nobody_twice()?;
    stage.all_over().await
}

pub(super) async fn mailbox_first(stage: &mut Stage<'_>) -> anyhow::Result<()> {
    stage.mailbox_at(FRONT_DESK);
    stage.person_at(DUTY_MOBILE, Duration::from_secs(9));
    let caller = stage.caller_in_queue(MARA).await?;
    stage.bridged_with_phone(&caller, DUTY_MOBILE, Duration::from_secs(260)).await?;
    for leg in stage.system.simulator.legs().iter().filter(|leg| leg.to == FRONT_DESK) {
        stage.never_bridged(&caller, &leg.id)?;
    }
    ensure!(stage.times_rung(FRONT_DESK) == 1, "a phone whose mailbox answers is not rung again");
    stage.hang_up(&caller);
    stage.nobody_twice()?;
    stage.all_over().await
}

pub(super) async fn nobody(stage: &mut Stage<'_>) -> anyhow::Result<()> {
    let caller = stage.caller_in_queue(MARA).await?;
    stage.until("the caller is asked for a message", Duration::from_secs(420), |view| {
        view.timeline().iter().any(|entry| {
            entry.what == switchboard_simulator::What::Heard(switchboard_simulator::Sound::Beep)
        })
    })
    .await?;
    stage.office_rang(&caller, THREE_MINUTES, PROMPT)?;
    for phone in PHONES {
        ensure!(stage.times_rung(phone) == 2, "{phone} rang {} times, not twice", stage.times_rung(phone));
    }
    stage.pass(Duration::from_secs(6)).await?;
    stage.hang_up(&caller);
    stage.over(&caller, SOON).await?;
    stage.settle().await?;
    ensure!(stage.recorded(&caller), "no message was kept");
    ensure!(stage.system.simulator.bridges().is_empty(), "the caller talked to somebody");
    stage.all_over().await
}

pub(super) async fn answer_while_ringing(stage: &mut Stage<'_>) -> anyhow::Result<()> {
    let caller = stage.caller_in_queue(MARA).await?;
    stage.until("the office rings", Duration::from_secs(200), |view| {
        view.legs().iter().any(|leg| PHONES.contains(&leg.to.as_str()))
    })
    .await?;
    let ticket = stage.take("amelia", &caller).await?;
    let agent = stage.browser("amelia", &ticket);
    stage.bridged(&caller, &agent, SOON).await?;
    stage.until("the office phones stop", SOON, |view| {
        view.legs().iter().all(|leg| leg.ended_ms.is_some() || leg.id == caller || leg.id == agent)
    })
    .await?;
    stage.pass(Duration::from_mins(1)).await?;
    stage.bridged(&caller, &agent, Duration::ZERO).await?;
    stage.hang_up(&caller);
    stage.nobody_twice()?;
    stage.all_over().await
}

pub(super) async fn closed(stage: &mut Stage<'_>) -> anyhow::Result<()> {
    let caller = stage.dial(MARA);
    stage.until("the caller is asked for a message", Duration::from_secs(60), |view| {
        view.timeline().iter().any(|entry| {
            entry.what == switchboard_simulator::What::Heard(switchboard_simulator::Sound::Beep)
        })
    })
    .await?;
    ensure!(stage.heard(&caller, "closed"), "the caller must hear that the office is closed");
    stage.pass(Duration::from_secs(6)).await?;
    stage.hang_up(&caller);
    stage.over(&caller, SOON).await?;
    stage.office_silent()?;
    ensure!(stage.recorded(&caller), "no message was kept");
    stage.all_over().await
}
