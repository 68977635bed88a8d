//! `rehearse`: whole calls against a private system or a running one, judged from the phones' side.
//!
//! What passes or fails is who could talk with whom, and when, as the simulated carrier saw it; our own state is
//! never asked whether it is right.

mod against;
mod beside;
mod by_hand;
mod desk;
mod disasters;
mod elsewhere;
mod fleet;
mod judge;
mod outages;
mod ports;
mod redis;
mod report;
mod scenarios;
mod stage;
mod storms;
mod system;
mod traffic;
mod turns;

use std::process::ExitCode;
use std::time::Duration;

use futures::StreamExt;
use switchboard_runtime::{SettingsArgs, telemetry};
use switchboard_simulator::Switches;

use crate::cli::Rehearse;
use against::Against;
use beside::OlderBuild;
use report::{Report, Verdict, among};
use scenarios::Scenario;
use stage::Stage;
use system::{System, SystemOptions};

/// No scenario may hang the rehearsal, in real time.
const LIMIT: Duration = Duration::from_secs(90);

/// Plays what the options ask for; success when everything passed.
pub(crate) fn run(options: &Rehearse, settings: &SettingsArgs) -> ExitCode {
    let mut report = Report::new(options.json, options.timelines);
    if options.list {
        Report::list(&scenarios::all());
        return ExitCode::SUCCESS;
    }
    let chosen: Vec<Scenario> = scenarios::all()
        .into_iter()
        .filter(|scenario| options.only.is_empty() || options.only.iter().any(|name| name == scenario.name))
        .collect();
    let unknown = options
        .only
        .iter()
        .find(|name| chosen.iter().all(|scenario| scenario.name != name.as_str()));
    if let Some(name) = unknown {
        return Report::complain(&format!("there is no scenario {name}; --list shows all"));
    }
    let mut against = match Against::new(options, settings) {
        Ok(against) => against,
        Err(error) => return Report::complain(&format!("{error:#}")),
    };
    let beside = match options.beside.as_deref().map(OlderBuild::in_folder).transpose() {
        Ok(beside) => beside,
        Err(error) => return Report::complain(&format!("{error:#}")),
    };
    if let Err(error) = telemetry::init(&system::log_settings()) {
        return Report::complain(&error.to_string());
    }
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return Report::complain(&error.to_string()),
    };
    if options.outages {
        return runtime.block_on(outages::run(options));
    }
    if let Some(count) = options.storm {
        return runtime.block_on(storms::run(options, beside.as_ref(), count));
    }
    if let (Some(against), Some(calls)) = (&mut against, options.calls_per_second) {
        return runtime.block_on(traffic::run(against, options, calls));
    }
    let mut rounds: Vec<(String, Switches)> = vec![("as documented".to_owned(), Switches::default())];
    if options.switches {
        rounds.extend(Switches::variants());
    }
    let heard_of = match runtime.block_on(async {
        match &beside {
            Some(older) => older.scenarios().await.map(Some),
            None => Ok(None),
        }
    }) {
        Ok(names) => names,
        Err(error) => return Report::complain(&format!("{error:#}")),
    };
    runtime.block_on(async {
        for time in 0..options.times {
            for (label, switches) in &rounds {
                report.round(time + 1, label);
                if let Some(against) = &mut against {
                    // One carrier, one office, one after the other.
                    for scenario in &chosen {
                        report.add(label, &Box::pin(play_against(scenario, against)).await);
                    }
                    continue;
                }
                let plays = chosen.iter().zip(0_u64..).map(|(scenario, number)| {
                    // Each has a mixture of its own, where an older build is beside today's.
                    let mixed = if beside.is_some() { number << 32 } else { 0 };
                    let system = SystemOptions {
                        processes: options.processes,
                        switches: switches.clone(),
                        seed: options.seed.wrapping_add(u64::from(time)).wrapping_add(mixed),
                        beside: beside.clone(),
                    };
                    let is_new = heard_of
                        .as_ref()
                        .is_some_and(|names| !names.contains(scenario.name));
                    async move {
                        if is_new {
                            return Verdict::skipped(scenario.name, "the older build has not heard of it");
                        }
                        Box::pin(play(scenario, system)).await
                    }
                });
                let mut plays = futures::stream::iter(plays).buffered(options.jobs.max(1));
                while let Some(verdict) = plays.next().await {
                    report.add(label, &verdict);
                }
            }
        }
    });
    report.finish()
}

async fn play(scenario: &Scenario, options: SystemOptions) -> Verdict {
    let began = std::time::Instant::now();
    match System::start(&scenario.office, options).await {
        Ok(system) => judged(scenario, system, began, false).await,
        Err(error) => cannot_start(scenario, began, &error),
    }
}

async fn play_against(scenario: &Scenario, against: &mut Against) -> Verdict {
    if let Some(reason) = against.skips(&scenario.office) {
        return Verdict::skipped(scenario.name, reason);
    }
    let began = std::time::Instant::now();
    match against.start(&scenario.office).await {
        Ok(system) => judged(scenario, system, began, true).await,
        Err(error) => cannot_start(scenario, began, &error),
    }
}

fn cannot_start(scenario: &Scenario, began: std::time::Instant, error: &anyhow::Error) -> Verdict {
    let reason = format!("cannot start: {error:#}");
    Verdict::failed(scenario.name, began.elapsed(), reason, "")
}

async fn judged(
    scenario: &Scenario,
    mut system: System,
    began: std::time::Instant,
    goes_on: bool,
) -> Verdict {
    let mut stage = Stage::new(&mut system);
    let outcome = tokio::time::timeout(LIMIT, (scenario.play)(&mut stage)).await;
    let outcome = match outcome {
        Ok(outcome) => outcome,
        Err(_) => Err(anyhow::anyhow!("not over after {} s", LIMIT.as_secs())),
    };
    let took = began.elapsed();
    let timeline = system.simulator.timeline();
    let sound = judge::sound(&timeline);
    let timeline = timeline.to_string();
    let builds = system.fleet.builds();
    let tidied = if goes_on { system.tidy().await } else { Ok(()) };
    let stopped = system.stop().await;
    match outcome.and(sound).and(tidied).and(stopped) {
        Ok(()) => Verdict::passed(scenario.name, took, &timeline),
        Err(error) => Verdict::failed(
            scenario.name,
            took,
            format!("{error:#}{}", among(builds.as_deref())),
            &timeline,
        ),
    }
}
