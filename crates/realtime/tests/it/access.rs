//! Agents who are disabled or removed, and agents whom the settings leave out.

use std::time::{Duration, Instant};

use serde_json::json;
use switchboard_domain::{AgentId, CallId};
use switchboard_runtime::settings::Settings;

use crate::client::{Client, LONG};
use crate::house::House;
use crate::sockets::greeted;

/// "Everywhere within a second", and what a busy machine adds.
const AT_ONCE: Duration = Duration::from_secs(3);

impl House {
    async fn set_access(&self, agent: &str, access: &str) {
        let path = format!("/agents/{agent}/access");
        let reply = self.put(&path, json!({ "access": access })).await;
        assert_eq!(reply.body, json!({ "agentId": agent, "access": access }));
    }

    async fn live_agents(&self) -> Vec<String> {
        let mut ids: Vec<_> = self
            .live()
            .await
            .agents
            .into_iter()
            .map(|agent| agent.id)
            .collect();
        ids.sort();
        ids
    }

    async fn until_live_agents(&self, ids: &[&str]) {
        let wait = async {
            while self.live_agents().await != ids {
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
        };
        let came = tokio::time::timeout(LONG, wait).await;
        assert!(came.is_ok(), "{:?} instead of {ids:?}", self.live_agents().await);
    }
}

fn without(settings: &Settings, agent: &str) -> Settings {
    let mut fewer = settings.clone();
    fewer.agents.retain(|one| one.id != agent);
    fewer
}

#[tokio::test]
async fn a_disabled_agent_is_refused_everywhere_at_once() {
    let house = House::start().await;
    let beside = house.beside(&house.settings, LONG);
    beside.until_ready().await;
    let call = house.waiting("CA1").await;
    let mut here = Client::open(&house, "amelia", None).await;
    let mut there = Client::open_at(&house, beside.address, "amelia").await;
    let mut other = Client::open(&house, "bashir", None).await;
    let (_, mut screen) = greeted(&mut other).await;
    greeted(&mut here).await;
    greeted(&mut there).await;
    let ticket = house.ticket_of("amelia").await;

    let since = Instant::now();
    house.set_access("amelia", "disabled").await;
    assert_eq!((here.closed().await, there.closed().await), (4003, 4003));
    assert!(since.elapsed() < AT_ONCE, "{:?}", since.elapsed());
    let amelia = json!({ "agentId": "amelia" });
    house.post("/tickets", amelia.clone()).await.is(403, "disabled");
    house.act("answer", &call, "amelia").await.is(403, "disabled");
    house.act("hang-up", &call, "amelia").await.is(403, "disabled");
    let presence = json!({ "presence": "available" });
    house
        .put("/agents/amelia/presence", presence.clone())
        .await
        .is(403, "disabled");
    let close = json!({ "agentId": "amelia", "open": false, "reason": "a fair", "until": "+1h" });
    house.post("/hours/overrides", close).await.is(403, "disabled");
    // A ticket from before opens nothing.
    let request = crate::client::request(&ticket, crate::client::JSON, &[]);
    let (answer, _) = Client::send(&house, request.as_bytes(), None).await;
    answer.is(403, "disabled");
    // Gone from screens and snapshots, and still on the list.
    while screen.agents.contains_key("amelia") {
        screen.take(other.news().await.unwrap());
    }
    assert!(!house.live_agents().await.contains(&"amelia".to_owned()));
    let list = house.get("/agents").await.body;
    assert_eq!(list["agents"][0]["agentId"], "amelia");
    assert_eq!(
        (
            list["agents"][0]["access"].as_str(),
            list["agents"][0]["by"].as_str()
        ),
        (Some("disabled"), Some("command"))
    );

    house.set_access("amelia", "active").await;
    while !screen.agents.contains_key("amelia") {
        screen.take(other.news().await.unwrap());
    }
    greeted(&mut Client::open(&house, "amelia", None).await).await;
    // They say anew that they are there.
    house.act("answer", &call, "amelia").await.is(409, "unavailable");
    assert_eq!(house.put("/agents/amelia/presence", presence).await.status, 200);
    house.act("answer", &call, "amelia").await.is(200, "yours");
    beside.end().await;
    house.end().await;
}

#[tokio::test]
async fn a_removed_agent_stays_removed_although_the_settings_name_them() {
    let house = House::start().await;
    let call = house.waiting("CA1").await;
    house.set_access("amelia", "removed").await;
    house
        .post("/tickets", json!({ "agentId": "amelia" }))
        .await
        .is(404, "no_such_agent");
    house
        .act("answer", &call, "amelia")
        .await
        .is(404, "no_such_agent");
    house
        .put("/agents/amelia/presence", json!({ "presence": "available" }))
        .await
        .is(404, "no_such_agent");
    // A process that starts with the same settings.
    let beside = house.beside(&house.settings, LONG);
    beside.until_ready().await;
    house.until_live_agents(&["bashir", "carys", "dylan"]).await;
    // Once more is no fault, and nobody unknown is removed.
    house.set_access("amelia", "removed").await;
    house
        .put("/agents/nobody/access", json!({ "access": "removed" }))
        .await
        .is(404, "no_such_agent");
    house.set_access("amelia", "active").await;
    assert_eq!(house.live_agents().await[0], "amelia");
    beside.end().await;
    house.end().await;
}

#[tokio::test]
async fn a_claim_of_one_who_is_removed_goes_back_and_a_conversation_goes_on() {
    let house = House::start().await;
    let claimed = house.waiting("CA1").await;
    house.act("answer", &claimed, "amelia").await.is(200, "yours");
    let before = house.call(&claimed).await;
    house.set_access("amelia", "removed").await;
    let after = house.call(&claimed).await;
    assert_eq!(after.state.name(), "queued");
    // Not a moment of their wait is lost or begun anew.
    assert_eq!(after.state.waiting(), before.state.waiting());
    house.act("answer", &claimed, "bashir").await.is(200, "yours");

    let talking = house.talking("CA2", "carys").await;
    house.set_access("carys", "disabled").await;
    assert_eq!(house.call(&talking).await.state.name(), "talking");
    house
        .step(&talking, switchboard_domain::Command::CallerGone)
        .await;
    let id = AgentId::new("carys").unwrap();
    let (agent, _) = house.store.known_agent(&id).await.unwrap();
    assert_eq!(
        agent.unwrap().engaged,
        None,
        "the end of the call is kept of one who may not act"
    );
    assert!(!house.live_agents().await.contains(&"carys".to_owned()));
    house.end().await;
}

#[tokio::test]
async fn whoever_removes_and_whoever_answers_at_the_same_moment_agree() {
    let house = House::start().await;
    for round in 0..20 {
        let call: CallId = house.waiting(&format!("CA{round}")).await;
        let removed = house.put("/agents/amelia/access", json!({ "access": "removed" }));
        let (answered, removed) = tokio::join!(house.act("answer", &call, "amelia"), removed);
        assert_eq!(removed.status, 200);
        assert!([200, 404, 409].contains(&answered.status), "{answered:?}");
        assert_eq!(
            house.call(&call).await.state.name(),
            "queued",
            "round {round}: {answered:?}"
        );
        house.set_access("amelia", "active").await;
        let there = json!({ "presence": "available" });
        assert_eq!(house.put("/agents/amelia/presence", there).await.status, 200);
        house.step(&call, switchboard_domain::Command::CallerGone).await;
    }
    house.end().await;
}

#[tokio::test]
async fn whom_the_newest_settings_leave_out_is_an_agent_no_longer_and_older_ones_do_not_fight() {
    let house = House::start().await;
    let mut bashir = Client::open(&house, "bashir", None).await;
    greeted(&mut bashir).await;
    let newer = house.beside(&without(&house.settings, "bashir"), LONG);
    newer.until_ready().await;
    house.until_live_agents(&["amelia", "carys", "dylan"]).await;
    assert_eq!(bashir.closed().await, 4003);
    house
        .post("/tickets", json!({ "agentId": "bashir" }))
        .await
        .is(404, "no_such_agent");

    // An older process starts again in the middle of the update.
    let older = house.beside(&house.settings, LONG);
    older.until_ready().await;
    tokio::time::sleep(Duration::from_secs(2)).await;
    let call = house.waiting("CA1").await;
    house
        .act("answer", &call, "bashir")
        .await
        .is(404, "no_such_agent");
    assert_eq!(house.live_agents().await, ["amelia", "carys", "dylan"]);
    older.end().await;
    newer.end().await;
    // Nobody stands behind the newer list any more: the update was taken back.
    house
        .until_live_agents(&["amelia", "bashir", "carys", "dylan"])
        .await;
    house.end().await;
}
