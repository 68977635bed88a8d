//! Fields that a newer version has added survive when this one writes the record anew.

use serde_json::{Value, json};
use switchboard_domain::{Agent, At, CallId, Command, Presence};

use crate::future::Future;
use crate::support::{Bench, PREFIX, agent, answer, queued, step, step_by};

fn future(bench: &Bench) -> Future<'_> {
    Future {
        socket: bench.redis.socket(),
        prefix: PREFIX.to_owned(),
    }
}

fn added() -> Value {
    json!({ "deep": [1, null, "two"], "big": 9_007_199_254_740_993_i64 })
}

/// Adds a field of the future to the object there.
async fn add(bench: &Bench, record: &str, place: &str) {
    let top = place.split('/').nth(1).unwrap_or_default();
    if top.is_empty() {
        future(bench).set(record, "later", added()).await;
        return;
    }
    let mut data = future(bench).record(record).await;
    data.pointer_mut(place).unwrap()["later"] = added();
    let field = data[top].take();
    future(bench).set(record, top, field).await;
}

async fn kept(bench: &Bench, call: &CallId, place: &str) -> Value {
    let data = future(bench).record(&format!("call:{call}")).await;
    data.pointer(&format!("{place}/later"))
        .cloned()
        .unwrap_or_default()
}

#[tokio::test]
async fn those_of_a_call_and_of_what_moves_in_it_survive_every_step() {
    let bench = Bench::new().await;
    let store = bench.store();
    let who = agent(&store, 1).await.id;
    let id = queued(&store, 1).await;
    let record = format!("call:{id}");
    add(&bench, &record, "").await;
    add(&bench, &record, "/state/queued").await;
    // Answered: the place in the queue moves into the claim.
    step_by(&store, &who, &id, "answer", &answer("t")).await.unwrap();
    assert_eq!(kept(&bench, &id, "").await, added());
    assert_eq!(kept(&bench, &id, "/state/claimed/waiting").await, added());
    // A claim's survive while it is that claim.
    add(&bench, &record, "/state/claimed/claim").await;
    let wait = Command::Ask(At::Wait { queue: None });
    step(&store, &id, "wait", &wait).await.unwrap();
    assert_eq!(kept(&bench, &id, "/state/claimed/claim").await, added());
    let back = Command::Release { claim: None };
    step_by(&store, &who, &id, "back", &back).await.unwrap();
    assert_eq!(kept(&bench, &id, "/state/queued").await, added());
    step_by(&store, &who, &id, "once more", &answer("u"))
        .await
        .unwrap();
    assert_eq!(kept(&bench, &id, "/state/claimed/waiting").await, added());
    assert_eq!(
        kept(&bench, &id, "/state/claimed/claim").await,
        Value::Null,
        "it is another claim"
    );
    // To the end of the call.
    step(&store, &id, "gone", &Command::CallerGone).await.unwrap();
    assert_eq!(kept(&bench, &id, "").await, added());
    assert!(store.call(&id).await.unwrap().0.unwrap().is_ended());
}

#[tokio::test]
async fn those_of_an_agent_survive_a_call_and_their_own_word() {
    let bench = Bench::new().await;
    let store = bench.store();
    let who = agent(&store, 1).await.id;
    let record = format!("agent:{who}");
    add(&bench, &record, "").await;
    let id = queued(&store, 1).await;
    step_by(&store, &who, &id, "answer", &answer("t")).await.unwrap();
    let data = future(&bench).record(&record).await;
    assert_eq!((&data["later"], &data["engaged"]), (&added(), &json!(id)));
    let away = |known: Option<Agent>| {
        known.map(|known| Agent {
            presence: Presence::Away,
            ..known
        })
    };
    store.update_agent(&who, away).await.unwrap();
    let data = future(&bench).record(&record).await;
    assert_eq!((&data["later"], &data["presence"]), (&added(), &json!("away")));
}
