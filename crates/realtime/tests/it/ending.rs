//! Giving back and hanging up.

use serde_json::json;

use crate::house::House;

#[tokio::test]
async fn a_released_call_waits_again_in_its_place_and_the_next_claim_is_another_one() {
    let house = House::start().await;
    let call = house.waiting("CA1").await;
    let first = house.act("answer", &call, "amelia").await.ticket();
    house.act("release", &call, "bashir").await.is(409, "not_yours");
    house.act("release", &call, "amelia").await.is(200, "released");
    assert_eq!(house.call(&call).await.state.name(), "queued");
    house.act("release", &call, "amelia").await.is(200, "released");

    let second = house.act("answer", &call, "bashir").await.ticket();
    assert_eq!(second.claim, 2);
    assert_ne!(second.token, first.token);
    // News of the first claim changes nothing about the second, whoever sends it.
    let stale = json!({ "agentId": "bashir", "claim": 1 });
    house.post("/calls/CA1/release", stale).await.is(200, "released");
    assert_eq!(house.call(&call).await.holder().unwrap().as_str(), "bashir");
    let meant = json!({ "agentId": "bashir", "claim": 2 });
    house.post("/calls/CA1/release", meant).await.is(200, "released");
    assert_eq!(house.call(&call).await.holder(), None);
    house
        .post("/calls/CA9/release", json!({ "agentId": "amelia" }))
        .await
        .is(404, "no_such_call");
    house.act("release", &call, "zoe").await.is(404, "no_such_agent");
    house.end().await;
}

#[tokio::test]
async fn only_the_agent_who_talks_can_hang_up_and_then_it_is_over() {
    let house = House::start().await;
    let call = house.talking("CA1", "amelia").await;
    house.act("hang-up", &call, "bashir").await.is(409, "not_yours");
    house.act("release", &call, "amelia").await.is(409, "talking");
    assert_eq!(house.call(&call).await.state.name(), "talking");

    house.act("hang-up", &call, "amelia").await.is(200, "ended");
    house.act("hang-up", &call, "amelia").await.is(200, "ended");
    house.act("release", &call, "amelia").await.is(200, "released");
    for agent in ["amelia", "bashir"] {
        house.act("answer", &call, agent).await.is(410, "ended");
    }
    // They are free for the next call.
    let next = house.waiting("CA2").await;
    house.act("answer", &next, "amelia").await.is(200, "yours");
    house.end().await;
}

#[tokio::test]
async fn a_caller_who_was_not_spoken_to_is_not_cut_off() {
    let house = House::start().await;
    let call = house.waiting("CA1").await;
    house.act("answer", &call, "amelia").await.is(200, "yours");
    house.act("hang-up", &call, "amelia").await.is(200, "released");
    assert_eq!(house.call(&call).await.state.name(), "queued");
    house.end().await;
}

/// What an agent's page tells when the softphone, a headset's key or the SDK ended the agent's line on purpose.
#[tokio::test]
async fn a_softphone_that_was_hung_up_ends_the_call_before_and_after_the_carrier_tells_of_it() {
    let house = House::start().await;
    for (call, told_first) in [("CA1", true), ("CA2", false)] {
        let call = house.talking(call, "amelia").await;
        let claim = house.call(&call).await.state.claim().unwrap().clone();
        let leg = claim.leg.clone().unwrap();
        let path = format!("/calls/{call}/hang-up");
        let told = |claim: u32, leg: &str| json!({ "agentId": "amelia", "claim": claim, "leg": leg });
        // Of an earlier claim, and of another page's line.
        house
            .post(&path, told(claim.number + 1, leg.as_str()))
            .await
            .is(200, "released");
        house
            .post(&path, told(claim.number, "CAother"))
            .await
            .is(200, "kept");
        assert_eq!(house.call(&call).await.state.name(), "talking");
        let left = switchboard_domain::Command::AgentLeft {
            claim: claim.number,
            leg: leg.clone(),
        };
        if !told_first {
            house.step(&call, left.clone()).await;
            assert_eq!(house.call(&call).await.state.name(), "talking");
        }
        house
            .post(&path, told(claim.number, leg.as_str()))
            .await
            .is(200, "ended");
        house
            .post(&path, told(claim.number, leg.as_str()))
            .await
            .is(200, "ended");
        house.step(&call, left).await;
        assert_eq!(house.call(&call).await.state.name(), "ended");
    }
    house.end().await;
}

#[tokio::test]
async fn a_line_of_which_nobody_says_that_it_was_hung_up_brings_the_caller_to_the_front() {
    let house = House::start().await;
    let call = house.talking("CA1", "amelia").await;
    let claim = house.call(&call).await.state.claim().unwrap().clone();
    let left = switchboard_domain::Command::AgentLeft {
        claim: claim.number,
        leg: claim.leg.clone().unwrap(),
    };
    house.step(&call, left).await;
    house
        .step(
            &call,
            switchboard_domain::Command::AgentLost { claim: claim.number },
        )
        .await;
    assert!(house.call(&call).await.state.waiting().unwrap().front);
    let late = json!({ "agentId": "amelia", "claim": claim.number, "leg": claim.leg.unwrap() });
    house.post("/calls/CA1/hang-up", late).await.is(200, "released");
    assert_eq!(house.call(&call).await.state.name(), "queued");
    house.end().await;
}
