//! Ringing the office: the dial, the phones that are picked up, and what follows.

use std::time::Duration;

use switchboard_domain::{EndReason, Party, State};

use crate::house::{House, always, phones};
use crate::line::{Line, attribute, dialled};
use crate::queue::{in_queue, left, waiting};

/// A caller whose time in the queue is over, and the document that rings the office.
pub(crate) async fn ringing(house: &House, number: u32) -> (Line, String) {
    let (mut line, wait, left_queue) = waiting(house, number).await;
    house.advance(Duration::from_secs(181)).await;
    line.ask(house, &wait, &in_queue("181")).await;
    let ring = line.ask(house, &left_queue, &left("leave")).await;
    line.record.clear();
    (line, ring)
}

/// An office phone that is picked up: its line and the document it hears.
pub(crate) async fn pick_up(house: &House, caller: &Line, ring: &str, which: usize) -> (Line, String) {
    let (phone, url) = dialled(ring)[which].clone();
    let number =
        u32::from_str_radix(&caller.sid[26..], 16).unwrap() * 100 + 10 + u32::try_from(which).unwrap();
    let mut line = Line::office(number, caller, &phone);
    let screen = line.ask(house, &url, &[]).await;
    (line, screen)
}

pub(crate) fn ended<'a>(status: &'a str, bridged: &'a str, leg: &'a str) -> [(&'a str, &'a str); 3] {
    [
        ("DialCallStatus", status),
        ("DialBridged", bridged),
        ("DialCallSid", leg),
    ]
}

#[tokio::test(flavor = "multi_thread")]
async fn somebody_at_an_office_phone_presses_the_key_and_talks() {
    let house = House::open().await;
    let (mut line, ring) = ringing(&house, 1).await;
    let (mut phone, screen) = pick_up(&house, &line, &ring, 1).await;
    let through = phone
        .ask(&house, &attribute(&screen, "action"), &[("Digits", "1")])
        .await;
    assert!(
        through.ends_with("<Response />") || through.ends_with("<Response></Response>"),
        "{through}"
    );
    let call = house.call(&line.sid).await;
    let State::Talking(talk) = call.state else {
        panic!("{call:?}")
    };
    let Party::Office {
        phone: Some(number),
        leg: Some(leg),
    } = talk.with
    else {
        panic!("{talk:?}")
    };
    assert_eq!(
        (number.as_str(), leg.as_str()),
        ("+441632960012", phone.sid.as_str())
    );
    // The line that is dialled asks nothing while it talks; a request all the same is not sent away.
    line.ask(&house, "resume", &[]).await;
    line.ask(
        &house,
        &attribute(&ring, "action"),
        &ended("completed", "true", &phone.sid),
    )
    .await;
    let State::Ended { reason, .. } = house.call(&line.sid).await.state else {
        panic!()
    };
    assert_eq!(reason, EndReason::Completed);
    insta::assert_snapshot!(format!("{}{}", phone.record, line.record));
    house.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_wrong_key_or_none_does_not_take_the_call() {
    let house = House::open().await;
    let (line, ring) = ringing(&house, 1).await;
    let (mut phone, screen) = pick_up(&house, &line, &ring, 0).await;
    let action = attribute(&screen, "action");
    for digits in ["2", "", "21", "#", "hello"] {
        let document = phone.ask(&house, &action, &[("Digits", digits)]).await;
        assert!(document.contains("<Hangup"), "{digits}: {document}");
    }
    phone.ask(&house, &action, &[]).await;
    assert_eq!(house.state(&line.sid).await, "ringing_office");
    house.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn two_phones_accept_at_once_and_one_has_the_call() {
    let house = House::open().await;
    for number in 1..=10 {
        let (mut line, ring) = ringing(&house, number).await;
        let mut phones = Vec::new();
        for which in 0..3 {
            phones.push(pick_up(&house, &line, &ring, which).await);
        }
        let accepts = phones.iter_mut().map(|(phone, screen)| {
            let action = attribute(screen, "action");
            phone.ask_once_owned(&house, action, vec![("Digits", "1")])
        });
        let answers = futures::future::join_all(accepts).await;
        let won: Vec<_> = answers.iter().map(|answer| !answer.contains("<Hangup")).collect();
        assert_eq!(won.iter().filter(|won| **won).count(), 1, "{answers:?}");
        let State::Talking(talk) = house.call(&line.sid).await.state else {
            panic!()
        };
        let Party::Office { leg: Some(leg), .. } = talk.with else {
            panic!()
        };
        let winner = won.iter().position(|won| *won).unwrap();
        assert_eq!(leg.as_str(), phones[winner].0.sid);
        // Whoever picks up now hears that it is too late.
        let (_, late) = pick_up(&house, &line, &ring, (winner + 1) % 3).await;
        assert!(late.contains("already been taken"), "{late}");
        line.tell(&house, "status", &[("CallStatus", "completed")]).await;
    }
    house.close().await;
}

/// A phone rings again for the next caller only when whoever picked it up has put it down.
#[tokio::test(flavor = "multi_thread")]
async fn a_phone_at_which_somebody_talks_is_left_out() {
    let house = House::open().await;
    let numbers = |ring: &str| {
        dialled(ring)
            .into_iter()
            .map(|(number, _)| number)
            .collect::<Vec<_>>()
    };
    let (mut first, ring) = ringing(&house, 1).await;
    let all = numbers(&ring);
    let (mut phone, screen) = pick_up(&house, &first, &ring, 1).await;
    phone
        .ask(&house, &attribute(&screen, "action"), &[("Digits", "1")])
        .await;
    let (_, ring) = ringing(&house, 2).await;
    assert_eq!(numbers(&ring), [all[0].clone(), all[2].clone()]);
    first.tell(&house, "status", &[("CallStatus", "completed")]).await;
    let (_, ring) = ringing(&house, 3).await;
    assert_eq!(numbers(&ring), all);
    house.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_comes_and_after_two_rounds_a_message_is_taken() {
    let house = House::open().await;
    let (mut line, ring) = ringing(&house, 1).await;
    let enqueue = line
        .ask(
            &house,
            &attribute(&ring, "action"),
            &ended("no-answer", "false", ""),
        )
        .await;
    assert_eq!(house.state(&line.sid).await, "queued");
    line.ask(&house, &attribute(&enqueue, "waitUrl"), &in_queue("1"))
        .await;
    house.advance(Duration::from_secs(61)).await;
    line.ask(&house, &attribute(&enqueue, "waitUrl"), &in_queue("61"))
        .await;
    let ring = line
        .ask(&house, &attribute(&enqueue, "action"), &left("leave"))
        .await;
    line.ask(&house, &attribute(&ring, "action"), &ended("busy", "false", ""))
        .await;
    assert_eq!(house.state(&line.sid).await, "voicemail");
    insta::assert_snapshot!(line.record);
    house.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn phones_whose_mailbox_answers_are_left_out_of_a_second_ring() {
    let house = House::open().await;
    let (mut line, ring) = ringing(&house, 1).await;
    pick_up(&house, &line, &ring, 0).await;
    pick_up(&house, &line, &ring, 2).await;
    // Answered, hung up in the screening, never connected: no answer, whatever the status says.
    let again = line
        .ask(
            &house,
            &attribute(&ring, "action"),
            &ended("completed", "false", ""),
        )
        .await;
    let numbers: Vec<_> = dialled(&again).into_iter().map(|(number, _)| number).collect();
    assert_eq!(numbers, ["+441632960012"]);
    let (mut phone, screen) = pick_up(&house, &line, &again, 0).await;
    phone
        .ask(&house, &attribute(&screen, "action"), &[("Digits", "1")])
        .await;
    assert_eq!(house.state(&line.sid).await, "talking");
    insta::assert_snapshot!(line.record);
    house.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn when_every_mailbox_answers_nothing_is_left_to_ring_and_the_caller_waits_on() {
    let house = House::open().await;
    let (mut line, ring) = ringing(&house, 1).await;
    for which in 0..3 {
        pick_up(&house, &line, &ring, which).await;
    }
    let redirect = line
        .ask(
            &house,
            &attribute(&ring, "action"),
            &ended("completed", "false", ""),
        )
        .await;
    let next = crate::line::text(&redirect, "Redirect");
    line.ask(&house, &next, &[]).await;
    assert_eq!(house.state(&line.sid).await, "queued");
    insta::assert_snapshot!(line.record);
    house.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn more_than_ten_phones_ring_in_groups_of_ten() {
    let house = House::with(phones(always(), 23)).await;
    let (mut line, first) = ringing(&house, 1).await;
    assert_eq!(dialled(&first).len(), 10);
    let (mut mailbox, _) = pick_up(&house, &line, &first, 3).await;
    let second = line
        .ask(
            &house,
            &attribute(&first, "action"),
            &ended("no-answer", "false", ""),
        )
        .await;
    assert_eq!(dialled(&second).len(), 10);
    let third = line
        .ask(
            &house,
            &attribute(&second, "action"),
            &ended("no-answer", "false", ""),
        )
        .await;
    assert_eq!(dialled(&third).len(), 3);
    assert_eq!(house.state(&line.sid).await, "ringing_office");
    // After the last group: once more without the mailbox.
    let again = line
        .ask(
            &house,
            &attribute(&third, "action"),
            &ended("no-answer", "false", ""),
        )
        .await;
    assert_eq!(dialled(&again).len(), 9);
    // A late one from the first ring is heard all the same.
    mailbox.ask(&house, &dialled(&first)[3].1, &[]).await;
    let (mut phone, screen) = pick_up(&house, &line, &again, 8).await;
    phone
        .ask(&house, &attribute(&screen, "action"), &[("Digits", "1")])
        .await;
    let bye = line
        .ask(
            &house,
            &attribute(&again, "action"),
            &ended("completed", "true", &phone.sid),
        )
        .await;
    assert!(
        bye.contains("<Hangup"),
        "they talked: the other groups do not ring any more: {bye}"
    );
    assert_eq!(house.state(&line.sid).await, "ended");
    insta::assert_snapshot!(line.record);
    house.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_that_was_pressed_without_the_lines_ever_meeting_is_no_conversation() {
    for count in [3, 12] {
        let house = House::with(phones(always(), count)).await;
        let (mut line, ring) = ringing(&house, 1).await;
        let (mut phone, screen) = pick_up(&house, &line, &ring, 0).await;
        phone
            .ask(&house, &attribute(&screen, "action"), &[("Digits", "1")])
            .await;
        let again = line
            .ask(
                &house,
                &attribute(&ring, "action"),
                &ended("completed", "false", &phone.sid),
            )
            .await;
        assert_eq!(house.state(&line.sid).await, "ringing_office", "{count} phones");
        // Where the first pick-up silences all phones, nobody else had a chance.
        let (gone, others) = (dialled(&ring)[0].clone().0, dialled(&again));
        assert_eq!(others.len(), dialled(&ring).len() - 1, "{again}");
        assert!(others.iter().all(|(phone, _)| *phone != gone), "{again}");
        house.close().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dial_that_does_not_say_whether_it_was_connected_is_taken_as_the_key_says() {
    let house = House::open().await;
    let (mut talked, ring) = ringing(&house, 1).await;
    let (mut phone, screen) = pick_up(&house, &talked, &ring, 0).await;
    phone
        .ask(&house, &attribute(&screen, "action"), &[("Digits", "1")])
        .await;
    talked
        .ask(
            &house,
            &attribute(&ring, "action"),
            &[("DialCallStatus", "completed")],
        )
        .await;
    assert_eq!(house.state(&talked.sid).await, "ended");
    let (mut alone, ring) = ringing(&house, 2).await;
    alone
        .ask(
            &house,
            &attribute(&ring, "action"),
            &[("DialCallStatus", "completed")],
        )
        .await;
    assert_eq!(house.state(&alone.sid).await, "queued");
    house.close().await;
}
