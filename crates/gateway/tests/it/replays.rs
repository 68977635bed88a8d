//! Captured requests: their signatures are good for ever, so they are told by what they say.

use switchboard_domain::Call;

use crate::house::{House, always};
use crate::line::{ACCOUNT, Line, sid, target};

#[tokio::test(flavor = "multi_thread")]
async fn an_old_request_makes_no_ghost_of_a_call_that_ended() {
    let house = House::open().await;
    let mut line = Line::caller(1);
    line.ask(&house, "incoming", &[("CallStatus", "ringing")]).await;
    line.tell(&house, "status", &[("CallStatus", "completed")]).await;
    assert!(house.find(&line.sid).await.as_ref().is_some_and(Call::is_ended));
    house.forget(&line.sid).await;

    let before = house.digest().await;
    for at in [
        "incoming",
        "resume",
        "menu?attempt=0",
        "wait?queue=support",
        "fallback",
        "office/ring",
    ] {
        let body = line.body(&[("CallStatus", "ringing")]);
        let reply = house.door.post(&target(at), &body).await;
        assert_eq!(reply.status, 200);
        assert!(reply.body.contains("<Hangup"), "{at}: {}", reply.body);
    }
    assert_eq!(house.find(&line.sid).await, None);
    assert_eq!(before, house.digest().await, "nothing was written");

    let mut other = Line::caller(2);
    other.ask(&house, "incoming", &[]).await;
    assert_eq!(house.state(&other.sid).await, "greeting", "others are taken");
    house.close().await;
}

/// A signature has no separators: what was signed as a query and a form is signed as other queries and forms too.
#[tokio::test(flavor = "multi_thread")]
async fn fields_whose_borders_were_moved_are_refused_although_the_signature_fits() {
    let house = House::open().await;
    let (call, parent) = (sid("CA", 1), sid("CA", 2));
    let form = format!(
        "AccountSid={ACCOUNT}&ApiVersion=2010-04-01&CallSid={call}&Direction=inbound&From=%2B447700900123\
         &ParentCallSid={parent}&To=%2B442079460000"
    );
    let signature = house
        .door
        .signature(&target("resume?after=conference&claim=1"), form.as_bytes());
    // The query became the name of a field, so another address was signed.
    let moved = format!("%3Fafter%3Dconference%26claim%3D1=&{form}");
    assert_eq!(
        signature,
        house.door.signature(&target("resume"), moved.as_bytes())
    );
    let before = house.digest().await;
    let reply = house
        .door
        .send(&target("resume"), moved.as_bytes(), Some(&signature))
        .await;
    assert_eq!(reply.status, 403);
    assert_eq!(before, house.digest().await);
    house.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_border_that_was_moved_within_the_form_makes_no_call_of_another_id() {
    let house = House::open().await;
    let (call, parent) = (sid("CA", 1), sid("CA", 2));
    // In the order of names, as they are signed: the end of one field and the name of the next stand together.
    let signed = format!(
        "AccountSid={ACCOUNT}&ApiVersion=2010-04-01&CallSid={call}&ParentCallSid={parent}&To=%2B442079460000"
    );
    let moved = format!(
        "AccountSid={ACCOUNT}&ApiVersion=2010-04-01CallSid{call}Parent&CallSid={parent}&To=%2B442079460000"
    );
    let at = target("incoming");
    let signature = house.door.signature(&at, signed.as_bytes());
    assert_eq!(
        signature,
        house.door.signature(&at, moved.as_bytes()),
        "one text is signed"
    );
    assert_eq!(
        house
            .door
            .send(&at, moved.as_bytes(), Some(&signature))
            .await
            .status,
        403
    );
    assert_eq!(house.find(&parent).await, None);
    house.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn requests_about_another_account_are_refused() {
    let house = House::with(always()).await;
    let form = format!(
        "CallSid={}&AccountSid={}&From=%2B447700900123&To=%2B442079460000",
        sid("CA", 1),
        sid("AC", 7)
    );
    let reply = house.door.post(&target("incoming"), form.as_bytes()).await;
    assert_eq!(reply.status, 403);
    assert_eq!(house.find(&sid("CA", 1)).await, None);
    house.close().await;
}
