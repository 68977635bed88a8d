//! Callers and agents in numbers against a running system, in real time, while its operators do what they do.

use std::process::ExitCode;
use std::time::Duration;

use switchboard_crowd::{Api, Crowd, Plan, Shares, desks};
use switchboard_runtime::settings::Settings;
use tokio_util::sync::CancellationToken;

use super::against::Against;
use super::report::Report;
use crate::cli::Rehearse;
use crate::output::tell;

/// Whoever waits longer than until the office has rung in every round was forgotten; restarts in between included.
const SLACK: Duration = Duration::from_secs(90);
/// Once nobody rings any more there is nothing to be seen in real time.
const HURRY: u32 = 20;

/// Lets them ring, and prints the account.
pub(super) async fn run(against: &mut Against, options: &Rehearse, calls_per_second: f64) -> ExitCode {
    match play(against, options, calls_per_second).await {
        Ok(good) if good => ExitCode::SUCCESS,
        Ok(_) => ExitCode::FAILURE,
        Err(error) => Report::complain(&format!("{error:#}")),
    }
}

async fn play(against: &mut Against, options: &Rehearse, calls_per_second: f64) -> anyhow::Result<bool> {
    let system = against.join().await?;
    let settings = against.settings();
    let api = Api::new(vec![against.agents()], settings.realtime.api_token.as_ref())?;
    let plan = plan(settings, options, calls_per_second);
    tell!(
        "{calls_per_second} calls a second for {} s, seed {}",
        options.seconds,
        options.seed
    );
    let crowd = Crowd::new(system.simulator.clone(), api, desks(settings), plan);
    let account = crowd.run(CancellationToken::new()).await;
    tell!("{account}");
    system.stop().await?;
    Ok(account.is_good())
}

fn plan(settings: &Settings, options: &Rehearse, calls_per_second: f64) -> Plan {
    let calls = &settings.calls;
    // Each round rings twice if a mailbox came first.
    let rounds = settings.office.ring_time * 2 + calls.office_retry_after;
    Plan {
        seed: options.seed,
        office: settings
            .office
            .numbers
            .first()
            .map(|number| number.as_str().to_owned())
            .unwrap_or_default(),
        calls_per_second,
        length: Duration::from_secs(options.seconds),
        shares: Shares::default(),
        talk: Duration::from_secs(5),
        think: Duration::from_secs(1),
        wrap_up: Duration::from_secs(1),
        forgotten_after: calls.unanswered_after + rounds * calls.office_rings + SLACK,
        office_phones: settings
            .office
            .phones
            .iter()
            .map(|phone| phone.number.as_str().to_owned())
            .collect(),
        hurry: Some(HURRY),
    }
}
