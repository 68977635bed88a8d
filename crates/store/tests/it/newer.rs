//! Records in a form of the future, as the first newer process of an update writes them: left alone, and in nobody's way.

use redis::AsyncCommands;
use serde_json::{Value, json};
use switchboard_domain::{Agent, AgentId, CallId, Caller, Command, Presence};
use switchboard_store::{Kept, StoreError, TransactError};

use crate::support::{Bench, PREFIX, agent, agent_id, answer, queued, ring, step, step_by};

/// Changes what is kept under a key, as only another process can.
pub(crate) async fn change(bench: &Bench, key: &str, change: impl FnOnce(&mut Value)) {
    let mut raw = bench.raw().await;
    let key = format!("{PREFIX}:{key}");
    let kept: String = raw.hget(&key, "data").await.unwrap();
    let mut data = serde_json::from_str(&kept).unwrap();
    change(&mut data);
    let _: u64 = raw.hset(&key, "data", data.to_string()).await.unwrap();
}

async fn parked(bench: &Bench, call: &CallId) {
    let state = json!({ "parked_for_a_colleague": { "until": 1 } });
    change(bench, &format!("call:{call}"), |data| data["state"] = state).await;
}

async fn on_a_break(bench: &Bench, agent: &AgentId) {
    change(bench, &format!("agent:{agent}"), |data| {
        data["presence"] = json!("on_a_break");
    })
    .await;
}

fn unreadable<T: std::fmt::Debug>(done: Result<T, TransactError>) -> (Kept, String) {
    match done {
        Err(TransactError::Store(StoreError::Unreadable { kept, id, .. })) => (kept, id),
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_call_in_a_state_of_the_future_is_left_as_it_is() {
    let bench = Bench::new().await;
    let store = bench.store();
    let id = queued(&store, 1).await;
    parked(&bench, &id).await;
    let before = bench.everything().await;
    let call = (Kept::Call, id.to_string());
    assert_eq!(
        unreadable(step(&store, &id, "gone", &Command::CallerGone).await),
        call
    );
    assert_eq!(unreadable(ring(&store, &id, "again", 0).await), call);
    assert!(store.call(&id).await.unwrap_err().is_unreadable());
    assert_eq!(bench.everything().await, before);
}

#[tokio::test]
async fn an_agent_of_the_future_is_left_as_they_are() {
    let bench = Bench::new().await;
    let store = bench.store();
    let (id, who) = (queued(&store, 1).await, agent(&store, 1).await.id);
    on_a_break(&bench, &who).await;
    let before = bench.everything().await;
    let answered = step_by(&store, &who, &id, "answer", &answer("t")).await;
    assert_eq!(unreadable(answered), (Kept::Agent, who.to_string()));
    let back = |known: Option<Agent>| {
        known.map(|known| Agent {
            presence: Presence::Available,
            ..known
        })
    };
    assert!(store.update_agent(&who, back).await.unwrap_err().is_unreadable());
    assert_eq!(bench.everything().await, before);
}

#[tokio::test]
async fn a_snapshot_shows_all_the_others_and_which_these_are() {
    let bench = Bench::new().await;
    let store = bench.store();
    let (strange, known) = (queued(&store, 1).await, queued(&store, 2).await);
    let (odd, colleague) = (agent(&store, 1).await.id, agent(&store, 2).await.id);
    parked(&bench, &strange).await;
    on_a_break(&bench, &odd).await;
    let live = store.positioned_snapshot().await.unwrap();
    assert_eq!(live.calls.iter().map(|call| &call.id).collect::<Vec<_>>(), [&known]);
    let [call] = live.unreadable_calls.as_slice() else {
        panic!("{live:?}")
    };
    assert_eq!(call.id(), strange.as_str());
    let caller: Caller = call.part("caller").unwrap();
    assert_eq!(caller, Caller::parse("+442079460750"));
    assert_eq!(call.part::<switchboard_domain::State>("state"), None);
    assert_eq!(
        live.agents.iter().map(|agent| &agent.id).collect::<Vec<_>>(),
        [&colleague]
    );
    assert_eq!(live.unreadable_agents[0].id(), odd.as_str());
    assert_eq!(odd, agent_id(1));
}
