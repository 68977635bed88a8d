//! Two gateways, of which neither has a call for itself.

use std::time::Duration;

use anyhow::ensure;
use switchboard_simulator::LegId;

use super::super::judge::SOON;
use super::super::stage::{MARA, OLIVER, Stage, WORKSHOP};
use super::super::turns::Turns;
use super::office::{PROMPT, THREE_MINUTES};

/// Every request is answered by the other one than the one before.
pub(super) async fn alternating(stage: &mut Stage<'_>) -> anyhow::Result<()> {
    let [first, second] = calls_at_two(stage, Turns::Alternate).await?;
    ensure!(
        first.abs_diff(second) < first.max(second) / 2,
        "they did not take turns: {first} and {second} requests"
    );
    Ok(())
}

/// The one at which a call began hears no more of it.
pub(super) async fn begun_elsewhere(stage: &mut Stage<'_>) -> anyhow::Result<()> {
    let [began, went_on] = calls_at_two(stage, Turns::BeginAtFirst).await?;
    ensure!(
        began == 2 && went_on > 10,
        "{began} and {went_on} requests for two calls"
    );
    Ok(())
}

/// One call is answered by an agent and one by an office phone; how often each gateway was asked.
async fn calls_at_two(stage: &mut Stage<'_>, turns: Turns) -> anyhow::Result<[usize; 2]> {
    let gateways = stage.two_gateways(turns).await?;
    stage.person_at(WORKSHOP, Duration::from_secs(6));
    let mara = stage.caller_in_queue(MARA).await?;
    stage.pass(Duration::from_secs(50)).await?;
    let ticket = stage.take("amelia", &mara).await?;
    let agent = stage.browser("amelia", &ticket);
    stage.bridged(&mara, &agent, SOON).await?;
    stage.pass(Duration::from_secs(30)).await?;
    stage.hang_up_as("amelia", &mara).await?;
    stage.over(&agent, SOON).await?;
    talked_and_ended(stage, &mara, &agent).await?;
    stage.office_silent()?;

    let oliver = stage.caller_in_queue(OLIVER).await?;
    let phone = stage
        .bridged_with_phone(&oliver, WORKSHOP, Duration::from_secs(240))
        .await?;
    stage.office_rang(&oliver, THREE_MINUTES, PROMPT)?;
    stage.pass(Duration::from_mins(1)).await?;
    stage.hang_up(&phone);
    talked_and_ended(stage, &oliver, &phone).await?;
    stage.nobody_twice()?;
    stage.all_over().await?;
    Ok(gateways.asked())
}

async fn talked_and_ended(stage: &mut Stage<'_>, caller: &LegId, with: &LegId) -> anyhow::Result<()> {
    stage.over(caller, SOON).await?;
    stage.talked_once(caller, with)?;
    stage.ended_as(caller, "COMPLETED").await
}
