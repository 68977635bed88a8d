//! Who is believed: only what is signed, exactly as it was signed.

use crate::house::{House, always};
use crate::line::{ACCOUNT, Line, sid, target};

/// Sends it and finds that nothing came of it.
async fn refused(house: &House, target: &str, body: &[u8], signature: Option<&str>) {
    let before = house.digest().await;
    let reply = house.door.send(target, body, signature).await;
    assert_eq!((reply.status, reply.body.as_str()), (403, ""), "{target}");
    assert_eq!(before, house.digest().await);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_signed_or_was_altered_is_refused_and_changes_nothing() {
    let house = House::open().await;
    let line = Line::caller(1);
    let incoming = target("incoming");
    let body = line.body(&[]);
    let good = house.door.signature(&incoming, &body);
    let altered = line.body(&[("From", "+442071838751")]);
    let added = line.body(&[("Digits", "1")]);
    let mut forged = good.clone();
    forged.replace_range(..1, if good.starts_with('A') { "B" } else { "A" });
    for signature in [None, Some(""), Some("x"), Some(forged.as_str()), Some("ä")] {
        refused(&house, &incoming, &body, signature).await;
    }
    for body in [&altered, &added, &Vec::new()] {
        refused(&house, &incoming, body, Some(&good)).await;
    }
    refused(&house, &target("incoming?"), &body, Some(&good)).await;
    refused(&house, &target("status"), &body, Some(&good)).await;
    assert_eq!(house.find(&line.sid).await, None);

    // One byte of the query.
    let menu = target("menu?attempt=0");
    let body = line.body(&[("Digits", "1")]);
    let good = house.door.signature(&menu, &body);
    for other in ["menu?attempt=1", "menu?attempt=0&", "menu?Attempt=0", "menu"] {
        refused(&house, &target(other), &body, Some(&good)).await;
    }
    assert_eq!(house.door.send(&menu, &body, Some(&good)).await.status, 200);
    house.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_signed_with_another_token_is_refused() {
    let house = House::open().await;
    let other = House::open().await;
    let (target, body) = (target("incoming"), Line::caller(1).body(&[]));
    refused(
        &house,
        &target,
        &body,
        Some(&other.door.signature(&target, &body)),
    )
    .await;
    other.close().await;
    house.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn addresses_that_do_not_exist_are_not_found_and_need_a_signature_like_all_others() {
    let house = House::open().await;
    let body = Line::caller(1).body(&[]);
    for at in [
        "",
        "nothing",
        "office",
        "office/",
        "incoming/",
        "Incoming",
        "..%2fincoming",
        "media",
    ] {
        assert_eq!(house.door.post(&target(at), &body).await.status, 404, "{at}");
        refused(&house, &target(at), &body, None).await;
    }
    assert_eq!(house.door.post("/", &body).await.status, 404);
    assert_eq!(house.door.post("/twilio/sms/incoming", &body).await.status, 404);
    house.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_that_names_no_call_or_account_is_bad_and_changes_nothing() {
    let house = House::open().await;
    let empty = house.digest().await;
    let call = sid("CA", 1);
    for at in [
        "incoming",
        "menu",
        "wait",
        "left-queue",
        "resume",
        "office/ring",
        "office/screen",
        "office/accept",
        "office/ended",
        "agent/connect",
        "voicemail",
        "recorded",
        "recorded?notice=1",
        "status",
        "status?claim=1",
        "fallback",
        "conference",
    ] {
        let bodies = [
            format!("CallSid={call}"),
            format!("CallSid={call}&AccountSid="),
            format!("CallSid={call}&AccountSid=AC12"),
            format!("CallSid=CA12&AccountSid={ACCOUNT}"),
            format!("AccountSid={ACCOUNT}&CallSid={call}x"),
        ];
        for body in bodies {
            let reply = house.door.post(&target(at), body.as_bytes()).await;
            assert_eq!(reply.status, 400, "{at} {body}");
        }
        // News of a conference need not be about a line.
        let reply = house
            .door
            .post(&target(at), format!("AccountSid={ACCOUNT}").as_bytes())
            .await;
        assert_eq!(reply.status, if at == "conference" { 204 } else { 400 }, "{at}");
    }
    assert_eq!(house.digest().await, empty);
    house.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn requests_may_come_as_get_too() {
    let house = House::with(always()).await;
    let line = Line::caller(1);
    let query = String::from_utf8(line.body(&[])).unwrap();
    let reply = house
        .door
        .get_signed(&format!("{}?{query}", target("incoming")))
        .await;
    assert_eq!(reply.status, 200);
    assert!(reply.body.contains("<Gather"), "{}", reply.body);
    assert_eq!(house.state(&line.sid).await, "greeting");
    house.close().await;
}
