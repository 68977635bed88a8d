//! What the sweep and the news of a phone must not do: end a conversation, or another system's call.

use std::time::Duration;

use anyhow::{Context, ensure};
use switchboard_simulator::{Faults, LegId};

use super::super::judge::SOON;
use super::super::stage::{DYLANS_PHONE, MARA, OFFICE, Stage};
use super::super::storms::judge::was_ended_by_us;
use super::workers::WAIT_LOOP;

/// `calls.sweep_every`.
const SWEEP: Duration = Duration::from_secs(15);
const LATE_MS: i64 = 3_000;

/// The request that calls an agent's phone is carried out, its answer is lost, and the claim is given back before the
/// phone tells that it rings. Another system of the same account rings that phone, from the same number, at the same
/// moment.
pub(super) async fn for_nobody(stage: &mut Stage<'_>) -> anyhow::Result<()> {
    let caller = stage.caller_in_queue(MARA).await?;
    stage.faults(Faults {
        api_answers_lost: 1,
        callbacks_delay_ms: LATE_MS,
        ..Faults::default()
    });
    let simulator = stage.system.simulator.clone();
    let other = simulator.another_system_calls(OFFICE, DYLANS_PHONE);
    stage.take("dylan", &caller).await?;
    let ours = |leg: &LegId| {
        simulator
            .legs()
            .iter()
            .any(|one| one.to == DYLANS_PHONE && &one.id == leg)
    };
    stage
        .until("the agent's phone is called", SOON, |view| {
            view.legs()
                .iter()
                .any(|leg| leg.to == DYLANS_PHONE && leg.id != other)
        })
        .await?;
    stage.release("dylan", &caller).await?;
    let phone = simulator
        .legs()
        .into_iter()
        .map(|leg| leg.id)
        .find(|leg| ours(leg) && *leg != other)
        .context("the agent's phone was not called")?;
    stage.over(&phone, SWEEP).await?;
    ensure!(
        was_ended_by_us(&phone, &simulator.timeline()),
        "the phone just stopped"
    );
    stage.over(&other, Duration::from_secs(120)).await?;
    ensure!(
        !was_ended_by_us(&other, &simulator.timeline()),
        "another system's call was ended"
    );
    stage.faults(Faults::default());
    stage.hang_up(&caller);
    stage.all_over().await
}

/// Three conversations, one of them with an agent on a phone, through every kind of list.
pub(super) async fn lists_unsteady(stage: &mut Stage<'_>) -> anyhow::Result<()> {
    stage.person_at(DYLANS_PHONE, Duration::from_secs(2));
    let mut pairs = Vec::new();
    for agent in ["dylan", "amelia", "bashir"] {
        let caller = stage.caller_in_queue(MARA).await?;
        let ticket = stage.take(agent, &caller).await?;
        let leg = if agent == "dylan" {
            stage
                .bridged_with_phone(&caller, DYLANS_PHONE, Duration::from_secs(30))
                .await?
        } else {
            let browser = stage.browser(agent, &ticket);
            stage.bridged(&caller, &browser, WAIT_LOOP).await?;
            browser
        };
        pairs.push((caller, leg));
    }
    for faults in [
        Faults {
            lists_late_ms: 3_600_000,
            ..Faults::default()
        },
        Faults {
            lists_page_items: 1,
            lists_shifted_percent: 100,
            ..Faults::default()
        },
        Faults {
            lists_unreadable_percent: 100,
            ..Faults::default()
        },
    ] {
        stage.faults(faults);
        stage.pass(3 * SWEEP).await?;
        for (caller, leg) in &pairs {
            stage.bridged(caller, leg, Duration::ZERO).await?;
            stage.talked_once(caller, leg)?;
        }
    }
    // The news of an end is lost, and the lists cannot be read: it is found all the same.
    stage.faults(Faults {
        lists_unreadable_percent: 100,
        callbacks_lost_percent: 100,
        ..Faults::default()
    });
    for (caller, _) in &pairs {
        stage.hang_up(caller);
    }
    stage.pass(3 * SWEEP).await?;
    ensure!(
        stage.calls_in_view().await? == 0,
        "a call that is over is still seen"
    );
    stage.faults(Faults::default());
    stage.nobody_twice()?;
    stage.all_over().await
}
