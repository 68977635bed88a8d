//! Redis does not answer, dies, or forgets everything.

use std::time::{Duration, Instant};

use anyhow::ensure;
use switchboard_simulator::Faults;

use super::super::judge::SOON;
use super::super::stage::{DUTY_MOBILE, FRONT_DESK, MARA, Stage};
use super::office::THREE_MINUTES;
use super::workers::WAIT_LOOP;

pub(super) async fn redis_down(stage: &mut Stage<'_>) -> anyhow::Result<()> {
    stage.person_at(FRONT_DESK, Duration::from_secs(5));
    stage.stall_redis().await?;
    let began = Instant::now();
    let caller = stage.dial(MARA);
    let simulator = stage.system.simulator.clone();
    simulator
        .wait_for(
            |view| view.legs().iter().any(|leg| leg.to == FRONT_DESK),
            Duration::from_secs(5),
        )
        .await?;
    let took = began.elapsed();
    ensure!(
        took < Duration::from_secs(1),
        "the office rang after {took:?} of real time"
    );
    let phone = stage
        .bridged_with_phone(&caller, FRONT_DESK, Duration::from_secs(30))
        .await?;
    stage.redis_back(false).await?;
    stage.pass(Duration::from_secs(40)).await?;
    stage.bridged(&caller, &phone, Duration::ZERO).await?;
    stage.hang_up(&phone);
    stage.over(&caller, SOON).await?;
    stage.all_over().await
}

pub(super) async fn redis_down_at_night(stage: &mut Stage<'_>) -> anyhow::Result<()> {
    stage.stall_redis().await?;
    let caller = stage.dial(MARA);
    stage
        .asked_for_a_message(&caller, Duration::from_secs(60))
        .await?;
    ensure!(
        stage.heard(&caller, "closed"),
        "the caller must hear that the office is closed"
    );
    stage.office_silent()?;
    stage.redis_back(false).await?;
    stage.pass(Duration::from_secs(5)).await?;
    stage.hang_up(&caller);
    ensure!(stage.beeped(&caller), "no beep");
    stage.all_over().await
}

pub(super) async fn redis_dies_waiting(stage: &mut Stage<'_>) -> anyhow::Result<()> {
    stage.person_at(DUTY_MOBILE, Duration::from_secs(5));
    let caller = stage.caller_in_queue(MARA).await?;
    stage.pass(Duration::from_secs(30)).await?;
    stage.kill_redis().await?;
    let phone = stage
        .bridged_with_phone(&caller, DUTY_MOBILE, Duration::from_secs(260))
        .await?;
    stage.office_rang(&caller, THREE_MINUTES, WAIT_LOOP)?;
    stage.redis_back(true).await?;
    stage.pass(Duration::from_mins(1)).await?;
    stage.bridged(&caller, &phone, Duration::ZERO).await?;
    stage.hang_up(&phone);
    stage.over(&caller, SOON).await?;
    stage.all_over().await
}

/// Redis dies while the caller is told to hold: the three minutes count from then all the same.
pub(super) async fn redis_dies_entering(stage: &mut Stage<'_>) -> anyhow::Result<()> {
    stage.person_at(DUTY_MOBILE, Duration::from_secs(5));
    let caller = stage.caller_told_to_hold(MARA).await?;
    stage.kill_redis().await?;
    let phone = stage
        .bridged_with_phone(&caller, DUTY_MOBILE, Duration::from_secs(260))
        .await?;
    stage.office_rang(&caller, THREE_MINUTES, Duration::from_secs(3))?;
    stage.redis_back(true).await?;
    stage.pass(Duration::from_mins(1)).await?;
    stage.talked_once(&caller, &phone)?;
    stage.bridged(&caller, &phone, Duration::ZERO).await?;
    stage.hang_up(&phone);
    stage.over(&caller, SOON).await?;
    stage.all_over().await
}

pub(super) async fn redis_forgets(stage: &mut Stage<'_>) -> anyhow::Result<()> {
    stage.person_at(DUTY_MOBILE, Duration::from_secs(5));
    let caller = stage.caller_in_queue(MARA).await?;
    // Between two of the line's requests: one that came before Redis has its moved clock again would be taken for an
    // earlier one.
    stage.pass(Duration::from_secs(36)).await?;
    stage.redis_loses_everything().await?;
    stage
        .bridged_with_phone(&caller, DUTY_MOBILE, Duration::from_secs(260))
        .await?;
    stage.office_rang(&caller, THREE_MINUTES, WAIT_LOOP)?;
    let greetings = stage.times_heard(&caller, "Thank you for calling");
    ensure!(
        greetings == 1,
        "the caller, who had waited, was greeted {greetings} times"
    );
    stage.hang_up(&caller);
    stage.all_over().await
}

/// Redis is too slow for the first request, but carries it out when it is back: then the call seems to be in the menu.
pub(super) async fn redis_misses_a_talk(stage: &mut Stage<'_>) -> anyhow::Result<()> {
    stage.stall_redis().await?;
    talk_while_away(stage, false).await
}

/// A call that Redis never heard of.
pub(super) async fn redis_misses_a_call(stage: &mut Stage<'_>) -> anyhow::Result<()> {
    stage.kill_redis().await?;
    talk_while_away(stage, true).await
}

/// A call that Redis never heard of, over before Redis is back, and the news of its end is lost.
pub(super) async fn redis_misses_it_all(stage: &mut Stage<'_>) -> anyhow::Result<()> {
    stage.person_at(FRONT_DESK, Duration::from_secs(5));
    stage.kill_redis().await?;
    let caller = stage.dial(MARA);
    let phone = stage
        .bridged_with_phone(&caller, FRONT_DESK, Duration::from_secs(30))
        .await?;
    stage.pass(Duration::from_secs(30)).await?;
    stage.faults(Faults {
        callbacks_lost_percent: 100,
        ..Faults::default()
    });
    stage.hang_up(&phone);
    stage.over(&caller, SOON).await?;
    stage.faults(Faults::default());
    stage.redis_back(true).await?;
    stage.pass(Duration::from_mins(1)).await?;
    let reason = stage.end_of(&caller).await?;
    ensure!(
        reason == "END_REASON_UNKNOWN",
        "the history says {reason} of a call that nobody saw"
    );
    stage.talked_once(&caller, &phone)?;
    stage.all_over().await
}

async fn talk_while_away(stage: &mut Stage<'_>, killed: bool) -> anyhow::Result<()> {
    stage.person_at(FRONT_DESK, Duration::from_secs(5));
    let caller = stage.dial(MARA);
    let phone = stage
        .bridged_with_phone(&caller, FRONT_DESK, Duration::from_secs(30))
        .await?;
    stage.redis_back(killed).await?;
    stage.pass(Duration::from_secs(50)).await?;
    let live = stage.live().await?;
    let with = live
        .pointer("/calls/0/state/talking/with/office/number")
        .and_then(serde_json::Value::as_str);
    ensure!(
        with == Some(FRONT_DESK),
        "agents must see who talks with whom: {live}"
    );
    stage.talked_once(&caller, &phone)?;
    stage.bridged(&caller, &phone, Duration::ZERO).await?;
    stage.hang_up(&phone);
    stage.all_over().await
}

/// Redis is back, and the sweep looks around, while somebody at an office phone has not yet pressed the key.
pub(super) async fn redis_back_while_screened(stage: &mut Stage<'_>) -> anyhow::Result<()> {
    stage.person_at(FRONT_DESK, Duration::from_secs(9));
    stage.kill_redis().await?;
    stage.pass(Duration::from_secs(20)).await?;
    let caller = stage.dial(MARA);
    stage
        .until("the phone is picked up", Duration::from_secs(30), |view| {
            view.legs()
                .iter()
                .any(|leg| leg.to == FRONT_DESK && leg.hears.is_some())
        })
        .await?;
    stage.redis_back(true).await?;
    let phone = stage.bridged_with_phone(&caller, FRONT_DESK, SOON).await?;
    stage.pass(Duration::from_mins(2)).await?;
    stage.talked_once(&caller, &phone)?;
    stage.bridged(&caller, &phone, Duration::ZERO).await?;
    stage.hang_up(&caller);
    stage.all_over().await
}
