//! Many agents answer on phones within a second: the carrier begins one call a second, and lets the others wait.

use std::time::Duration;

use anyhow::ensure;
use switchboard_simulator::{Behaviour, LegId, Press, What};

use super::super::judge::SOON;
use super::super::stage::Stage;

/// Twelve agents who answer on phones.
pub(super) const AGENTS: &str = r#"agents=[{id="a0",name="A 0",answers_on="+447700900030"}, {id="a1",name="A 1",answers_on="+447700900031"},
    {id="a2",name="A 2",answers_on="+447700900032"}, {id="a3",name="A 3",answers_on="+447700900033"},
    {id="a4",name="A 4",answers_on="+447700900034"}, {id="a5",name="A 5",answers_on="+447700900035"},
    {id="a6",name="A 6",answers_on="+447700900036"}, {id="a7",name="A 7",answers_on="+447700900037"},
    {id="a8",name="A 8",answers_on="+447700900038"}, {id="a9",name="A 9",answers_on="+447700900039"},
    {id="a10",name="A 10",answers_on="+447700900040"}, {id="a11",name="A 11",answers_on="+447700900041"}]"#;

/// How long a claim lasts for a phone that is called at once.
const CLAIM_MS: i64 = 35_000;
/// Picked up when it is about to stop ringing, and taken at the last moment: the last of twelve phones, which rings
/// eleven seconds later than it was asked to, takes longer than [`CLAIM_MS`].
const PICKED_UP_AFTER_MS: i64 = 19_000;
const PRESSED_AFTER_MS: i64 = 5_500;

/// Between two calls that the carrier begins; less the moment in which the first of them is written down.
const A_SECOND_MS: i64 = 950;

fn agent(number: usize) -> String {
    format!("a{number}")
}

fn phone(number: usize) -> String {
    format!("+4477009000{}", 30 + number)
}

/// So many callers who wait.
async fn callers(stage: &mut Stage<'_>, count: usize) -> anyhow::Result<Vec<LegId>> {
    let mut callers = Vec::new();
    for number in 0..count {
        callers.push(stage.caller_in_queue(&format!("+4416329601{number:02}")).await?);
    }
    Ok(callers)
}

/// When the carrier began to call a phone; nothing if it never did.
fn dialled(stage: &Stage<'_>, phone: &str) -> Vec<i64> {
    let timeline = stage.system.simulator.timeline();
    let begun = |what: &What| matches!(what, What::Dialled(number) if number == phone);
    timeline
        .0
        .iter()
        .filter(|entry| begun(&entry.what))
        .map(|entry| entry.at_ms)
        .collect()
}

pub(super) async fn twelve(stage: &mut Stage<'_>) -> anyhow::Result<()> {
    let callers = callers(stage, 12).await?;
    for number in 0..callers.len() {
        let press = Some(Press {
            digits: "1".to_owned(),
            after_ms: PRESSED_AFTER_MS,
        });
        let after_ms = PICKED_UP_AFTER_MS;
        stage.phone_is(&phone(number), Behaviour::PickUp { after_ms, press });
    }
    let pressed = stage.system.simulator.now_ms();
    for (number, caller) in callers.iter().enumerate() {
        stage.take(&agent(number), caller).await?;
    }
    ensure!(
        stage.system.simulator.now_ms() - pressed < 1_000,
        "they were to press within a second"
    );
    for (number, caller) in callers.iter().enumerate() {
        stage
            .bridged_with_phone(caller, &phone(number), Duration::from_secs(60))
            .await?;
    }
    ensure!(
        stage.system.simulator.now_ms() - pressed > CLAIM_MS,
        "the last phone was to be taken later than a claim lasts for a phone that is called at once"
    );
    let mut begun = Vec::new();
    for number in 0..callers.len() {
        let calls = dialled(stage, &phone(number));
        ensure!(
            calls.len() == 1,
            "{} was called {} times for one claim",
            phone(number),
            calls.len()
        );
        begun.extend(calls);
    }
    begun.sort_unstable();
    ensure!(
        begun
            .iter()
            .zip(begun.iter().skip(1))
            .all(|(one, next)| next - one >= A_SECOND_MS),
        "the carrier begins one call a second: {begun:?}"
    );
    let last = begun.last().copied().unwrap_or_default();
    ensure!(
        last - pressed >= 11 * A_SECOND_MS,
        "the last phone did not have to wait"
    );
    for caller in &callers {
        stage.hang_up(caller);
    }
    stage.nobody_twice()?;
    stage.office_silent()?;
    stage.all_over().await
}

/// A caller hangs up whose agent's phone waits for its turn: it never rings, the carrier tells nobody of it, and the
/// agent is free for the next.
pub(super) async fn hangs_up(stage: &mut Stage<'_>) -> anyhow::Result<()> {
    let callers = callers(stage, 4).await?;
    for number in 0..4 {
        stage.person_at(&phone(number), Duration::from_secs(5));
    }
    for (number, caller) in callers.iter().take(3).enumerate() {
        stage.take(&agent(number), caller).await?;
    }
    stage.settle().await?;
    let (Some(gone), Some(next)) = (callers.get(2), callers.get(3)) else {
        anyhow::bail!("four callers were to wait")
    };
    ensure!(
        stage.times_rung(&phone(2)) == 1,
        "the third phone was not asked for"
    );
    ensure!(
        dialled(stage, &phone(2)).is_empty(),
        "the third phone has no turn yet"
    );
    stage.hang_up(gone);
    stage.over(gone, SOON).await?;
    stage.pass(Duration::from_millis(100)).await?;
    stage.take(&agent(2), next).await?;
    for (number, caller) in [(0, callers.first()), (1, callers.get(1)), (2, Some(next))] {
        let Some(caller) = caller else { continue };
        stage
            .bridged_with_phone(caller, &phone(number), Duration::from_secs(30))
            .await?;
    }
    ensure!(
        dialled(stage, &phone(2)).len() == 1,
        "the phone rang for the caller who had gone"
    );
    for caller in &callers {
        stage.hang_up(caller);
    }
    stage.nobody_twice()?;
    stage.all_over().await
}
