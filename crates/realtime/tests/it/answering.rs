//! Answer: one winner, and the others are told who.

use std::time::Duration;

use futures::future::join_all;
use serde_json::json;
use switchboard_domain::{Command, LegId, PhoneNumber, State};

use crate::house::House;

#[tokio::test]
async fn of_agents_who_answer_at_once_one_wins_and_the_others_are_told_who() {
    let house = House::start().await;
    let agents = ["amelia", "bashir", "carys"];
    for round in 0..8 {
        let call = house.waiting(&format!("CA{round}")).await;
        let replies = join_all(agents.map(|agent| house.act("answer", &call, agent))).await;
        let winners: Vec<_> = (0..3).filter(|i| replies[*i].status == 200).collect();
        assert_eq!(winners.len(), 1, "{replies:?}");
        let winner = agents[winners[0]];
        let ticket = replies[winners[0]].ticket();

        let stored = house.call(&call).await;
        let State::Claimed { claim, until, .. } = &stored.state else {
            panic!("{stored:?}")
        };
        assert_eq!((claim.agent.as_str(), &claim.token), (winner, &ticket.token));
        let expected = json!({
            "result": "yours", "ticket": format!("{call}~1~{}", claim.token), "claim": 1,
            "conference": format!("{call}-1"), "untilMs": until.as_millis(), "on": "browser",
        });
        assert_eq!(replies[winners[0]].body, expected);

        let name = &house
            .settings
            .agents
            .iter()
            .find(|agent| agent.id == winner)
            .unwrap()
            .name;
        for loser in (0..3).filter(|i| *i != winners[0]) {
            replies[loser].is(409, "taken");
            assert_eq!(
                replies[loser].body["by"],
                json!({ "agentId": winner, "name": name })
            );
            assert_eq!(
                replies[loser].body["detail"],
                format!("{name} has taken the call")
            );
            assert!(!replies[loser].body.to_string().contains(&claim.token));
        }
        house.act("release", &call, winner).await.is(200, "released");
    }
    house.end().await;
}

#[tokio::test]
async fn an_agent_who_answers_two_calls_at_once_has_exactly_one() {
    let house = House::start().await;
    for round in 0..8 {
        let calls = [
            house.waiting(&format!("CA{round}a")).await,
            house.waiting(&format!("CA{round}b")).await,
        ];
        let replies = join_all(calls.iter().map(|call| house.act("answer", call, "amelia"))).await;
        let won: Vec<_> = (0..2).filter(|i| replies[*i].status == 200).collect();
        assert_eq!(won.len(), 1, "{replies:?}");
        let other = &replies[1 - won[0]];
        other.is(409, "engaged");
        assert_eq!(other.body["callId"], calls[won[0]].as_str());
        assert_eq!(house.call(&calls[1 - won[0]]).await.state.name(), "queued");
        house
            .act("release", &calls[won[0]], "amelia")
            .await
            .is(200, "released");
    }
    house.end().await;
}

#[tokio::test]
async fn the_winner_who_asks_again_gets_the_same_ticket_until_the_end() {
    let house = House::start().await;
    let call = house.waiting("CA1").await;
    let first = house.act("answer", &call, "amelia").await;
    assert_eq!(house.act("answer", &call, "amelia").await.body, first.body);

    let call = house.talking("CA2", "bashir").await;
    let again = house.act("answer", &call, "bashir").await;
    assert_eq!(again.ticket().claim, 1);
    assert_eq!(again.body.get("untilMs"), None);
    let loser = house.act("answer", &call, "carys").await;
    loser.is(409, "taken");
    assert_eq!(loser.body["by"]["agentId"], "bashir");
    house.end().await;
}

#[tokio::test]
async fn an_agent_with_a_phone_is_told_that_it_will_ring() {
    let house = House::start().await;
    let call = house.waiting("CA1").await;
    let reply = house.act("answer", &call, "dylan").await;
    assert_eq!(reply.body["on"], "phone");
    assert!(!reply.body.to_string().contains("+44"), "{reply:?}");
    house.end().await;
}

#[tokio::test]
async fn a_call_that_an_office_phone_has_is_taken_by_that_phone() {
    let house = House::start().await;
    let call = house.waiting("CA1").await;
    let phone = &house.settings.office.phones[0];
    let number = PhoneNumber::parse(phone.number.as_str()).unwrap();
    house
        .store
        .advance_clock(house.policy.unanswered_after + Duration::from_secs(1))
        .await
        .unwrap();
    house.step(&call, Command::CheckUnanswered { entry: 1 }).await;
    let leg = LegId::new("CAoffice").unwrap();
    house
        .step(
            &call,
            Command::OfficeAccepted {
                phone: Some(number.clone()),
                leg,
                round: 0,
            },
        )
        .await;

    let reply = house.act("answer", &call, "amelia").await;
    reply.is(409, "taken");
    assert_eq!(reply.body["by"], json!({ "office": phone.name }));
    assert!(!reply.body.to_string().contains(number.as_str()), "{reply:?}");
    house.act("hang-up", &call, "amelia").await.is(409, "not_yours");
    house.end().await;
}

#[tokio::test]
async fn a_call_that_cannot_be_answered_says_why() {
    let house = House::start().await;
    let greeted = house.ringing("CA1").await;
    house
        .act("answer", &greeted, "amelia")
        .await
        .is(409, "not_waiting");

    let waiting = house.waiting("CA2").await;
    house
        .put("/agents/amelia/presence", json!({ "presence": "away" }))
        .await;
    house
        .act("answer", &waiting, "amelia")
        .await
        .is(409, "unavailable");
    house
        .act("answer", &waiting, "zoe")
        .await
        .is(404, "no_such_agent");
    house
        .post("/calls/CA3/answer", json!({ "agentId": "bashir" }))
        .await
        .is(404, "no_such_call");
    house
        .post("/calls/a%7Db/answer", json!({ "agentId": "bashir" }))
        .await
        .is(404, "no_such_call");

    house.step(&waiting, Command::CallerGone).await;
    house.act("answer", &waiting, "bashir").await.is(410, "ended");
    house.end().await;
}
