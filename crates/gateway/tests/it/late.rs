//! Everything that was ever asked of a call is asked again at every later state of it, and nothing breaks.

use std::time::Duration;

use crate::agents::conference;
use crate::house::House;
use crate::line::{Line, attribute, check_document, sid};
use crate::office::{ended, pick_up};
use crate::queue::{in_queue, left};

/// All requests of one call so far, whichever line made them.
#[derive(Default)]
struct Past(Vec<(String, Vec<u8>)>);

impl Past {
    fn keep(&mut self, line: &mut Line) {
        self.0.append(&mut line.sent);
    }

    /// Asks all of it again: every answer is good, and what was promised to the caller stays.
    async fn again(&self, house: &House, call: &str, expected: &str) {
        assert_eq!(house.state(call).await, expected);
        let before = house.call(call).await;
        for (target, body) in &self.0 {
            let reply = house.door.post(target, body).await;
            if reply.status != 204 {
                check_document(reply.status, &reply.content_type, &reply.body);
            }
            let now = house.call(call).await;
            assert_eq!(now.state.name(), expected, "after a late {target}");
            assert_eq!(now.claims, before.claims, "after a late {target}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn late_requests_do_not_disturb_a_call_that_an_agent_answers() {
    let house = House::open().await;
    house.agent("amelia", None).await;
    let (mut line, mut past) = (Line::caller(1), Past::default());
    let id = line.sid.clone();
    let menu = line.ask(&house, "incoming", &[]).await;
    past.keep(&mut line);
    past.again(&house, &id, "greeting").await;
    let menu = line.ask(&house, &attribute(&menu, "action"), &[]).await;
    past.keep(&mut line);
    past.again(&house, &id, "greeting").await;
    let enqueue = line
        .ask(&house, &attribute(&menu, "action"), &[("Digits", "1")])
        .await;
    past.keep(&mut line);
    past.again(&house, &id, "queued").await;
    let (wait, left_queue) = (attribute(&enqueue, "waitUrl"), attribute(&enqueue, "action"));
    line.ask(&house, &wait, &in_queue("0")).await;
    for round in 1..=2 {
        let ticket = house.answer(&id, "amelia").await.to_string();
        past.keep(&mut line);
        past.again(&house, &id, "claimed").await;
        let mut browser = Line::browser(10 + round, "amelia");
        let document = browser.ask(&house, "agent/connect", &[("claim", &ticket)]).await;
        past.keep(&mut browser);
        past.again(&house, &id, "claimed").await;
        let callback = attribute(&document, "statusCallback");
        let cf = sid("CF", round);
        let joined = [
            ("StatusCallbackEvent", "participant-join"),
            ("ConferenceSid", cf.as_str()),
            ("ParticipantLabel", "agent"),
        ];
        browser.tell(&house, &callback, &joined).await;
        past.keep(&mut browser);
        past.again(&house, &id, "connecting").await;
        line.ask(&house, &wait, &in_queue("20")).await;
        let document = line.ask(&house, &left_queue, &left("leave")).await;
        conference(&house, &callback, "participant-join", &id, "caller").await;
        past.keep(&mut line);
        past.again(&house, &id, "talking").await;
        if round == 1 {
            // The tab dies; the conference ends with nobody else in it.
            let gone = [
                ("StatusCallbackEvent", "participant-leave"),
                ("ConferenceSid", cf.as_str()),
                ("ParticipantLabel", "agent"),
            ];
            browser.tell(&house, &callback, &gone).await;
            past.keep(&mut browser);
            past.again(&house, &id, "talking").await;
            line.ask(&house, &attribute(&document, "action"), &[]).await;
            past.keep(&mut line);
            past.again(&house, &id, "queued").await;
        }
    }
    line.tell(&house, "status", &[("CallStatus", "completed")]).await;
    past.keep(&mut line);
    past.again(&house, &id, "ended").await;
    house.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn late_requests_do_not_disturb_a_call_that_rings_the_office() {
    let house = House::open().await;
    let (mut line, mut past) = (Line::caller(1), Past::default());
    let id = line.sid.clone();
    let menu = line.ask(&house, "incoming", &[]).await;
    let mut enqueue = line
        .ask(&house, &attribute(&menu, "action"), &[("Digits", "2")])
        .await;
    for round in 0..2 {
        let (wait, left_queue) = (attribute(&enqueue, "waitUrl"), attribute(&enqueue, "action"));
        line.ask(&house, &wait, &in_queue("0")).await;
        past.keep(&mut line);
        past.again(&house, &id, "queued").await;
        house.advance(Duration::from_secs(181)).await;
        line.ask(&house, &wait, &in_queue("181")).await;
        past.keep(&mut line);
        past.again(&house, &id, "ringing_office").await;
        let ring = line.ask(&house, &left_queue, &left("leave")).await;
        let (mut mailbox, screen) = pick_up(&house, &line, &ring, 0).await;
        mailbox
            .ask(&house, &attribute(&screen, "action"), &[("Digits", "7")])
            .await;
        past.keep(&mut mailbox);
        past.keep(&mut line);
        past.again(&house, &id, "ringing_office").await;
        let again = line
            .ask(
                &house,
                &attribute(&ring, "action"),
                &ended("completed", "false", ""),
            )
            .await;
        past.keep(&mut line);
        past.again(&house, &id, "ringing_office").await;
        enqueue = line
            .ask(&house, &attribute(&again, "action"), &ended("busy", "false", ""))
            .await;
        past.keep(&mut line);
        past.again(&house, &id, ["queued", "voicemail"][round]).await;
    }
    let recording = sid("RE", 1);
    let message = [("RecordingSid", recording.as_str()), ("RecordingDuration", "5")];
    line.ask(&house, &attribute(&enqueue, "action"), &message).await;
    line.tell(&house, &attribute(&enqueue, "recordingStatusCallback"), &message)
        .await;
    past.keep(&mut line);
    past.again(&house, &id, "ended").await;
    line.tell(&house, "status", &[("CallStatus", "completed")]).await;
    past.keep(&mut line);
    past.again(&house, &id, "ended").await;
    house.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn late_requests_do_not_disturb_a_talk_through_an_office_phone() {
    let house = House::open().await;
    let (mut line, ring) = crate::office::ringing(&house, 1).await;
    let id = line.sid.clone();
    let mut past = Past::default();
    let (mut phone, screen) = pick_up(&house, &line, &ring, 0).await;
    phone
        .ask(&house, &attribute(&screen, "action"), &[("Digits", "1")])
        .await;
    past.keep(&mut line);
    past.keep(&mut phone);
    past.again(&house, &id, "talking").await;
    let leg = phone.sid.clone();
    line.ask(
        &house,
        &attribute(&ring, "action"),
        &ended("completed", "true", &leg),
    )
    .await;
    past.keep(&mut line);
    past.again(&house, &id, "ended").await;
    house.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_late_key_for_a_ring_that_is_over_heals_by_itself() {
    let house = House::open().await;
    let (mut line, ring) = crate::office::ringing(&house, 1).await;
    let (mut phone, screen) = pick_up(&house, &line, &ring, 0).await;
    let accept = attribute(&screen, "action");
    phone.ask(&house, &accept, &[("Digits", "1")]).await;
    // Pressed, but the lines never met: the others ring, and then the caller waits again.
    let leg = phone.sid.clone();
    let others = line
        .ask(
            &house,
            &attribute(&ring, "action"),
            &ended("completed", "false", &leg),
        )
        .await;
    assert_eq!(house.state(&line.sid).await, "ringing_office");
    let enqueue = line
        .ask(
            &house,
            &attribute(&others, "action"),
            &ended("no-answer", "false", ""),
        )
        .await;
    assert_eq!(house.state(&line.sid).await, "queued");
    phone.ask(&house, &accept, &[("Digits", "1")]).await;
    // Whatever that did: the line that still waits is soon back among those who do.
    let (wait, left_queue) = (attribute(&enqueue, "waitUrl"), attribute(&enqueue, "action"));
    let mut document = line.ask(&house, &wait, &in_queue("20")).await;
    if document.contains("<Leave") {
        document = line.ask(&house, &left_queue, &left("leave")).await;
    }
    for _ in 0..5 {
        if !document.contains("<Redirect") {
            break;
        }
        house.advance(Duration::from_secs(1)).await;
        document = line.ask(&house, "resume", &[]).await;
    }
    assert_eq!(house.state(&line.sid).await, "queued");
    house.close().await;
}
