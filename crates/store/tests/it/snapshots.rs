//! Snapshots against the stream, while everything changes.

use std::collections::BTreeMap;
use std::sync::Arc;

use switchboard_contracts::{convert, v1};
use switchboard_domain::{At, Command, LookupOutcome};
use switchboard_runtime::Rng;
use switchboard_store::Snapshot;
use tokio::sync::Semaphore;
use tokio::task::JoinSet;

use crate::support::{
    Bench, LONG, agent, agent_id, answer, call_id, choose_support, ring, source, step, step_by,
};

/// What a screen knows that has read the stream from its beginning.
#[derive(Default)]
struct Screen {
    calls: BTreeMap<String, v1::Call>,
    agents: BTreeMap<String, v1::Agent>,
}

impl Screen {
    fn read(&mut self, json: &str) {
        use v1::call_event::What;
        let event: v1::Event = serde_json::from_str(json).unwrap();
        let v1::CallEvent { call_id, what, .. } = match event.subject.unwrap() {
            v1::event::Subject::Call(event) => event,
            v1::event::Subject::Agent(agent) => {
                self.agents.insert(agent.id.clone(), agent);
                return;
            }
            v1::event::Subject::Hours(_) => return,
        };
        if let What::Received(call) = what.as_ref().unwrap() {
            assert!(self.calls.insert(call_id, call.clone()).is_none());
            return;
        }
        let call = self.calls.get_mut(&call_id).unwrap();
        match what.unwrap() {
            What::Entered(entered) => {
                call.state = entered.state;
                call.entered_at_ms = 0;
            }
            What::LegMoved(leg) => call.leg = Some(leg),
            What::LookedUp(looked_up) => {
                call.lookups.insert(looked_up.source, looked_up.lookup.unwrap());
            }
            // No step of this test makes them.
            what @ (What::Received(_)
            | What::ClaimBound(_)
            | What::OfficeReached(_)
            | What::AgentDropped(_)
            | What::Recorded(_)) => panic!("{what:?}"),
        }
    }

    fn live(&self) -> Vec<v1::Call> {
        let ended = |call: &v1::Call| {
            matches!(
                call.state.as_ref().unwrap().state,
                Some(v1::call_state::State::Ended(_))
            )
        };
        self.calls.values().filter(|call| !ended(call)).cloned().collect()
    }
}

fn shown(snapshot: &Snapshot) -> Vec<v1::Call> {
    let mut calls: Vec<_> = snapshot
        .calls
        .iter()
        .map(|call| v1::Call {
            entered_at_ms: 0,
            ..convert::call(call)
        })
        .collect();
    calls.sort_by(|a, b| a.id.cmp(&b.id));
    calls
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_holds_every_event_up_to_its_position_and_none_after() {
    let bench = Bench::new().await;
    let stores = [bench.store(), bench.store()];
    for n in 0..4 {
        agent(&stores[0], n).await;
    }
    // The writers spend permits and the reader grants them, so that neither is done before the other.
    let permits = Arc::new(Semaphore::new(0));
    let mut writers = JoinSet::new();
    for n in 0..8 {
        let (store, permits) = (stores[n % 2].clone(), Arc::clone(&permits));
        writers.spawn(async move {
            let rng = Rng::from_seed(n as u64);
            for round in 0..10 {
                let call = call_id(100 * n + round);
                ring(&store, &call, "in", 2).await.unwrap();
                step(&store, &call, "menu", &choose_support()).await.unwrap();
                for turn in 0..6 {
                    permits.acquire().await.unwrap().forget();
                    let id = format!("{turn}");
                    let who = agent_id(usize::try_from(rng.below(4)).unwrap());
                    let looked_up = Command::LookedUp {
                        source: source(turn % 2),
                        outcome: LookupOutcome::NotFound,
                    };
                    // Whether the rules allow it does not matter here.
                    let _ = match rng.below(4) {
                        0 => step_by(&store, &who, &call, &id, &answer("t")).await,
                        1 => step_by(&store, &who, &call, &id, &Command::Release { claim: None }).await,
                        2 => step(&store, &call, &id, &Command::Ask(At::Wait { queue: None })).await,
                        _ => step(&store, &call, &id, &looked_up).await,
                    };
                }
                if rng.below(3) > 0 {
                    step(&store, &call, "gone", &Command::CallerGone).await.unwrap();
                }
            }
        });
    }
    let reader = bench.store_with(|config| config.budget = LONG);
    let mut snapshots = Vec::new();
    while !writers.is_empty() {
        snapshots.push(reader.snapshot().await.unwrap());
        if permits.available_permits() < 10 {
            permits.add_permits(10);
        }
        while let Some(done) = writers.try_join_next() {
            done.unwrap();
        }
    }
    snapshots.push(reader.snapshot().await.unwrap());

    let entries = bench.stream().await;
    assert_eq!(snapshots.last().unwrap().offset, entries.len() as u64);
    let mut screen = Screen::default();
    let mut read = 0;
    for snapshot in &snapshots {
        let upto = usize::try_from(snapshot.offset).unwrap();
        for (_, json) in &entries[read..upto] {
            screen.read(json);
        }
        read = upto;
        let live: Vec<_> = screen
            .live()
            .into_iter()
            .map(|call| v1::Call {
                entered_at_ms: 0,
                ..call
            })
            .collect();
        assert_eq!(shown(snapshot), live, "at {upto}");
        let mut agents: Vec<_> = snapshot.agents.iter().map(convert::agent).collect();
        agents.sort_by(|a, b| a.id.cmp(&b.id));
        assert_eq!(
            agents,
            screen.agents.values().cloned().collect::<Vec<_>>(),
            "at {upto}"
        );
    }
    let distinct: std::collections::BTreeSet<_> = snapshots.iter().map(|one| one.offset).collect();
    assert!(distinct.len() > 20, "only {} positions seen", distinct.len());
}
