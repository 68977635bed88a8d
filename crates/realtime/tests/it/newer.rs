//! Calls and agents in a form that only a newer version knows: screens show them as that, everything else goes on, and
//! whoever wants something of them is told where it stands.

use serde_json::{Value, json};
use switchboard_contracts::v1;
use switchboard_domain::{Agent, AgentId, AnswersOn, Presence};
use switchboard_realtime::Realtime;
use switchboard_runtime::Rng;

use crate::client::{Client, JSON, PROTO};
use crate::future::Future;
use crate::house::House;
use crate::reducer::Screen;
use crate::sockets::greeted;

fn future(house: &House) -> Future<'_> {
    Future {
        socket: house.redis.socket(),
        prefix: house.settings.key_prefix(),
    }
}

/// They say of themselves what this version does not know; answers what they had said.
async fn on_a_break(future: &Future<'_>, agent: &str) -> Value {
    future
        .set(&format!("agent:{agent}"), "presence", json!("on_a_break"))
        .await
}

#[tokio::test]
async fn new_screens_connect_and_show_the_call_in_no_state() {
    let house = House::start().await;
    let (strange, known) = (house.waiting("CA1").await, house.waiting("CA2").await);
    future(&house).move_on(strange.as_str()).await;
    on_a_break(&future(&house), "bashir").await;
    for protocol in [JSON, PROTO] {
        let mut client = Client::connect_as(&house, "amelia", protocol, None).await;
        client.ask(None).await;
        let (_, screen) = greeted(&mut client).await;
        let live = house.live().await;
        assert_eq!(screen, Screen::of(live.clone(), screen.office.clone()));
        // In the order of arrival, with the caller's number.
        let [first, second] = live.calls.as_slice() else {
            panic!("{live:?}")
        };
        assert_eq!(
            (first.id.as_str(), second.id.as_str()),
            (strange.as_str(), known.as_str())
        );
        assert_eq!(first.state, Some(v1::CallState { state: None }));
        assert_eq!((&first.caller, &first.dialled), (&second.caller, &second.dialled));
        assert!(second.state.as_ref().unwrap().state.is_some());
        let bashir = live.agents.iter().find(|agent| agent.id == "bashir").unwrap();
        assert_eq!(bashir.presence(), v1::Presence::Unspecified);
        assert!(!bashir.name.is_empty());
    }
    // And those that come now, they see change.
    house.act("answer", &known, "amelia").await.ticket();
    let metrics = house.metrics().await;
    assert!(
        metrics.contains("realtime_records_of_newer_versions{what=\"call\"} 1"),
        "{metrics}"
    );
    house.end().await;
}

#[tokio::test]
async fn commands_are_told_so_and_change_nothing() {
    let house = House::start().await;
    let (strange, known) = (house.waiting("CA1").await, house.waiting("CA2").await);
    future(&house).move_on(strange.as_str()).await;
    on_a_break(&future(&house), "bashir").await;
    let record = format!("call:{strange}");
    let before = future(&house).record(&record).await;
    for what in ["answer", "release", "hang-up"] {
        house.act(what, &strange, "amelia").await.is(503, "newer_version");
        house
            .act_keyed(what, &strange, "amelia", "once")
            .await
            .is(503, "newer_version");
    }
    house
        .get(&format!("/calls/{strange}/recording"))
        .await
        .is(503, "newer_version");
    house
        .act("answer", &known, "bashir")
        .await
        .is(503, "newer_version");
    let away = json!({ "presence": "away" });
    house
        .put("/agents/bashir/presence", away)
        .await
        .is(503, "newer_version");
    assert_eq!(future(&house).record(&record).await, before);
    // What happened so far can be read.
    let history = house.get(&format!("/calls/{strange}/history")).await;
    assert_eq!(history.status, 200);
    house.end().await;
}

#[tokio::test]
async fn a_process_starts_and_lets_agents_in_whom_it_cannot_read() {
    let house = House::start().await;
    // Amelia is in the settings; the visitor is not.
    let visitor = AgentId::new("visitor").unwrap();
    let agent = Agent {
        id: visitor.clone(),
        name: "A visitor".to_owned(),
        answers_on: AnswersOn::Browser,
        presence: Presence::Away,
        engaged: None,
    };
    let made = house.store.update_agent(&visitor, |_| Some(agent.clone())).await;
    made.unwrap();
    for agent in ["amelia", "visitor"] {
        on_a_break(&future(&house), agent).await;
        house.ticket_of(agent).await;
    }
    let other = Realtime::new(&house.settings, house.store.clone(), Rng::from_seed(2)).unwrap();
    other.introduce_agents().await.unwrap();
    house.end().await;
}
