//! The caller's way through menu and queue: every document, and the state behind it.

use std::time::Duration;

use switchboard_domain::{Caller, Country, Leg};

use crate::house::{House, always, never, phones};
use crate::line::{Line, attribute, sid};

/// A caller who chose sales and hears music.
pub(crate) async fn waiting(house: &House, number: u32) -> (Line, String, String) {
    let mut line = Line::caller(number);
    let menu = line.ask(house, "incoming", &[("CallStatus", "ringing")]).await;
    let enqueue = line
        .ask(house, &attribute(&menu, "action"), &[("Digits", "1")])
        .await;
    let (wait, left) = (attribute(&enqueue, "waitUrl"), attribute(&enqueue, "action"));
    line.ask(house, &wait, &in_queue("0")).await;
    (line, wait, left)
}

pub(crate) fn in_queue(seconds: &str) -> [(&str, &str); 5] {
    [
        ("QueueSid", "QU0000000000000000000000000000000a"),
        ("QueuePosition", "1"),
        ("QueueTime", seconds),
        ("AvgQueueTime", seconds),
        ("CurrentQueueSize", "1"),
    ]
}

pub(crate) fn left(result: &str) -> [(&str, &str); 3] {
    [
        ("QueueResult", result),
        ("QueueSid", "QU0000000000000000000000000000000a"),
        ("QueueTime", "180"),
    ]
}

#[tokio::test(flavor = "multi_thread")]
async fn a_caller_in_opening_hours_chooses_waits_and_is_told_to_leave_when_the_time_is_over() {
    let house = House::open().await;
    let (mut line, wait, left_queue) = waiting(&house, 1).await;
    let call = house.call(&line.sid).await;
    assert_eq!(call.state.name(), "queued");
    let queue = Some("QU0000000000000000000000000000000a".to_owned());
    assert_eq!(call.leg, Leg::Parked { queue });
    line.ask(&house, &wait, &in_queue("20")).await;
    assert_eq!(house.state(&line.sid).await, "queued");
    house.advance(Duration::from_secs(181)).await;
    line.ask(&house, &wait, &in_queue("181")).await;
    assert_eq!(house.state(&line.sid).await, "ringing_office");
    line.ask(&house, &left_queue, &left("leave")).await;
    let call = house.call(&line.sid).await;
    assert_eq!((call.state.name(), call.leg), ("ringing_office", Leg::OfficeDial));
    insta::assert_snapshot!(line.record);
    house.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_menu_is_read_again_for_no_key_or_an_odd_one_and_then_the_default_queue_is_taken() {
    let house = House::open().await;
    for (number, answers) in [(1, ["", "5"]), (2, ["77", "hello"]), (3, ["#", ""])] {
        let mut line = Line::caller(number);
        let mut document = line.ask(&house, "incoming", &[]).await;
        for digits in answers {
            let extra = [("Digits", digits)];
            // Without a key the document goes on with its redirect, which says nothing of digits.
            let extra = if digits.is_empty() { &extra[..0] } else { &extra };
            document = line.ask(&house, &attribute(&document, "action"), extra).await;
        }
        assert!(document.contains("support</Enqueue>"), "{document}");
        if number == 1 {
            insta::assert_snapshot!(line.record);
        }
    }
    house.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_caller_may_leave_a_message_instead() {
    let house = House::open().await;
    let mut line = Line::caller(1);
    let menu = line.ask(&house, "incoming", &[]).await;
    let record = line
        .ask(&house, &attribute(&menu, "action"), &[("Digits", "9")])
        .await;
    assert_eq!(house.state(&line.sid).await, "voicemail");
    let recording = sid("RE", 1);
    let message = [
        ("RecordingSid", recording.as_str()),
        ("RecordingDuration", "12"),
        ("Digits", "#"),
    ];
    line.ask(&house, &attribute(&record, "action"), &message).await;
    let call = house.call(&line.sid).await;
    assert_eq!(call.state.name(), "ended");
    assert_eq!(call.recording.unwrap().seconds, Some(12));
    insta::assert_snapshot!(line.record);
    house.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_caller_at_night_hears_that_the_office_is_closed_and_may_leave_a_message() {
    let house = House::with(never()).await;
    let mut line = Line::caller(1);
    let record = line.ask(&house, "incoming", &[("CallStatus", "ringing")]).await;
    assert_eq!(house.state(&line.sid).await, "closed");
    // Silence: nothing was recorded.
    line.ask(
        &house,
        &attribute(&record, "action"),
        &[("RecordingDuration", "0")],
    )
    .await;
    assert_eq!(house.state(&line.sid).await, "ended");
    insta::assert_snapshot!(line.record);
    house.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn withheld_and_unusual_callers_get_the_same_menu() {
    let house = House::open().await;
    let mut menu = None;
    let callers = [
        "anonymous",
        "",
        "+266696687",
        "sip:ada@example.test",
        "client:kiosk",
        "Anonymous ☎ \u{1}",
        "86753",
    ];
    for (number, from) in (1..).zip(callers) {
        let mut line = Line::caller_from(number, from);
        let document = line.ask(&house, "incoming", &[]).await;
        assert_eq!(menu.get_or_insert(document.clone()), &document);
        let call = house.call(&line.sid).await;
        assert!(call.lookups.is_empty(), "nobody to ask about");
        assert_eq!(call.caller, Caller::read(from, Country::GB));
    }
    house.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_menu_a_caller_goes_straight_to_the_default_queue() {
    let house = House::with(always().text("no menu", "[menu]\nchoices = []")).await;
    let mut line = Line::caller(1);
    line.ask(&house, "incoming", &[]).await;
    assert_eq!(house.state(&line.sid).await, "queued");
    let mut lost = Line::caller(2);
    lost.ask(&house, "fallback", &[("ErrorCode", "11200")]).await;
    assert_eq!(house.state(&lost.sid).await, "queued");
    insta::assert_snapshot!(format!("{}{}", line.record, lost.record));
    house.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn every_way_out_of_the_queue_leads_somewhere() {
    let house = House::open().await;
    let mut record = String::new();
    let results = [
        ("leave", "queued"),
        ("redirected", "queued"),
        ("redirected-from-bridged", "queued"),
        ("bridged", "queued"),
        ("bridging-in-process", "queued"),
        ("something-new", "queued"),
        ("queue-full", "ringing_office"),
        ("error", "ringing_office"),
        ("system-error", "ringing_office"),
        ("hangup", "ended"),
    ];
    for (number, (result, state)) in (1..).zip(results) {
        let (mut line, _, left_queue) = waiting(&house, number).await;
        line.record.clear();
        line.ask(&house, &left_queue, &left(result)).await;
        assert_eq!(house.state(&line.sid).await, state, "{result}");
        record.push_str(&line.record);
    }
    insta::assert_snapshot!(record);
    house.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_line_that_was_moved_is_told_what_the_state_says() {
    let house = House::open().await;
    let (mut line, ..) = waiting(&house, 1).await;
    line.record.clear();
    line.ask(&house, "resume", &[]).await;
    assert_eq!(house.state(&line.sid).await, "queued");
    house.advance(Duration::from_secs(181)).await;
    house
        .job_does(
            &line.sid,
            switchboard_domain::Command::CheckUnanswered { entry: 1 },
        )
        .await;
    line.ask(&house, "office/ring", &[]).await;
    line.ask(&house, "resume", &[]).await;
    insta::assert_snapshot!(line.record);
    house.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn without_office_phones_the_end_of_waiting_is_the_voicemail() {
    let house = House::with(phones(always(), 0)).await;
    let (mut line, wait, left_queue) = waiting(&house, 1).await;
    house.advance(Duration::from_secs(181)).await;
    line.record.clear();
    line.ask(&house, &wait, &in_queue("181")).await;
    line.ask(&house, &left_queue, &left("leave")).await;
    assert_eq!(house.state(&line.sid).await, "voicemail");
    insta::assert_snapshot!(line.record);
    house.close().await;
}

type Said = &'static [(&'static str, &'static str)];

#[tokio::test(flavor = "multi_thread")]
async fn callers_of_whom_nothing_is_known_are_adopted_where_they_are() {
    let house = House::open().await;
    let cases: [(&str, Said, &str); 10] = [
        ("menu?attempt=1", &[("Digits", "2")], "queued"),
        ("menu?attempt=0", &[], "greeting"),
        ("wait?queue=sales", &[("QueueTime", "20")], "queued"),
        ("wait?queue=sales", &[("QueueTime", "200")], "ringing_office"),
        (
            "left-queue?queue=sales",
            &[("QueueResult", "leave"), ("QueueTime", "30")],
            "queued",
        ),
        ("resume", &[], "queued"),
        ("office/ring", &[], "ringing_office"),
        ("voicemail", &[], "voicemail"),
        ("recorded", &[("RecordingDuration", "7")], "ended"),
        ("status", &[("CallStatus", "completed")], "ended"),
    ];
    for (number, (at, extra, state)) in (1..).zip(cases) {
        let mut line = Line::caller(number);
        if at == "status" {
            line.tell(&house, at, extra).await;
        } else {
            line.ask(&house, at, extra).await;
        }
        let call = house.call(&line.sid).await;
        assert_eq!(call.state.name(), state, "{at} {extra:?}");
        assert_eq!(call.caller, Caller::read("+442071838750", Country::GB));
        assert_eq!(call.dialled, "+442079460000");
        if let Some(waiting) = call.state.waiting().filter(|_| at.starts_with("wait")) {
            assert_eq!(waiting.queue.as_str(), "sales");
        }
    }
    house.close().await;
}
