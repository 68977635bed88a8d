//! Records in a form of the future, as the first newer process of an update writes them: left alone, and in nobody's way.

use serde_json::{Value, json};
use switchboard_domain::{Agent, Caller, Command, Presence};
use switchboard_store::{Kept, StoreError, TransactError};

use crate::future::Future;
use crate::support::{Bench, PREFIX, agent, agent_id, answer, queued, ring, step, step_by};

fn future(bench: &Bench) -> Future<'_> {
    Future {
        socket: bench.redis.socket(),
        prefix: PREFIX.to_owned(),
    }
}

/// They say of themselves what this version does not know; answers what they had said.
async fn on_a_break(future: &Future<'_>, agent: &str) -> Value {
    future
        .set(&format!("agent:{agent}"), "presence", json!("on_a_break"))
        .await
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
    future(&bench).move_on(id.as_str()).await;
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
    on_a_break(&future(&bench), who.as_str()).await;
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
    future(&bench).move_on(strange.as_str()).await;
    on_a_break(&future(&bench), odd.as_str()).await;
    let live = store.positioned_snapshot().await.unwrap();
    assert_eq!(
        live.calls.iter().map(|call| &call.id).collect::<Vec<_>>(),
        [&known]
    );
    let [call] = live.unreadable_calls.as_slice() else {
        panic!("{live:?}")
    };
    assert_eq!(call.id(), strange.as_str());
    let caller: Caller = call.part("caller").unwrap();
    assert_eq!(
        caller,
        Caller::read("+442079460750", switchboard_domain::Country::GB)
    );
    assert_eq!(call.part::<switchboard_domain::State>("state"), None);
    assert_eq!(
        live.agents.iter().map(|agent| &agent.id).collect::<Vec<_>>(),
        [&colleague]
    );
    assert_eq!(live.unreadable_agents[0].id(), odd.as_str());
    assert_eq!(odd, agent_id(1));
}
