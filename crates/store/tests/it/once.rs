//! Requests that a client repeats much later.

use switchboard_domain::Command;

use crate::support::{Bench, agent, agent_id, answer, call_id, queued, step, step_by};

#[tokio::test]
async fn a_committed_command_is_remembered_and_nothing_else() {
    let bench = Bench::new().await;
    let store = bench.store();
    let call = queued(&store, 1).await;
    let who = agent(&store, 1).await.id;
    step_by(&store, &who, &call, "press-1", &answer("t"))
        .await
        .unwrap();
    for known in ["in", "menu", "press-1"] {
        assert!(store.was_committed(&call, known).await.unwrap(), "{known}");
    }
    // Ids that the call's other fields hold: its version and count of events, its agent; and nothing.
    for unknown in ["press-2", "3", agent_id(1).as_str(), ""] {
        assert!(!store.was_committed(&call, unknown).await.unwrap(), "{unknown}");
    }
    assert!(!store.was_committed(&call_id(2), "press-1").await.unwrap());

    // What changed nothing was not committed.
    step_by(&store, &who, &call, "press-3", &answer("t"))
        .await
        .unwrap();
    assert!(!store.was_committed(&call, "press-3").await.unwrap());
    step(&store, &call, "gone", &Command::CallerGone).await.unwrap();
    assert!(store.was_committed(&call, "gone").await.unwrap());
}

#[tokio::test]
async fn the_memory_is_bounded() {
    let bench = Bench::new().await;
    let store = bench.store();
    let call = queued(&store, 1).await;
    let who = agent(&store, 1).await.id;
    for n in 0..300 {
        let command = match n % 2 {
            0 => answer("t"),
            _ => Command::Release { claim: None },
        };
        step_by(&store, &who, &call, &format!("n{n}"), &command)
            .await
            .unwrap();
    }
    assert!(!store.was_committed(&call, "n43").await.unwrap());
    assert!(store.was_committed(&call, "n44").await.unwrap());
    assert!(store.was_committed(&call, "n299").await.unwrap());
}
