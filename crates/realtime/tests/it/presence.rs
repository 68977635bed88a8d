//! Agents are made known, say whether they are there, and are shown.

use std::time::Duration;

use serde_json::{Value, json};
use switchboard_domain::{Agent, AgentId, AnswersOn, Presence};
use switchboard_runtime::settings::Layers;
use switchboard_runtime::{PrivateRedis, PrivateRedisOptions};
use switchboard_store::{Store, StoreConfig};

use crate::house::House;

fn shown<'a>(live: &'a Value, id: &str) -> &'a Value {
    live["agents"]
        .as_array()
        .unwrap()
        .iter()
        .find(|agent| agent["id"] == id)
        .unwrap()
}

#[tokio::test]
async fn what_agents_say_of_themselves_is_shown() {
    let house = House::start().await;
    for presence in ["away", "offline", "available", "available"] {
        let reply = house
            .put("/agents/amelia/presence", json!({ "presence": presence }))
            .await;
        assert_eq!(reply.body, json!({ "agentId": "amelia", "presence": presence }));
        let live = house.get("/live").await;
        assert_eq!(
            shown(&live.body, "amelia")["presence"],
            format!("PRESENCE_{}", presence.to_uppercase())
        );
    }
    for nobody in ["zoe", "a%20b", "%7Bsb%7D"] {
        let reply = house
            .put(
                &format!("/agents/{nobody}/presence"),
                json!({ "presence": "away" }),
            )
            .await;
        reply.is(404, "no_such_agent");
    }
    house.end().await;
}

#[tokio::test]
async fn the_live_view_shows_calls_and_who_has_them_but_no_secret() {
    let house = House::start().await;
    let call = house.waiting("CA1").await;
    let ticket = house.act("answer", &call, "amelia").await.ticket();
    let live = house.get("/live").await.body;
    assert_eq!(
        live["agents"].as_array().unwrap().len(),
        house.settings.agents.len()
    );
    assert_eq!(shown(&live, "amelia")["engagedCallId"], "CA1");
    assert_eq!(live["calls"][0]["id"], "CA1");
    assert!(!live["epoch"].as_str().unwrap().is_empty());

    let history = house.get("/calls/CA1/history").await.body;
    let sequences: Vec<_> = history["events"]
        .as_array()
        .unwrap()
        .iter()
        .map(|event| event["call"]["sequence"].as_u64().unwrap())
        .collect();
    assert_eq!(sequences, (1..=sequences.len() as u64).collect::<Vec<_>>());
    for told in [live, history] {
        assert!(!told.to_string().contains(&ticket.token));
    }
    house.get("/calls/CA2/history").await.is(404, "no_such_call");
    house.end().await;
}

#[tokio::test]
async fn a_known_agent_keeps_what_they_said_and_follows_the_settings_else() {
    let dir = tempfile::Builder::new().prefix("sb").tempdir().unwrap();
    let redis = PrivateRedis::start(dir.path(), PrivateRedisOptions::default())
        .await
        .unwrap();
    let layers = Layers::demo();
    let settings = layers.clone().load().unwrap();
    let store = Store::new(StoreConfig::new(redis.url(), settings.key_prefix())).unwrap();
    let id = AgentId::new("dylan").unwrap();
    let before = Agent::new(
        id.clone(),
        "Old Name".to_owned(),
        AnswersOn::Browser,
        Presence::Available,
    );
    store.update_agent(&id, |_| Some(before.clone())).await.unwrap();

    // On a call, and then away, while this process was down.
    let house = House::over(dir, redis, &layers, Duration::from_secs(5));
    house.until_ready().await;
    let call = house.waiting("CA1").await;
    house.act("answer", &call, "dylan").await.is(200, "yours");
    let away = |agent: Option<Agent>| {
        agent.map(|agent| Agent {
            name: "Old Name".to_owned(),
            presence: Presence::Away,
            ..agent
        })
    };
    store.update_agent(&id, away).await.unwrap();
    let rng = switchboard_runtime::Rng::from_seed(2);
    let again = switchboard_realtime::Realtime::new(&settings, store.clone(), rng).unwrap();
    again.introduce_agents().await.unwrap();

    let after = store.update_agent(&id, |_| None).await.unwrap().unwrap();
    assert_eq!((after.presence, after.engaged), (Presence::Away, Some(call)));
    let named = settings.agents.iter().find(|agent| agent.id == "dylan").unwrap();
    assert_eq!(after.name, named.name);
    assert!(matches!(after.answers_on, AnswersOn::Phone(_)));
    house.end().await;
}

#[tokio::test]
async fn outside_a_demonstration_nobody_is_there_until_they_say_so() {
    let dir = tempfile::Builder::new().prefix("sb").tempdir().unwrap();
    let redis = PrivateRedis::start(dir.path(), PrivateRedisOptions::default())
        .await
        .unwrap();
    let mut settings = Layers::demo()
        .set("realtime.api_token=0123456789abcdef")
        .load()
        .unwrap();
    settings.deployment.demo = false;
    let store = Store::new(StoreConfig::new(redis.url(), settings.key_prefix())).unwrap();
    let rng = switchboard_runtime::Rng::from_seed(1);
    let realtime = switchboard_realtime::Realtime::new(&settings, store.clone(), rng).unwrap();
    realtime.introduce_agents().await.unwrap();
    let snapshot = store.snapshot().await.unwrap();
    assert_eq!(snapshot.agents.len(), settings.agents.len());
    assert!(
        snapshot
            .agents
            .iter()
            .all(|agent| agent.presence == Presence::Offline)
    );
    let offset = snapshot.offset;
    // Once more changes nothing and tells nobody anything.
    realtime.introduce_agents().await.unwrap();
    assert_eq!(store.snapshot().await.unwrap().offset, offset);
}
