//! Many writers on one call, while answers of Redis get lost.

use std::collections::BTreeSet;
use std::sync::Mutex;

use switchboard_contracts::v1;
use switchboard_domain::{
    At, Call, CallId, Command, Decision, Effect, LookupOutcome, Timestamp, check_agent, decide,
};
use switchboard_queue::Push;
use switchboard_runtime::Rng;
use switchboard_store::{Store, Target, TransactError};
use tokio::task::JoinSet;

use crate::lost::COMMITTED;
use crate::proxy::Proxy;
use crate::support::{
    Bench, LONG, agent, agent_id, answer, call_id, choose_support, policy, ring, source, step,
};

/// What one committed step did.
struct Applied {
    decision: Decision,
    before: Call,
    after: Call,
    now: Timestamp,
}

/// Runs a step and says what it did: nothing if it was refused or changed nothing.
async fn try_step(
    store: &Store,
    call: &CallId,
    agent: Option<usize>,
    id: &str,
    command: &Command,
) -> Option<Applied> {
    let agent = agent.map(agent_id);
    let target = Target {
        call,
        agent: agent.as_ref(),
        command_id: id,
        fresh: false,
    };
    let policy = policy();
    // The decision that was committed is the last one made: a lost one that went through is not decided again.
    let last = Mutex::new(None);
    let done = store
        .transact(target, |call, agent, now| {
            let decision = decide(call, agent, command, now, &policy)?;
            *last.lock().unwrap() = Some((decision.clone(), now));
            Ok(decision)
        })
        .await;
    match done {
        Ok(done) if done.changed => {
            let (decision, now) = last.into_inner().unwrap().unwrap();
            Some(Applied {
                decision,
                before: done.before.unwrap(),
                after: done.call.unwrap(),
                now,
            })
        }
        Ok(_) | Err(TransactError::Rejected(_)) => None,
        Err(TransactError::Store(error)) => panic!("{id}: {error}: {:?}", std::error::Error::source(&error)),
    }
}

/// What the `n`th of fifty writers does, one after the other.
async fn writer(n: usize, store: Store, call: CallId) -> Vec<Applied> {
    let mut applied = Vec::new();
    for round in 0..8 {
        let id = format!("w{n}-{round}");
        let done = match n {
            // Each agent twice, as if two tabs were open.
            0..20 if round % 2 == 0 => try_step(&store, &call, Some(n % 10), &id, &answer(&id)).await,
            0..20 => {
                let release = Command::Release { claim: None };
                try_step(&store, &call, Some(n % 10), &id, &release).await
            }
            // Each source answers twice, and again.
            20..40 => {
                let looked_up = Command::LookedUp {
                    source: source(n % 10),
                    outcome: LookupOutcome::Failed {
                        reason: format!("by {n}"),
                    },
                };
                try_step(&store, &call, None, &id, &looked_up).await
            }
            _ => {
                let wait = Command::Ask(At::Wait {
                    queue: Some(format!("QU{n}-{round}")),
                });
                try_step(&store, &call, None, &id, &wait).await
            }
        };
        applied.extend(done);
    }
    applied
}

fn job_id(effect: &Effect) -> String {
    let mut args = Vec::new();
    switchboard_queue::jobs::push(effect)
        .unwrap()
        .write_args(&mut args);
    assert_eq!(args.len(), Push::ARGS);
    String::from_utf8(args.swap_remove(1)).unwrap()
}

fn of_call(event: &v1::Event) -> &v1::CallEvent {
    match event.subject.as_ref().unwrap() {
        v1::event::Subject::Call(event) => event,
        other @ (v1::event::Subject::Agent(_) | v1::event::Subject::Hours(_)) => panic!("{other:?}"),
    }
}

async fn fifty_writers(seed: u64) {
    let bench = Bench::new().await;
    let proxy = Proxy::start(bench.redis.socket(), seed, COMMITTED).await;
    let stores: Vec<_> = (0..5)
        .map(|_| {
            bench.store_with(|config| {
                config.url = proxy.url();
                config.budget = LONG;
            })
        })
        .collect();
    for n in 0..10 {
        agent(&stores[0], n).await;
    }
    let call = call_id(1);
    let rung = ring(&stores[0], &call, "in", 10).await.unwrap();
    let joined = step(&stores[0], &call, "menu", &choose_support()).await.unwrap();

    proxy.swallow(250);
    let mut writers = JoinSet::new();
    for n in 0..50 {
        writers.spawn(writer(n, stores[n % 5].clone(), call.clone()));
    }
    let applied: Vec<Applied> = writers.join_all().await.into_iter().flatten().collect();
    proxy.swallow(0);
    assert!(
        proxy.swallowed() > 5,
        "seed {seed}: only {} lost",
        proxy.swallowed()
    );

    // The steps form one chain: each was decided on what another one made.
    let history = bench.store().history(&call).await.unwrap();
    let mut left = applied;
    let mut now = joined.call.clone().unwrap();
    let mut told = 2;
    let mut jobs: BTreeSet<String> = (0..10)
        .map(|n| format!("{call}:lookup-caller:{}", source(n)))
        .collect();
    jobs.insert(format!("{call}:check-unanswered:1"));
    while !left.is_empty() {
        let next = left.iter().position(|step| {
            let first = step.decision.events.first().unwrap();
            let expected = switchboard_contracts::convert::call_event(
                &call,
                u32::try_from(told + 1).unwrap(),
                first,
                step.now,
            );
            step.before == now && history.get(told) == Some(&expected)
        });
        let Some(next) = next else {
            panic!(
                "seed {seed}: {} steps are not in the history after {told}",
                left.len()
            );
        };
        let step = left.swap_remove(next);
        for event in &step.decision.events {
            told += 1;
            let sequence = u32::try_from(told).unwrap();
            let expected = switchboard_contracts::convert::call_event(&call, sequence, event, step.now);
            assert_eq!(history[told - 1], expected, "seed {seed}");
        }
        jobs.extend(step.decision.effects.iter().map(job_id));
        now = step.after;
    }
    assert_eq!(told, history.len(), "seed {seed}: events of no step");
    let sequences: Vec<_> = history.iter().map(|event| of_call(event).sequence).collect();
    assert_eq!(sequences, (1..=u32::try_from(told).unwrap()).collect::<Vec<_>>());
    assert_eq!(bench.store().call(&call).await.unwrap().0.unwrap(), now);
    assert!(rung.changed);
    assert!(
        now.lookups
            .values()
            .all(|lookup| *lookup != switchboard_domain::Lookup::Pending)
    );

    check_jobs(&bench, jobs, seed).await;
    check_stream(&bench, &history, seed).await;
    let snapshot = bench.store().snapshot().await.unwrap();
    for agent in &snapshot.agents {
        check_agent(agent, &snapshot.calls).unwrap();
    }
}

/// In the queues are the jobs of these effects and no others.
async fn check_jobs(bench: &Bench, expected: BTreeSet<String>, seed: u64) {
    let mut raw = bench.raw().await;
    let stats = bench.admin().stats().await.unwrap();
    assert_eq!(stats.ready + stats.due, expected.len() as u64, "seed {seed}");
    let mut found = BTreeSet::new();
    for queue in &stats.queues {
        let ids: Vec<String> = redis::cmd("HKEYS")
            .arg(format!("{{sb}}:q:{}:job", queue.name))
            .query_async(&mut raw)
            .await
            .unwrap();
        found.extend(ids);
    }
    assert_eq!(found, expected, "seed {seed}");
}

/// The stream has no gap, and tells of the call what the call's own list tells.
async fn check_stream(bench: &Bench, history: &[v1::Event], seed: u64) {
    let entries = bench.stream().await;
    let offsets: Vec<u64> = entries.iter().map(|(offset, _)| *offset).collect();
    assert_eq!(
        offsets,
        (1..=entries.len() as u64).collect::<Vec<_>>(),
        "seed {seed}"
    );
    let of_calls: Vec<v1::Event> = entries
        .iter()
        .map(|(_, json)| serde_json::from_str::<v1::Event>(json).unwrap())
        .filter(|event| matches!(event.subject, Some(v1::event::Subject::Call(_))))
        .collect();
    assert_eq!(of_calls, history, "seed {seed}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn fifty_writers_with_lost_answers_make_one_history() {
    for seed in 1..=5 {
        Box::pin(fifty_writers(seed)).await;
    }
}

/// A random crowd: agents, callers and deadlines on several calls at once.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn agents_have_one_call_each_whatever_happens() {
    let bench = Bench::new().await;
    let proxy = Proxy::start(bench.redis.socket(), 7, COMMITTED).await;
    let stores: Vec<_> = (0..3)
        .map(|_| {
            bench.store_with(|config| {
                config.url = proxy.url();
                config.budget = LONG;
            })
        })
        .collect();
    for n in 0..4 {
        agent(&stores[0], n).await;
    }
    for n in 0..6 {
        crate::support::queued(&stores[0], n).await;
    }
    proxy.swallow(50);
    let mut crowd = JoinSet::new();
    for n in 0..12 {
        let store = stores[n % 3].clone();
        crowd.spawn(async move {
            let rng = Rng::from_seed(n as u64);
            for round in 0..30 {
                let pick = |end: u64| usize::try_from(rng.below(end)).unwrap();
                let (call, who, id) = (call_id(pick(6)), pick(4), format!("c{n}-{round}"));
                let (agent, command) = match rng.below(8) {
                    0..=3 => (Some(who), answer(&id)),
                    4 => (Some(who), Command::Release { claim: None }),
                    5 => (Some(who), Command::HangUp),
                    6 => (None, Command::Ask(At::Wait { queue: None })),
                    _ if round > 20 => (None, Command::CallerGone),
                    _ => (None, Command::Ask(At::Resume)),
                };
                try_step(&store, &call, agent, &id, &command).await;
            }
        });
    }
    crowd.join_all().await;
    proxy.swallow(0);
    let snapshot = stores[0].snapshot().await.unwrap();
    for agent in &snapshot.agents {
        check_agent(agent, &snapshot.calls).unwrap();
    }
    for n in 0..6 {
        let history = stores[0].history(&call_id(n)).await.unwrap();
        let sequences: Vec<_> = history.iter().map(|event| of_call(event).sequence).collect();
        assert_eq!(
            sequences,
            (1..=u32::try_from(history.len()).unwrap()).collect::<Vec<_>>()
        );
    }
}
