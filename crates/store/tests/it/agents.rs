//! Agents, and the one call each may have.

use std::sync::atomic::{AtomicBool, Ordering};

use switchboard_domain::{Command, Presence, Rejected, State, check_agent};
use switchboard_store::{Target, TransactError};

use crate::support::{Bench, agent, agent_id, answer, call_id, policy, queued, rules, step_by};

#[tokio::test]
async fn an_agent_is_made_changed_and_told_of() {
    let bench = Bench::new().await;
    let store = bench.store();
    assert_eq!(
        store.update_agent(&agent_id(1), |known| known).await.unwrap(),
        None
    );
    assert!(bench.stream().await.is_empty());

    let made = agent(&store, 1).await;
    let away = store
        .update_agent(&agent_id(1), |known| {
            known.map(|agent| switchboard_domain::Agent {
                presence: Presence::Away,
                ..agent
            })
        })
        .await
        .unwrap()
        .unwrap();
    assert_eq!(away.presence, Presence::Away);
    assert_eq!(bench.stream().await.len(), 2);

    // What is so already is not told again.
    store.update_agent(&agent_id(1), |known| known).await.unwrap();
    assert_eq!(bench.stream().await.len(), 2);
    assert_eq!(store.snapshot().await.unwrap().agents, [away]);
    assert_eq!(made.presence, Presence::Available);
}

#[tokio::test]
async fn what_an_update_says_of_the_agents_call_is_ignored() {
    let bench = Bench::new().await;
    let store = bench.store();
    let (call, made) = (queued(&store, 1).await, agent(&store, 1).await);
    step_by(&store, &made.id, &call, "a", &answer("t")).await.unwrap();

    // Somebody writes what they read before the call was answered.
    let after = store
        .update_agent(&made.id, |_| {
            Some(switchboard_domain::Agent {
                presence: Presence::Away,
                ..made.clone()
            })
        })
        .await
        .unwrap()
        .unwrap();
    assert_eq!(after.engaged, Some(call));
    assert_eq!(after.presence, Presence::Away);
}

#[tokio::test]
async fn updates_at_once_are_all_there() {
    let bench = Bench::new().await;
    let stores = [bench.store(), bench.store()];
    agent(&stores[0], 1).await;
    let tasks: Vec<_> = (0..20)
        .map(|n| {
            let store = stores[n % 2].clone();
            tokio::spawn(async move {
                store
                    .update_agent(&agent_id(1), |known| {
                        known.map(|mut agent| {
                            agent.name.push('+');
                            agent
                        })
                    })
                    .await
                    .unwrap()
            })
        })
        .collect();
    for task in tasks {
        task.await.unwrap();
    }
    let snapshot = stores[0].snapshot().await.unwrap();
    assert_eq!(snapshot.agents[0].name, format!("Agent 1{}", "+".repeat(20)));
    assert_eq!(snapshot.offset, 21);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_two_calls_answered_at_once_one_is_won() {
    let bench = Bench::new().await;
    let stores = [bench.store(), bench.store()];
    for round in 0..20 {
        let calls = [
            queued(&stores[0], 2 * round).await,
            queued(&stores[0], 2 * round + 1).await,
        ];
        let agent = agent(&stores[0], round).await.id;
        let (answer, policy) = (answer("t"), policy());
        let press = async |n: usize| {
            let target = Target {
                call: &calls[n],
                agent: Some(&agent),
                command_id: "a",
                fresh: false,
            };
            stores[n].transact(target, rules(&answer, &policy)).await
        };
        let (first, second) = tokio::join!(press(0), press(1));
        let (won, lost) = match (first, second) {
            (Ok(won), Err(lost)) | (Err(lost), Ok(won)) => (won, lost),
            both => panic!("{both:?}"),
        };
        let won = won.call.unwrap().id;
        assert!(
            matches!(&lost, TransactError::Rejected(Rejected::Engaged { call }) if *call == won),
            "{lost:?}"
        );
        let snapshot = stores[0].snapshot().await.unwrap();
        let there = snapshot.agents.iter().find(|known| known.id == agent).unwrap();
        assert_eq!(there.engaged, Some(won));
        check_agent(there, &snapshot.calls).unwrap();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_agents_that_answer_one_call_at_once_one_wins_and_the_others_are_told_who() {
    let bench = Bench::new().await;
    let store = bench.store();
    for n in 0..8 {
        agent(&store, n).await;
    }
    let call = queued(&store, 1).await;
    let tasks: Vec<_> = (0..8)
        .map(|n| {
            let (store, call) = (store.clone(), call.clone());
            tokio::spawn(
                async move { step_by(&store, &agent_id(n), &call, &format!("a{n}"), &answer("t")).await },
            )
        })
        .collect();
    let mut winners = Vec::new();
    let mut told = Vec::new();
    for task in tasks {
        match task.await.unwrap() {
            Ok(done) => winners.push(done.call.unwrap().holder().cloned().unwrap()),
            Err(TransactError::Rejected(Rejected::Taken { by })) => told.push(by),
            Err(other) => panic!("{other}"),
        }
    }
    assert_eq!((winners.len(), told.len()), (1, 7));
    for by in told {
        let switchboard_domain::Party::Agent(claim) = *by else {
            panic!("{by:?}");
        };
        assert_eq!(claim.agent, winners[0]);
    }
}

/// A step that names no agent concerns the one who holds the call at the commit, not at the load.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_agent_who_took_the_call_meanwhile_is_freed_when_it_ends() {
    let bench = Bench::new().await;
    let store = bench.store();
    let call = queued(&store, 1).await;
    agent(&store, 1).await;
    agent(&store, 2).await;
    step_by(&store, &agent_id(1), &call, "a", &answer("t"))
        .await
        .unwrap();

    let (command, policy, first) = (Command::CallerGone, policy(), AtomicBool::new(true));
    let decide = rules(&command, &policy);
    let target = Target {
        call: &call,
        agent: None,
        command_id: "gone",
        fresh: false,
    };
    let done = store
        .transact(target, |known, agent, now| {
            if first.swap(false, Ordering::Relaxed) {
                // Between load and commit the claim goes from one agent to the other.
                tokio::task::block_in_place(|| {
                    tokio::runtime::Handle::current().block_on(async {
                        let release = Command::Release { claim: None };
                        step_by(&store, &agent_id(1), &call, "r", &release).await.unwrap();
                        step_by(&store, &agent_id(2), &call, "b", &answer("u"))
                            .await
                            .unwrap();
                    });
                });
            }
            decide(known, agent, now)
        })
        .await
        .unwrap();

    assert!(matches!(done.call.unwrap().state, State::Ended { .. }));
    assert_eq!(done.agent.unwrap().id, agent_id(2));
    let snapshot = store.snapshot().await.unwrap();
    assert!(
        snapshot.agents.iter().all(|agent| agent.engaged.is_none()),
        "{snapshot:?}"
    );
    assert_eq!(store.call(&call_id(1)).await.unwrap().0.unwrap().claims, 2);
}
