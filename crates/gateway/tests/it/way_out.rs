//! Redis is away: whoever waits still has the way out to the voicemail.

use crate::house::{House, always};
use crate::line::{Line, attribute, sid};
use crate::lines::LINES;
use crate::queue::{in_queue, waiting};
use crate::waiting::length;
use switchboard_domain::EndReason;

/// As the carrier tells that the line has left, after so many seconds.
fn left_after(seconds: &str) -> [(&str, &str); 3] {
    [
        ("QueueResult", "leave"),
        ("QueueSid", "QU0000000000000000000000000000000a"),
        ("QueueTime", seconds),
    ]
}

#[tokio::test(flavor = "multi_thread")]
async fn without_redis_the_way_out_is_told_and_works() {
    let mut house = House::open().await;
    let (mut line, wait, left_queue) = waiting(&house, 1).await;
    house.redis.kill9().unwrap();
    line.record.clear();
    let hold = line.ask_once(&house, &wait, &in_queue("60")).await;
    assert!(hold.contains("To leave a message instead, press 9"), "{hold}");
    let pressed = attribute(&hold, "action");
    // Another key is no reason to lose the place.
    let other = [&in_queue("64")[..], &[("Digits", "5")]].concat();
    let again = line.ask_once(&house, &pressed, &other).await;
    assert!(again.contains("<Play") && again.contains("<Gather"), "{again}");
    let key = [&in_queue("70")[..], &[("Digits", "9")]].concat();
    let leave = line.ask_once(&house, &pressed, &key).await;
    assert!(leave.contains("<Leave"), "{leave}");
    let record = line.ask_once(&house, &left_queue, &left_after("70")).await;
    assert!(
        record.contains("<Record") && record.contains("mode=direct"),
        "{record}"
    );
    // The message is over when Redis is back: it belongs to the call, which waited as far as anybody knew.
    house.redis.restart().await.unwrap();
    house.ready().await;
    assert_eq!(house.state(&line.sid).await, "queued");
    let recording = sid("RE", 1);
    let message = [("RecordingSid", recording.as_str()), ("RecordingDuration", "7")];
    line.ask(&house, &attribute(&record, "action"), &message).await;
    let call = house.call(&line.sid).await;
    assert_eq!(call.recording.unwrap().id, recording);
    assert!(
        matches!(
            call.state,
            switchboard_domain::State::Ended {
                reason: EndReason::Voicemail,
                ..
            }
        ),
        "{:?}",
        call.state
    );
    insta::assert_snapshot!(line.record);
    house.close().await;
}

/// Nobody else counts: what is heard ends when the office is to ring, and the key leads out until then.
#[tokio::test(flavor = "multi_thread")]
async fn without_redis_the_office_rings_when_it_should() {
    let house = House::open().await;
    let (mut line, wait, left_queue) = waiting(&house, 1).await;
    house.redis.pause().unwrap();
    for waited in [0, 100, 159, 161, 175, 178, 179] {
        let document = line.ask_once(&house, &wait, &in_queue(&waited.to_string())).await;
        let length = length(&document);
        assert!(
            (1..=180 - waited).contains(&length),
            "{length} s at {waited}: {document}"
        );
        assert_eq!(
            document.contains("<Gather"),
            waited < 179,
            "at {waited}: {document}"
        );
    }
    let leave = line.ask_once(&house, &wait, &in_queue("180")).await;
    assert!(leave.contains("<Leave"), "{leave}");
    let ring = line.ask_once(&house, &left_queue, &left_after("180")).await;
    assert!(ring.contains("<Dial"), "{ring}");
    house.redis.resume().unwrap();
    house.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn without_redis_and_a_key_the_office_rings() {
    let house = House::with(always().set("office.message_key=")).await;
    let (mut line, wait, left_queue) = waiting(&house, 1).await;
    house.redis.pause().unwrap();
    let hold = line.ask_once(&house, &wait, &in_queue("60")).await;
    assert!(
        !hold.contains("<Gather") && !hold.contains("leave a message"),
        "{hold}"
    );
    let ring = line.ask_once(&house, &left_queue, &left_after("70")).await;
    assert!(ring.contains("<Dial"), "{ring}");
    house.redis.resume().unwrap();
    house.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn without_redis_each_line_keeps_its_words() {
    let house = House::with(always().text("lines", LINES)).await;
    let mut line = Line::caller_to(1, "+49401234560");
    let menu = line.ask(&house, "incoming", &[]).await;
    let enqueue = line
        .ask(&house, &attribute(&menu, "action"), &[("Digits", "3")])
        .await;
    let (wait, left_queue) = (attribute(&enqueue, "waitUrl"), attribute(&enqueue, "action"));
    house.redis.pause().unwrap();
    line.record.clear();
    let hold = line.ask_once(&house, &wait, &in_queue("60")).await;
    assert!(hold.contains("Für eine Nachricht"), "{hold}");
    let key = [&in_queue("62")[..], &[("Digits", "9")]].concat();
    line.ask_once(&house, &attribute(&hold, "action"), &key).await;
    let record = line.ask_once(&house, &left_queue, &left_after("62")).await;
    let message = [("RecordingDuration", "7")];
    line.ask_once(&house, &attribute(&record, "action"), &message)
        .await;
    for words in ["Danke", "nach dem Ton", "Wir haben Ihre Nachricht"] {
        assert!(line.record.contains(words), "{words}: {}", line.record);
    }
    assert!(
        !line.record.contains("Polly.Amy") && !line.record.contains("Thank"),
        "{}",
        line.record
    );
    house.redis.resume().unwrap();
    house.close().await;
}
