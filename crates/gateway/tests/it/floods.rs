//! Many calls from one number: they are that number's trouble and nobody else's.

use std::time::{Duration, Instant};

use switchboard_runtime::settings::Layers;

use crate::house::{House, always};
use crate::line::{Line, attribute, target};

const NOISE: &str = "+447700900999";

fn limited(settings: &str) -> Layers {
    always().text("limits", &format!("[caller_limits]\n{settings}"))
}

async fn rings(house: &House, number: u32, from: &str) -> (Line, bool) {
    let mut line = Line::caller_from(number, from);
    let document = line.ask(house, "incoming", &[("CallStatus", "ringing")]).await;
    let taken = document.contains("<Gather");
    let known = house.find(&line.sid).await.is_some();
    assert_eq!(taken, known, "{document}");
    if !taken {
        assert!(document.contains("more calls from your number"), "{document}");
        assert!(
            document.contains("<Record"),
            "they may leave a message: {document}"
        );
    }
    (line, taken)
}

async fn ends(house: &House, line: &mut Line) {
    line.tell(house, "status", &[("CallStatus", "completed")]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn without_limits_every_call_is_taken() {
    let house = House::open().await;
    for number in 1..8 {
        assert!(rings(&house, number, NOISE).await.1);
    }
    house.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_has_too_many_live_calls_hears_why_and_others_are_taken() {
    let house = House::with(limited("live = 2\nexempt = [\"07700 900777\"]")).await;
    let (mut first, taken) = rings(&house, 1, NOISE).await;
    assert!(taken);
    // The same caller, as a trunk writes it.
    assert!(rings(&house, 2, "sip:+447700900999@pbx.example.com").await.1);
    assert!(!rings(&house, 3, "07700 900999").await.1);
    assert!(rings(&house, 4, "+447700900998").await.1, "another number");
    for number in 5..9 {
        assert!(rings(&house, number, "+447700900777").await.1, "an exempt number");
        assert!(
            rings(&house, number + 10, "anonymous").await.1,
            "no limit of their own"
        );
    }
    ends(&house, &mut first).await;
    assert!(rings(&house, 30, NOISE).await.1, "one has ended");
    assert!(!rings(&house, 31, NOISE).await.1);
    house.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn calls_within_an_hour_are_counted_whether_or_not_they_ended() {
    let house = House::with(limited("hourly = 2\nwithheld_hourly = 1")).await;
    for number in 1..3 {
        let (mut line, taken) = rings(&house, number, NOISE).await;
        assert!(taken);
        ends(&house, &mut line).await;
    }
    assert!(!rings(&house, 3, NOISE).await.1);
    assert!(rings(&house, 4, "anonymous").await.1);
    assert!(!rings(&house, 5, "").await.1, "all who hide are counted together");
    house.advance(Duration::from_secs(3_601)).await;
    // The gateway has to hear of the new time first.
    rings(&house, 6, "+447700900998").await;
    assert!(rings(&house, 7, NOISE).await.1, "an hour later");
    house.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_message_of_somebody_who_was_refused_becomes_a_call_and_nothing_else_does() {
    let house = House::with(limited("live = 1")).await;
    rings(&house, 1, NOISE).await;
    let (mut line, taken) = rings(&house, 2, NOISE).await;
    assert!(!taken);
    // What the carrier or a sweep would make of it.
    for at in ["resume", "fallback", "wait?queue=support", "office/ring"] {
        let document = line.ask(&house, at, &[]).await;
        assert!(document.contains("<Hangup"), "{at}: {document}");
    }
    assert_eq!(house.find(&line.sid).await, None);
    let refusal = Line::caller_from(2, NOISE).ask(&house, "incoming", &[]).await;
    let recorded = attribute(&refusal, "action");
    let extra = [
        ("RecordingSid", "RE0000000000000000000000000000000a"),
        ("RecordingDuration", "7"),
    ];
    line.ask(&house, &recorded, &extra).await;
    let call = house.call(&line.sid).await;
    assert_eq!(call.recording.and_then(|message| message.seconds), Some(7));

    let (mut silent, _) = rings(&house, 3, NOISE).await;
    ends(&house, &mut silent).await;
    assert_eq!(house.find(&silent.sid).await, None, "who hung up was never there");
    house.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_flood_from_one_number_changes_nothing_for_others() {
    Box::pin(flood(400)).await;
}

#[expect(clippy::print_stdout, reason = "figures, for whoever asks for them")]
async fn flood(size: u32) {
    let house = House::with(limited("live = 3")).await;
    let before = Instant::now();
    let mut admitted = 0;
    for number in 1..=size {
        let line = Line::caller_from(number, NOISE);
        let body = line.body(&[("CallStatus", "ringing")]);
        let reply = house.door.post(&target("incoming"), &body).await;
        admitted += u32::from(reply.body.contains("<Gather"));
    }
    let flood = before.elapsed();
    assert_eq!(admitted, 3);
    let live = house.store.snapshot().await.unwrap();
    assert_eq!(
        live.calls.len(),
        3,
        "nothing of the others is on anybody's screen"
    );
    let before = Instant::now();
    let (_, taken) = rings(&house, size + 1, "+447700900998").await;
    assert!(taken, "everybody else is taken");
    println!(
        "{size} calls of one number in {flood:?}, the next caller of another answered in {:?} (four requests)",
        before.elapsed()
    );
    println!("{}", house.memory().await);
    house.close().await;
}
