//! Nobody answers, or nobody is there.

use std::time::Duration;

use anyhow::ensure;
use switchboard_simulator::Behaviour;

use super::super::judge::SOON;
use super::super::stage::{DUTY_MOBILE, FRONT_DESK, MARA, OLIVER, PHONES, STRANGER, Stage, WORKSHOP};

/// The promise.
pub(super) const THREE_MINUTES: Duration = Duration::from_mins(3);
/// The last phone of an office with twelve.
const TWELFTH: &str = "+442079460112";
/// By how much a job may be late.
pub(super) const PROMPT: Duration = Duration::from_secs(2);

pub(super) async fn accepts(stage: &mut Stage<'_>) -> anyhow::Result<()> {
    stage.person_at(WORKSHOP, Duration::from_secs(6));
    let caller = stage.caller_in_queue(MARA).await?;
    let phone = stage
        .bridged_with_phone(&caller, WORKSHOP, Duration::from_secs(240))
        .await?;
    stage.office_rang(&caller, THREE_MINUTES, PROMPT)?;
    stage
        .until("the other phones stop", SOON, |view| {
            view.legs()
                .iter()
                .all(|leg| leg.ended_ms.is_some() || leg.id == caller || leg.id == phone)
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
    stage
        .bridged_with_phone(&caller, DUTY_MOBILE, Duration::from_secs(260))
        .await?;
    for leg in stage
        .system
        .simulator
        .legs()
        .iter()
        .filter(|leg| leg.to == FRONT_DESK)
    {
        stage.never_bridged(&caller, &leg.id)?;
    }
    ensure!(
        stage.times_rung(FRONT_DESK) == 1,
        "a phone whose mailbox answers is not rung again"
    );
    stage.hang_up(&caller);
    stage.nobody_twice()?;
    stage.all_over().await
}

pub(super) async fn nobody(stage: &mut Stage<'_>) -> anyhow::Result<()> {
    let caller = stage.caller_in_queue(MARA).await?;
    stage
        .asked_for_a_message(&caller, Duration::from_secs(420))
        .await?;
    stage.office_rang(&caller, THREE_MINUTES, PROMPT)?;
    for phone in PHONES {
        ensure!(
            stage.times_rung(phone) == 2,
            "{phone} rang {} times, not twice",
            stage.times_rung(phone)
        );
    }
    stage.pass(Duration::from_secs(6)).await?;
    stage.hang_up(&caller);
    stage.over(&caller, SOON).await?;
    stage.settle().await?;
    ensure!(stage.recorded(&caller), "no message was kept");
    ensure!(
        stage.system.simulator.bridges().is_empty(),
        "the caller talked to somebody"
    );
    stage.all_over().await
}

pub(super) async fn answer_while_ringing(stage: &mut Stage<'_>) -> anyhow::Result<()> {
    let caller = stage.caller_in_queue(MARA).await?;
    stage
        .until("the office rings", Duration::from_secs(200), |view| {
            view.legs().iter().any(|leg| PHONES.contains(&leg.to.as_str()))
        })
        .await?;
    let ticket = stage.take("amelia", &caller).await?;
    let agent = stage.browser("amelia", &ticket);
    stage.bridged(&caller, &agent, SOON).await?;
    stage
        .until("the office phones stop", SOON, |view| {
            view.legs()
                .iter()
                .all(|leg| leg.ended_ms.is_some() || leg.id == caller || leg.id == agent)
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
    stage
        .asked_for_a_message(&caller, Duration::from_secs(60))
        .await?;
    ensure!(
        stage.heard(&caller, "closed"),
        "the caller must hear that the office is closed"
    );
    stage.pass(Duration::from_secs(6)).await?;
    stage.hang_up(&caller);
    stage.over(&caller, SOON).await?;
    stage.office_silent()?;
    ensure!(stage.recorded(&caller), "no message was kept");
    stage.all_over().await
}

pub(super) async fn busy(stage: &mut Stage<'_>) -> anyhow::Result<()> {
    stage.phone_is(FRONT_DESK, Behaviour::Busy);
    stage.phone_is(WORKSHOP, Behaviour::Unreachable);
    stage.phone_is(DUTY_MOBILE, Behaviour::Reject { after_ms: 500 });
    let caller = stage.caller_in_queue(MARA).await?;
    stage
        .asked_for_a_message(&caller, Duration::from_secs(300))
        .await?;
    stage.office_rang(&caller, THREE_MINUTES, PROMPT)?;
    for phone in PHONES {
        ensure!(
            stage.times_rung(phone) == 2,
            "{phone} was tried {} times, not twice",
            stage.times_rung(phone)
        );
    }
    stage.hang_up(&caller);
    stage.all_over().await
}

pub(super) async fn both_accept(stage: &mut Stage<'_>) -> anyhow::Result<()> {
    stage.person_at(FRONT_DESK, Duration::from_secs(6));
    stage.person_at(WORKSHOP, Duration::from_secs(6));
    let caller = stage.caller_in_queue(MARA).await?;
    stage
        .until("somebody has the caller", Duration::from_secs(240), |view| {
            view.bridges().iter().any(|bridge| bridge.has(&caller))
        })
        .await?;
    stage.pass(SOON).await?;
    let rung: Vec<_> = stage
        .system
        .simulator
        .legs()
        .into_iter()
        .filter(|leg| leg.parent.is_some())
        .collect();
    let talks = rung
        .iter()
        .filter(|leg| leg.bridged_with.contains(&caller))
        .count();
    ensure!(talks == 1, "{talks} office phones have the caller");
    // One of the two pressed second. Where the carrier silences the others at the first pick-up, nobody did.
    for loser in rung
        .iter()
        .filter(|leg| stage.pressed(&leg.id) && leg.bridged_with.is_empty())
    {
        ensure!(
            stage.heard(&loser.id, "taken"),
            "whoever pressed second must be told"
        );
    }
    stage.hang_up(&caller);
    stage.nobody_twice()?;
    stage.all_over().await
}

pub(super) async fn twelve_phones(stage: &mut Stage<'_>) -> anyhow::Result<()> {
    stage.person_at(TWELFTH, Duration::from_secs(5));
    let caller = stage.caller_in_queue(MARA).await?;
    let phone = stage
        .bridged_with_phone(&caller, TWELFTH, Duration::from_secs(260))
        .await?;
    for number in 1..=12 {
        let phone = format!("+4420794601{number:02}");
        ensure!(
            stage.times_rung(&phone) == 1,
            "{phone} was rung {} times, not once",
            stage.times_rung(&phone)
        );
    }
    stage.pass(Duration::from_mins(1)).await?;
    stage.bridged(&caller, &phone, Duration::ZERO).await?;
    stage.hang_up(&phone);
    stage.all_over().await
}

pub(super) async fn no_phones(stage: &mut Stage<'_>) -> anyhow::Result<()> {
    let caller = stage.caller_in_queue(MARA).await?;
    let waited = stage
        .asked_for_a_message(&caller, Duration::from_secs(240))
        .await?;
    ensure!(
        waited > Duration::from_secs(160),
        "an agent had only {waited:?} to answer"
    );
    stage.pass(Duration::from_secs(6)).await?;
    stage.hang_up(&caller);
    stage.over(&caller, SOON).await?;
    stage.settle().await?;
    ensure!(stage.recorded(&caller), "no message was kept");
    stage.all_over().await
}

/// They are told so at once, with the choice of a message; who stays is answered by whoever comes back.
pub(super) async fn nobody_there(stage: &mut Stage<'_>) -> anyhow::Result<()> {
    let agents = ["amelia", "bashir", "carys", "dylan"];
    for agent in agents {
        stage.presence(agent, "away").await?;
    }
    // A sweep has looked.
    stage.pass(Duration::from_secs(20)).await?;
    let caller = stage.dial(MARA);
    stage.press_at(&caller, "press", "1").await?;
    stage.hears(&caller, "Nobody can take your call", SOON).await?;
    stage.press_at(&caller, "To leave a message", "9").await?;
    stage
        .asked_for_a_message(&caller, Duration::from_secs(20))
        .await?;
    stage.hang_up(&caller);
    let stays = stage.dial(OLIVER);
    stage.press_at(&stays, "press", "1").await?;
    stage.hears(&stays, "Nobody can take your call", SOON).await?;
    ensure!(!stage.heard(&stays, "shortly"), "nobody comes shortly");
    stage.presence("amelia", "available").await?;
    let ticket = stage.take("amelia", &stays).await?;
    let agent = stage.browser("amelia", &ticket);
    stage.bridged(&stays, &agent, SOON).await?;
    let third = stage.caller_told_to_hold(STRANGER).await?;
    ensure!(stage.heard(&third, "shortly"), "amelia is there");
    stage.hang_up(&third);
    stage.hang_up(&stays);
    stage.all_over().await
}

/// Whoever talks to one caller does not hear the phone ring for another.
pub(super) async fn busy_phone(stage: &mut Stage<'_>) -> anyhow::Result<()> {
    stage.person_at(WORKSHOP, Duration::from_secs(4));
    let first = stage.caller_in_queue(MARA).await?;
    let workshop = stage
        .bridged_with_phone(&first, WORKSHOP, Duration::from_secs(240))
        .await?;
    stage.person_at(FRONT_DESK, Duration::from_secs(4));
    let second = stage.caller_in_queue(OLIVER).await?;
    let desk = stage
        .bridged_with_phone(&second, FRONT_DESK, Duration::from_secs(240))
        .await?;
    ensure!(
        stage.times_rung(WORKSHOP) == 1,
        "the phone at which somebody talks was rung again"
    );
    stage.bridged(&first, &workshop, Duration::ZERO).await?;
    stage.bridged(&second, &desk, Duration::ZERO).await?;
    stage.hang_up(&first);
    stage.hang_up(&second);
    stage.nobody_twice()?;
    stage.all_over().await
}

/// Amelia talks with the first caller in her browser when the office rings for the second.
pub(super) async fn busy_desk(stage: &mut Stage<'_>) -> anyhow::Result<()> {
    let first = stage.caller_in_queue(MARA).await?;
    let ticket = stage.take("amelia", &first).await?;
    let browser = stage.browser("amelia", &ticket);
    stage.bridged(&first, &browser, SOON).await?;
    stage.person_at(WORKSHOP, Duration::from_secs(4));
    let second = stage.caller_in_queue(OLIVER).await?;
    stage
        .bridged_with_phone(&second, WORKSHOP, Duration::from_secs(240))
        .await?;
    ensure!(
        stage.times_rung(FRONT_DESK) == 0,
        "the desk phone of an agent who talks was rung"
    );
    stage.bridged(&first, &browser, Duration::ZERO).await?;
    stage.hang_up(&first);
    stage.hang_up(&second);
    stage.nobody_twice()?;
    stage.all_over().await
}
