//! News: in any order, late, twice; and the fallback.

use switchboard_domain::{EndReason, State};

use crate::house::{House, never};
use crate::line::{Line, attribute, sid};
use crate::queue::waiting;

fn message(id: &str) -> [(&str, &str); 4] {
    [
        ("RecordingSid", id),
        (
            "RecordingUrl",
            "https://api.example.test/2010-04-01/Accounts/AC0/Recordings/RE0",
        ),
        ("RecordingStatus", "completed"),
        ("RecordingDuration", "12"),
    ]
}

#[tokio::test(flavor = "multi_thread")]
async fn a_message_is_kept_whichever_way_its_news_comes() {
    let house = House::with(never()).await;
    let recording = sid("RE", 1);
    let said = message(&recording);
    for (number, order) in (1..).zip([
        ["action", "notice", "status"],
        ["action", "status", "notice"],
        ["notice", "action", "status"],
        ["notice", "status", "action"],
        ["status", "action", "notice"],
        ["status", "notice", "action"],
    ]) {
        let mut line = Line::caller(number);
        let record = line.ask(&house, "incoming", &[]).await;
        let (action, notice) = (
            attribute(&record, "action"),
            attribute(&record, "recordingStatusCallback"),
        );
        for what in order {
            match what {
                "action" => drop(line.ask(&house, &action, &said[..2]).await),
                "notice" => line.tell(&house, &notice, &said).await,
                _ => line.tell(&house, "status", &[("CallStatus", "completed")]).await,
            }
        }
        let call = house.call(&line.sid).await;
        let kept = call.recording.clone().unwrap();
        assert_eq!(
            (kept.id, kept.seconds),
            (recording.clone(), Some(12)),
            "{order:?}"
        );
        let State::Ended { reason, .. } = call.state else {
            panic!("{order:?}: {call:?}")
        };
        let expected = if order[0] == "status" {
            EndReason::Closed
        } else {
            EndReason::Voicemail
        };
        assert_eq!(reason, expected, "{order:?}");
    }
    house.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_recording_that_came_to_nothing_is_no_message() {
    let house = House::with(never()).await;
    let recording = sid("RE", 1);
    for (number, status) in (1..).zip(["absent", "failed", "in-progress"]) {
        let mut line = Line::caller(number);
        let record = line.ask(&house, "incoming", &[]).await;
        let mut said = message(&recording);
        said[2].1 = status;
        line.tell(&house, &attribute(&record, "recordingStatusCallback"), &said)
            .await;
        let call = house.call(&line.sid).await;
        assert_eq!((call.state.name(), call.recording), ("closed", None), "{status}");
    }
    house.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_line_that_ended_ends_its_call_and_nothing_brings_it_back() {
    let house = House::open().await;
    for (number, status) in (1..).zip(["completed", "busy", "no-answer", "failed", "canceled"]) {
        let (mut line, wait, left_queue) = waiting(&house, number).await;
        for going_on in ["queued", "initiated", "ringing", "in-progress", "gone fishing"] {
            line.tell(&house, "status", &[("CallStatus", going_on)]).await;
            assert_eq!(house.state(&line.sid).await, "queued");
        }
        line.tell(&house, "status", &[("CallStatus", status)]).await;
        let State::Ended { reason, .. } = house.call(&line.sid).await.state else {
            panic!()
        };
        assert_eq!(reason, EndReason::Abandoned);
        for at in [
            "incoming",
            &wait,
            &left_queue,
            "resume",
            "office/ring",
            "voicemail",
            "fallback",
        ] {
            let document = line.ask(&house, at, &[]).await;
            assert!(document.contains("<Hangup"), "{at}: {document}");
        }
        assert_eq!(house.state(&line.sid).await, "ended");
    }
    house.close().await;
}

/// The end is all that is heard of the call: Redis was away before.
#[tokio::test(flavor = "multi_thread")]
async fn a_call_first_heard_of_at_its_end_is_not_said_to_have_stayed_in_the_menu() {
    let house = House::open().await;
    let mut line = Line::caller(1);
    let over = [("CallStatus", "completed"), ("CallDuration", "95")];
    line.tell(&house, "status", &over).await;
    let call = house.call(&line.sid).await;
    let State::Ended { reason, at } = call.state else {
        panic!("{call:?}")
    };
    assert_eq!(reason, EndReason::Unknown);
    assert_eq!(at.since(call.arrived_at).as_secs(), 95);
    assert!(
        call.lookups.is_empty(),
        "nobody needs to know who it was: {call:?}"
    );
    // Who gave up before the call was answered was not served while nobody looked.
    for (number, status) in (2..).zip(["busy", "no-answer", "failed", "canceled"]) {
        let mut line = Line::caller(number);
        line.tell(&house, "status", &[("CallStatus", status)]).await;
        let State::Ended { reason, .. } = house.call(&line.sid).await.state else {
            panic!("{status}")
        };
        assert_eq!(reason, EndReason::HungUpInMenu, "{status}");
    }
    house.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_end_of_other_lines_says_nothing_of_the_caller() {
    let house = House::open().await;
    let (line, ..) = waiting(&house, 1).await;
    let before = house.digest().await;
    let over = [("CallStatus", "completed")];
    Line::browser(2, "amelia").tell(&house, "status", &over).await;
    Line::agent_phone(3).tell(&house, "status", &over).await;
    Line::office(4, &line, "+442079460011")
        .tell(&house, "status", &over)
        .await;
    assert_eq!(before, house.digest().await);
    house.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_fallback_says_what_the_state_says() {
    let house = House::open().await;
    let failed = [
        ("ErrorCode", "11200"),
        ("ErrorUrl", "http://127.0.0.1:8080/twilio/voice/wait"),
    ];
    let (mut line, ..) = waiting(&house, 1).await;
    line.record.clear();
    line.ask(&house, "fallback", &failed).await;
    assert_eq!(house.state(&line.sid).await, "queued");
    // Lines that are not a caller's are let go, and none of them is taken for a caller.
    let mut others = [
        Line::browser(2, "amelia"),
        Line::agent_phone(3),
        Line::office(4, &line, "+442079460011"),
    ];
    for other in &mut others {
        other.ask(&house, "fallback", &failed).await;
        assert_eq!(house.find(&other.sid).await, None);
    }
    // The very first document failed.
    let mut new = Line::caller(5);
    new.ask(&house, "fallback", &failed).await;
    assert_eq!(house.state(&new.sid).await, "greeting");
    insta::assert_snapshot!(format!("{}{}{}", line.record, others[0].record, new.record));
    house.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_fallback_at_night_does_not_ring_the_office() {
    let house = House::with(never()).await;
    let mut line = Line::caller(1);
    let document = line.ask(&house, "fallback", &[("ErrorCode", "11205")]).await;
    assert!(document.contains("<Record"), "{document}");
    assert_eq!(house.state(&line.sid).await, "closed");
    house.close().await;
}
