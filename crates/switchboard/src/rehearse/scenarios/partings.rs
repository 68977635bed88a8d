//! Somebody hangs up at a step of a call where nobody talks yet: the call ends with its reason, or goes on for whoever
//! is still there, and no phone rings for nobody.

use std::time::Duration;

use anyhow::ensure;
use switchboard_simulator::{Behaviour, LegId};

use super::super::judge::SOON;
use super::super::stage::{DYLANS_PHONE, FRONT_DESK, MARA, OLIVER, PHONES, Stage, WORKSHOP};

/// Long after the office would have rung.
const LONG: Duration = Duration::from_mins(4);
/// As long as the office rings.
const RING: Duration = Duration::from_secs(25);
/// What a person hears who picks up a phone for somebody who waits.
const KEY: &str = "Press 1";

pub(super) async fn in_the_menu(stage: &mut Stage<'_>) -> anyhow::Result<()> {
    let caller = stage.dial(MARA);
    stage.hears(&caller, "press", SOON).await?;
    gone(stage, &caller, "HUNG_UP_IN_MENU").await?;
    stage.pass(LONG).await?;
    stage.office_silent()?;
    stage.all_over().await
}

/// In the words that ask for a message, which the caller had wished to leave.
pub(super) async fn before_the_tone(stage: &mut Stage<'_>) -> anyhow::Result<()> {
    let caller = stage.caller_in_queue(MARA).await?;
    stage.press_at(&caller, "To leave a message", "9").await?;
    stage.hears(&caller, "We cannot take your call", SOON).await?;
    gone(stage, &caller, "MISSED").await?;
    ensure!(
        !stage.beeped(&caller) && !stage.recorded(&caller),
        "it was before the tone"
    );
    stage.pass(LONG).await?;
    stage.office_silent()?;
    stage.all_over().await
}

pub(super) async fn before_the_tone_at_night(stage: &mut Stage<'_>) -> anyhow::Result<()> {
    let caller = stage.dial(MARA);
    stage.hears(&caller, "closed", SOON).await?;
    gone(stage, &caller, "CLOSED").await?;
    ensure!(
        !stage.beeped(&caller) && !stage.recorded(&caller),
        "it was before the tone"
    );
    stage.pass(LONG).await?;
    stage.office_silent()?;
    stage.all_over().await
}

pub(super) async fn office_rings(stage: &mut Stage<'_>) -> anyhow::Result<()> {
    let caller = stage.caller_in_queue(MARA).await?;
    stage
        .until("the office rings", LONG, |view| {
            PHONES
                .iter()
                .all(|phone| view.legs().iter().any(|leg| leg.to == *phone))
        })
        .await?;
    gone(stage, &caller, "ABANDONED").await?;
    rung_once_and_quiet(stage).await
}

/// Somebody at an office phone hears which key to press when the caller goes.
pub(super) async fn screened(stage: &mut Stage<'_>) -> anyhow::Result<()> {
    picks_up_and_waits(stage, FRONT_DESK);
    let caller = stage.caller_in_queue(MARA).await?;
    let phone = stage.hears_at(FRONT_DESK, KEY, LONG).await?;
    gone(stage, &caller, "ABANDONED").await?;
    stage.never_bridged(&caller, &phone)?;
    rung_once_and_quiet(stage).await
}

/// They press the key in the very moment in which the caller hangs up.
pub(super) async fn accepted(stage: &mut Stage<'_>) -> anyhow::Result<()> {
    picks_up_and_waits(stage, FRONT_DESK);
    let caller = stage.caller_in_queue(MARA).await?;
    let phone = stage.hears_at(FRONT_DESK, KEY, LONG).await?;
    ensure!(
        stage.system.simulator.press(&phone, "1"),
        "the phone is gone already"
    );
    stage.hang_up(&caller);
    stage.quiet_but(&[]).await?;
    stage.settle().await?;
    // Whichever is heard of first: nobody says whether a dialled phone was connected to a caller who has gone.
    let reason = stage.end_of(&caller).await?;
    ensure!(
        ["END_REASON_ABANDONED", "END_REASON_COMPLETED"].contains(&reason.as_str()),
        "the call ended as {reason}"
    );
    stage.nobody_twice()?;
    rung_once_and_quiet(stage).await
}

async fn rung_once_and_quiet(stage: &mut Stage<'_>) -> anyhow::Result<()> {
    stage.pass(LONG).await?;
    for phone in PHONES {
        ensure!(stage.times_rung(phone) == 1, "{phone} was rung for nobody");
    }
    stage.all_over().await
}

/// The one who picks up hangs up without pressing the key, and another one is slower.
pub(super) async fn office_person(stage: &mut Stage<'_>) -> anyhow::Result<()> {
    picks_up_and_waits(stage, FRONT_DESK);
    stage.person_at(WORKSHOP, Duration::from_secs(12));
    let caller = stage.caller_in_queue(MARA).await?;
    let front = stage.hears_at(FRONT_DESK, KEY, LONG).await?;
    stage.hang_up(&front);
    another_takes_it(stage, &caller, &front, RING).await
}

/// The same, having pressed the key: there is nobody to talk with.
pub(super) async fn office_person_accepted(stage: &mut Stage<'_>) -> anyhow::Result<()> {
    picks_up_and_waits(stage, FRONT_DESK);
    stage.person_at(WORKSHOP, Duration::from_secs(12));
    let caller = stage.caller_in_queue(MARA).await?;
    let front = stage.hears_at(FRONT_DESK, KEY, LONG).await?;
    ensure!(
        stage.system.simulator.press(&front, "1"),
        "the phone is gone already"
    );
    stage.hang_up(&front);
    stage.settle().await?;
    // A machine that was busy between the two brought them together for a moment: that is a conversation.
    let bridges = stage.system.simulator.bridges();
    if bridges.iter().any(|bridge| bridge.joins(&caller, &front)) {
        stage.over(&caller, SOON).await?;
        return stage.ended_as(&caller, "COMPLETED").await;
    }
    // Where whoever picks up first silences all other phones, they ring again at once.
    another_takes_it(stage, &caller, &front, RING).await
}

async fn another_takes_it(
    stage: &mut Stage<'_>,
    caller: &LegId,
    front: &LegId,
    within: Duration,
) -> anyhow::Result<()> {
    let phone = stage.bridged_with_phone(caller, WORKSHOP, within).await?;
    stage.never_bridged(caller, front)?;
    stage.quiet_but(&[caller, &phone]).await?;
    stage.pass(Duration::from_mins(1)).await?;
    stage.talked_once(caller, &phone)?;
    stage.hang_up(&phone);
    stage.over(caller, SOON).await?;
    stage.ended_as(caller, "COMPLETED").await?;
    stage.nobody_twice()?;
    stage.all_over().await
}

/// An agent picks up their phone and hangs up again, and then does not even pick up: the caller is offered again.
pub(super) async fn agents_phone(stage: &mut Stage<'_>) -> anyhow::Result<()> {
    let caller = stage.caller_in_queue(MARA).await?;
    picks_up_and_waits(stage, DYLANS_PHONE);
    stage.take("dylan", &caller).await?;
    let phone = stage.hears_at(DYLANS_PHONE, KEY, SOON).await?;
    stage.hang_up(&phone);
    stage.quiet_but(&[&caller]).await?;
    stage.phone_is(DYLANS_PHONE, Behaviour::Reject { after_ms: 1_500 });
    stage.take("dylan", &caller).await?;
    stage.pass(Duration::from_secs(5)).await?;
    stage.quiet_but(&[&caller]).await?;
    ensure!(
        stage.times_rung(DYLANS_PHONE) == 2,
        "one claim, one call of the phone"
    );
    let ticket = stage.take("amelia", &caller).await?;
    let agent = stage.browser("amelia", &ticket);
    stage.bridged(&caller, &agent, SOON).await?;
    stage.never_bridged(&caller, &phone)?;
    stage.hang_up(&caller);
    stage.ended_as(&caller, "COMPLETED").await?;
    stage.office_silent()?;
    stage.nobody_twice()?;
    stage.all_over().await
}

/// The caller goes while the agent's phone rings, and another one as the agent hears which key to press.
pub(super) async fn agents_phone_for_nobody(stage: &mut Stage<'_>) -> anyhow::Result<()> {
    stage.phone_is(DYLANS_PHONE, Behaviour::Ring);
    let mara = stage.caller_in_queue(MARA).await?;
    stage.take("dylan", &mara).await?;
    stage
        .until("the agent's phone rings", SOON, |view| {
            view.legs().iter().any(|leg| leg.to == DYLANS_PHONE)
        })
        .await?;
    gone(stage, &mara, "ABANDONED").await?;

    picks_up_and_waits(stage, DYLANS_PHONE);
    let oliver = stage.caller_in_queue(OLIVER).await?;
    stage.take("dylan", &oliver).await?;
    let phone = stage.hears_at(DYLANS_PHONE, KEY, SOON).await?;
    stage.hang_up(&oliver);
    // Perhaps too late: the phone is let go as soon as the caller has gone.
    let _late = stage.system.simulator.press(&phone, "1");
    gone(stage, &oliver, "ABANDONED").await?;
    stage.never_bridged(&oliver, &phone)?;
    ensure!(
        stage.times_rung(DYLANS_PHONE) == 2,
        "the agent's phone was rung for nobody"
    );
    stage.pass(LONG).await?;
    stage.office_silent()?;
    stage.all_over().await
}

/// Somebody who takes their time: whether they press the key, the scenario says.
fn picks_up_and_waits(stage: &Stage<'_>, phone: &str) {
    let behaviour = Behaviour::PickUp {
        after_ms: 2_000,
        press: None,
    };
    stage.phone_is(phone, behaviour);
}

/// The caller hangs up, if they have not: the call ends with that reason, and no line is left.
async fn gone(stage: &mut Stage<'_>, caller: &LegId, reason: &str) -> anyhow::Result<()> {
    stage.hang_up(caller);
    stage.quiet_but(&[]).await?;
    stage.ended_as(caller, reason).await
}
