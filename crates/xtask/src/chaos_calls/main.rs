//! Chaos: callers ring a whole system of real processes while these are killed, stopped and restarted by a seed.
//!
//! `cargo xtask chaos calls` builds and starts this program. Two of each service run over one Redis; a few calls come
//! each second; every few seconds something is done to one of the processes or to Redis. The account at the end says what
//! became of every call, as the carrier saw it, and whether a connected screen missed anything. The seed that is printed
//! gives the same callers and the same deeds again; how they meet depends on the machine.
//!
//! All the while the carrier's lists of calls lag, lose calls between pages, and hold some that cannot be read; now and
//! then the answers to the next requests are lost, which were carried out.
//!
//! Deadlines are shorter than an office would set them, so that all of a call's life fits into a minute or two.
#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a chore reports on the terminal, it has no log"
)]

mod deeds;

use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use anyhow::Result;
use clap::Parser;
use switchboard_crowd::house::{House, HouseOptions};
use switchboard_crowd::{Crowd, Plan, Shares, desks};
use switchboard_queue::{Admin, Prefix};
use switchboard_runtime::Rng;
use switchboard_simulator::Faults;
use tokio_util::sync::CancellationToken;

/// Enough for twenty calls a second.
const AGENTS: usize = 120;
/// Of each service.
const EACH: usize = 2;
/// The longest life of a call that nobody answers: each round rings twice if a mailbox came first, some seconds longer than
/// phones ring; and a minute of disasters on top.
const FORGOTTEN: Duration = Duration::from_secs(20 + 2 * (2 * (8 + 6) + 10) + 60);
const SETTINGS: &str = r#"
calls.unanswered_after = "20s"
calls.office_retry_after = "10s"
calls.claim_browser = "6s"
calls.connect_within = "4s"
calls.wait_document = "5s"
calls.sweep_every = "5s"
office.ring_time = "8s"
twilio.timeout = "2s"
twilio.connect_timeout = "500ms"
lookup.sources.crm.timeout = "1s"
lookup.sources.crm.attempts = 2
log.filter = "warn"
"#;

/// Chaos for calls.
#[derive(Debug, Parser)]
#[command(name = "xtask-chaos-calls", version)]
struct Arguments {
    /// The folder of the services' programs
    #[arg(long)]
    programs: PathBuf,
    #[arg(long)]
    minutes: f64,
    #[arg(long)]
    calls: f64,
    #[arg(long)]
    seed: Option<u64>,
    #[arg(long)]
    calm: bool,
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let seed = arguments.seed.unwrap_or_else(|| Rng::from_os().below(1_000_000));
    let done = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(anyhow::Error::from)
        .and_then(|runtime| runtime.block_on(torment(&arguments, seed)));
    match done {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => {
            eprintln!("seed {seed} failed");
            ExitCode::FAILURE
        }
        Err(error) => {
            eprintln!("seed {seed} failed: {error:#}");
            ExitCode::FAILURE
        }
    }
}

async fn torment(arguments: &Arguments, seed: u64) -> Result<bool> {
    let length = Duration::from_secs_f64(arguments.minutes * 60.0);
    println!("{} calls a second for {length:?}, seed {seed}", arguments.calls);
    let mut house = House::start(&HouseOptions {
        programs: arguments.programs.clone(),
        each: EACH,
        agents: AGENTS,
        settings: SETTINGS.to_owned(),
        seed,
    })
    .await?;
    if !arguments.calm {
        house.simulator.set_faults(unsteady_lists());
    }
    let plan = plan(&house, arguments.calls, length, seed);
    let crowd = Crowd::new(
        house.simulator.clone(),
        house.api()?,
        desks(&house.settings),
        plan,
    );
    let account = crowd.account();
    let enough = CancellationToken::new();
    let ringing = crowd.run(enough.clone());
    tokio::pin!(ringing);
    let done = tokio::select! {
        // They cannot be over before the deeds are.
        _ = &mut ringing => anyhow::bail!("the callers were gone too soon"),
        done = deeds::all(&mut house, seed, length, arguments.calm, &account) => done,
    };
    if done.is_err() {
        enough.cancel();
    }
    let done = done?;
    // Whatever was done is undone; now the last callers are served.
    ringing.await;
    let letters = dead_letters(&house).await?;
    house.stop().await?;
    for (deed, times) in &done {
        println!("{times:>8}  {deed}");
    }
    println!("{account}");
    for letter in &letters {
        println!("  given up: {letter}");
    }
    Ok(account.is_good())
}

/// The carrier's lists of calls are never quite right.
fn unsteady_lists() -> Faults {
    Faults {
        lists_late_ms: 2_000,
        lists_page_items: 20,
        lists_shifted_percent: 30,
        lists_unreadable_percent: 5,
        ..Faults::default()
    }
}

fn plan(house: &House, calls_per_second: f64, length: Duration, seed: u64) -> Plan {
    let office = &house.settings.office;
    Plan {
        seed,
        office: office
            .numbers
            .first()
            .map(|number| number.as_str().to_owned())
            .unwrap_or_default(),
        calls_per_second,
        length,
        shares: Shares::default(),
        talk: Duration::from_secs(5),
        think: Duration::from_secs(1),
        wrap_up: Duration::from_secs(1),
        forgotten_after: FORGOTTEN,
        office_phones: office
            .phones
            .iter()
            .map(|phone| phone.number.as_str().to_owned())
            .collect(),
        hurry: None,
    }
}

/// Jobs that were given up: not an error by itself (the wait loop and the sweep do what they did not), but worth
/// seeing.
async fn dead_letters(house: &House) -> Result<Vec<String>> {
    let admin = Admin::connect(house.redis.url(), Prefix::new(house.settings.key_prefix())?)?;
    let mut letters = Vec::new();
    for queue in admin.stats().await?.queues {
        for letter in admin.dead(&queue.name, 100).await? {
            letters.push(format!("{} ({})", letter.id, letter.reason));
        }
    }
    Ok(letters)
}
