//! Storms: random calls in random weather, each decided by one seed.
//!
//! Callers, agents and phones do what they like at any moment; notifications are lost, doubled, late and out of order;
//! services die and start. Whatever happens, the promises hold: see `judge`.

mod calm;
pub(super) mod judge;
mod people;
mod plan;
mod report;

use std::process::ExitCode;
use std::time::Duration;

use anyhow::Context;
use futures::StreamExt;

use super::beside::OlderBuild;
use super::judge::sound;
use super::report::{Report, among};
use super::stage::Stage;
use super::system::{HandsOn, Office, System, SystemOptions};
use crate::cli::Rehearse;
use people::People;
use plan::Plan;
use report::Storms;

/// No storm may last longer, in real time.
const LIMIT: Duration = Duration::from_secs(120);

/// A Redis that is slow because this machine is busy is not away: what happens then is for `outages`.
const PATIENT: &str = "redis.budget=5s";

/// Seeds that failed once, with what was wrong then. They are played whenever storms are.
const KEPT: &str = include_str!("seeds.txt");

/// How one storm went.
#[derive(Debug)]
pub(super) struct Outcome {
    plan: Plan,
    took: Duration,
    failure: Option<String>,
    timeline: String,
    calls: usize,
    talks: usize,
    notifications: Vec<String>,
}

/// Plays the storms that the options ask for; success when every promise was kept.
pub(super) async fn run(options: &Rehearse, beside: Option<&OlderBuild>, count: u64) -> ExitCode {
    let mut storms = Storms::new(options.timelines);
    let kept = match kept() {
        Ok(kept) => kept,
        Err(error) => return Report::complain(&format!("{error:#}")),
    };
    let wanted = (0..count).map(|number| options.seed.wrapping_add(number));
    // One seed alone is somebody's who looks for a fault.
    let first = if count == 1 { Vec::new() } else { kept };
    let seeds: Vec<u64> = first.into_iter().chain(wanted).collect();
    let plan = if options.lose_each { Plan::fair } else { Plan::of };
    let plays = seeds
        .into_iter()
        .map(|seed| play(plan(seed), options.processes, beside));
    let mut plays = futures::stream::iter(plays).buffer_unordered(options.jobs.max(1));
    let mut told = Vec::new();
    while let Some(outcome) = plays.next().await {
        storms.add(&outcome);
        if options.lose_each {
            told.push((outcome.plan.seed, outcome.notifications));
        }
    }
    drop(plays);
    // Each again without one of its notifications, for each of them.
    let without = told.into_iter().flat_map(|(seed, names)| {
        names
            .into_iter()
            .map(move |name| play(Plan::fair(seed).without(name), options.processes, beside))
    });
    let mut plays = futures::stream::iter(without).buffer_unordered(options.jobs.max(1));
    while let Some(outcome) = plays.next().await {
        storms.add(&outcome);
    }
    storms.finish()
}

fn kept() -> anyhow::Result<Vec<u64>> {
    KEPT.lines()
        .filter_map(|line| line.split('#').next().map(str::trim))
        .filter(|seed| !seed.is_empty())
        .map(|seed| seed.parse().with_context(|| format!("{seed} is no seed")))
        .collect()
}

async fn play(plan: Plan, processes: bool, beside: Option<&OlderBuild>) -> Outcome {
    let began = std::time::Instant::now();
    let office = Office {
        closed: plan.closed,
        settings: &[PATIENT],
        hands_on: HandsOn::Services,
    };
    let options = SystemOptions {
        processes,
        switches: plan.switches.clone(),
        seed: plan.seed,
        beside: beside.cloned(),
    };
    let mut system = match System::start(&office, options).await {
        Ok(system) => system,
        Err(error) => {
            return Outcome {
                took: began.elapsed(),
                failure: Some(format!("cannot start: {error:#}")),
                timeline: String::new(),
                calls: 0,
                talks: 0,
                notifications: Vec::new(),
                plan,
            };
        }
    };
    system.simulator.set_faults(plan.faults());
    let mut people = People::new(Stage::new(&mut system), &plan);
    let weathered = tokio::time::timeout(LIMIT, weather(&mut people, &plan)).await;
    let outcome = weathered
        .unwrap_or_else(|_| Err(anyhow::anyhow!("not over after {} s", LIMIT.as_secs())))
        .and_then(|()| judge::promises(&people));
    let calls = people.callers.len();
    let talks = system.simulator.bridges().len();
    let timeline = system.simulator.timeline();
    let sound = sound(&timeline);
    let notifications = system.simulator.notifications();
    let builds = system.fleet.builds();
    let stopped = system.stop().await;
    Outcome {
        took: began.elapsed(),
        failure: outcome
            .and(sound)
            .and(stopped)
            .err()
            .map(|error| format!("{error:#}{}", among(builds.as_deref()))),
        timeline: timeline.to_string(),
        calls,
        talks,
        notifications,
        plan,
    }
}

/// The storm, and the calm after it.
async fn weather(people: &mut People<'_>, plan: &Plan) -> anyhow::Result<()> {
    for _ in 0..plan.steps {
        people.act().await?;
    }
    people.come_to_an_end().await
}
