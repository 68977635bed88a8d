//! The same request sent again: done once.

use serde_json::json;

use crate::house::House;

#[tokio::test]
async fn a_repeated_request_does_not_touch_what_came_after_it() {
    let house = House::start().await;
    let call = house.waiting("CA1").await;
    let first = house.act_keyed("answer", &call, "amelia", "a1").await;
    assert_eq!(
        house.act_keyed("answer", &call, "amelia", "a1").await.body,
        first.body
    );

    house
        .act_keyed("release", &call, "amelia", "r1")
        .await
        .is(200, "released");
    // The answer that is repeated now was given back: it must not take the call again.
    house
        .act_keyed("answer", &call, "amelia", "a1")
        .await
        .is(409, "lapsed");
    assert_eq!(house.call(&call).await.holder(), None);
    // Another agent's same key is another request.
    house
        .act_keyed("answer", &call, "bashir", "a1")
        .await
        .is(200, "yours");
    let late = house.act_keyed("answer", &call, "amelia", "a1").await;
    late.is(409, "taken");
    assert_eq!(late.body["by"]["agentId"], "bashir");
    house
        .act_keyed("hang-up", &call, "bashir", "h1")
        .await
        .is(200, "released");
    house
        .act_keyed("hang-up", &call, "bashir", "h1")
        .await
        .is(200, "released");

    // The release that is repeated now was of an earlier claim.
    let again = house.act_keyed("answer", &call, "amelia", "a2").await.ticket();
    assert_eq!(again.claim, 3);
    house
        .act_keyed("release", &call, "amelia", "r1")
        .await
        .is(200, "released");
    assert_eq!(house.call(&call).await.holder().unwrap().as_str(), "amelia");
    house.end().await;
}

#[tokio::test]
async fn the_same_answer_many_times_at_once_is_one_claim() {
    let house = House::start().await;
    let call = house.waiting("CA1").await;
    let before = house.store.history(&call).await.unwrap().len();
    let repeats = (0..10).map(|_| house.act_keyed("answer", &call, "amelia", "same"));
    let replies = futures::future::join_all(repeats).await;
    for reply in &replies {
        assert_eq!(reply.body, replies[0].body);
    }
    replies[0].is(200, "yours");
    assert_eq!(house.store.history(&call).await.unwrap().len(), before + 1);
    house.end().await;
}

#[tokio::test]
async fn a_key_that_is_none_is_refused() {
    let house = House::start().await;
    let call = house.waiting("CA1").await;
    for bad in ["", "two words", &"k".repeat(129)] {
        let reply = house.act_keyed("answer", &call, "amelia", bad).await;
        reply.is(400, "faults");
        assert_eq!(reply.body["faults"][0]["field"], "Idempotency-Key");
    }
    assert_eq!(house.call(&call).await.holder(), None);
    let body = json!({ "agentId": "amelia" });
    let path = format!("/calls/{call}/answer");
    let twice = house
        .send(reqwest::Method::POST, &path, |request| {
            request
                .json(&body)
                .header("Idempotency-Key", "one")
                .header("Idempotency-Key", "two")
        })
        .await;
    twice.is(400, "faults");
    house.end().await;
}
