//! Agents answer.

use std::time::Duration;

use anyhow::{bail, ensure};
use serde_json::Value;

use super::super::judge::SOON;
use super::super::stage::{Answered, DYLANS_PHONE, MARA, OLIVER, PHONES, STRANGER, Stage};
use super::lookups::on_the_card;

pub(super) async fn answered(stage: &mut Stage<'_>) -> anyhow::Result<()> {
    let caller = stage.caller_in_queue(MARA).await?;
    ensure!(
        on_the_card(stage, "found").await?.is_some(),
        "the caller is known to the customer database, but not on the card"
    );
    let ticket = stage.take("amelia", &caller).await?;
    let agent = stage.browser("amelia", &ticket);
    stage.bridged(&caller, &agent, SOON).await?;
    stage.pass(Duration::from_mins(5)).await?;
    stage.bridged(&caller, &agent, Duration::ZERO).await?;
    stage.hang_up(&caller);
    stage.over(&agent, SOON).await?;
    stage.office_silent()?;
    stage.nobody_twice()?;
    stage.all_over().await
}

pub(super) async fn agent_hangs_up(stage: &mut Stage<'_>) -> anyhow::Result<()> {
    let caller = stage.caller_in_queue(OLIVER).await?;
    let ticket = stage.take("bashir", &caller).await?;
    let agent = stage.browser("bashir", &ticket);
    stage.bridged(&caller, &agent, SOON).await?;
    stage.pass(Duration::from_secs(30)).await?;
    stage.hang_up_as("bashir", &caller).await?;
    stage.over(&caller, SOON).await?;
    stage.over(&agent, SOON).await?;
    stage.all_over().await
}

pub(super) async fn two_agents(stage: &mut Stage<'_>) -> anyhow::Result<()> {
    let caller = stage.caller_in_queue(MARA).await?;
    let (one, other) = tokio::try_join!(stage.answer("amelia", &caller), stage.answer("bashir", &caller))?;
    let (winner, ticket, loser) = match (one, other) {
        (Answered::Yours(ticket), Answered::No(_, told)) => ("amelia", ticket, told),
        (Answered::No(_, told), Answered::Yours(ticket)) => ("bashir", ticket, told),
        both => bail!("there must be one winner: {both:?}"),
    };
    let by = loser.pointer("/by/agentId").and_then(Value::as_str);
    ensure!(
        by == Some(winner),
        "the other must be told who was faster: {loser}"
    );
    let agent = stage.browser(winner, &ticket);
    // The loser's browser tries all the same, with the ticket that it does not have.
    let thief = stage.browser(if winner == "amelia" { "bashir" } else { "amelia" }, &ticket);
    stage.bridged(&caller, &agent, SOON).await?;
    stage.over(&thief, SOON).await?;
    stage.never_bridged(&caller, &thief)?;
    stage.hang_up(&caller);
    stage.nobody_twice()?;
    stage.all_over().await
}

pub(super) async fn two_calls(stage: &mut Stage<'_>) -> anyhow::Result<()> {
    let mara = stage.caller_in_queue(MARA).await?;
    let oliver = stage.caller_in_queue(OLIVER).await?;
    let (one, other) = tokio::try_join!(stage.answer("amelia", &mara), stage.answer("amelia", &oliver))?;
    let (mine, ticket, waits, told) = match (one, other) {
        (Answered::Yours(ticket), Answered::No(told, _)) => (mara, ticket, oliver, told),
        (Answered::No(told, _), Answered::Yours(ticket)) => (oliver, ticket, mara, told),
        both => bail!("an agent has one call: {both:?}"),
    };
    ensure!(told == "engaged", "told {told:?} instead of having another call");
    let agent = stage.browser("amelia", &ticket);
    stage.bridged(&mine, &agent, SOON).await?;
    stage.never_bridged(&waits, &agent)?;
    let ticket = stage.take("bashir", &waits).await?;
    let second = stage.browser("bashir", &ticket);
    stage.bridged(&waits, &second, SOON).await?;
    stage.hang_up(&mine);
    stage.hang_up(&waits);
    stage.nobody_twice()?;
    stage.all_over().await
}

pub(super) async fn on_a_phone(stage: &mut Stage<'_>) -> anyhow::Result<()> {
    stage.person_at(DYLANS_PHONE, Duration::from_secs(5));
    let caller = stage.caller_in_queue(MARA).await?;
    stage.take("dylan", &caller).await?;
    let phone = stage
        .bridged_with_phone(&caller, DYLANS_PHONE, Duration::from_secs(25))
        .await?;
    stage.pass(Duration::from_mins(1)).await?;
    stage.hang_up(&phone);
    stage.over(&caller, SOON).await?;
    stage.all_over().await
}

pub(super) async fn agents_mailbox(stage: &mut Stage<'_>) -> anyhow::Result<()> {
    stage.mailbox_at(DYLANS_PHONE);
    let caller = stage.caller_in_queue(MARA).await?;
    stage.take("dylan", &caller).await?;
    stage.pass(Duration::from_secs(45)).await?;
    ensure!(
        stage.system.simulator.bridges().is_empty(),
        "the caller talked to a mailbox"
    );
    // The call is offered again.
    let ticket = stage.take("amelia", &caller).await?;
    let agent = stage.browser("amelia", &ticket);
    stage.bridged(&caller, &agent, SOON).await?;
    stage.hang_up(&caller);
    stage.all_over().await
}

pub(super) async fn one_after_the_other(stage: &mut Stage<'_>) -> anyhow::Result<()> {
    let mara = stage.caller_in_queue(MARA).await?;
    let oliver = stage.caller_in_queue(OLIVER).await?;
    for caller in [mara, oliver] {
        let ticket = stage.take("amelia", &caller).await?;
        let agent = stage.browser("amelia", &ticket);
        stage.bridged(&caller, &agent, SOON).await?;
        stage.pass(Duration::from_secs(40)).await?;
        stage.hang_up_as("amelia", &caller).await?;
        stage.over(&agent, SOON).await?;
        stage.over(&caller, SOON).await?;
        stage.talked_once(&caller, &agent)?;
    }
    stage.office_silent()?;
    stage.nobody_twice()?;
    stage.all_over().await
}

pub(super) async fn unknown_callers(stage: &mut Stage<'_>) -> anyhow::Result<()> {
    let stranger = stage.caller_in_queue(STRANGER).await?;
    ensure!(
        on_the_card(stage, "notFound").await?.is_some(),
        "the card must say that the database does not know the caller"
    );
    let withheld = stage.caller_in_queue("anonymous").await?;
    for (caller, name) in [(&stranger, "amelia"), (&withheld, "bashir")] {
        let ticket = stage.take(name, caller).await?;
        let agent = stage.browser(name, &ticket);
        stage.bridged(caller, &agent, SOON).await?;
    }
    stage.hang_up(&stranger);
    stage.hang_up(&withheld);
    stage.nobody_twice()?;
    for phone in PHONES {
        ensure!(stage.times_rung(phone) == 0, "the office was rung");
    }
    stage.all_over().await
}
