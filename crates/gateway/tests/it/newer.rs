//! Calls that a newer version of this system has put into a state which this one does not know.

use serde_json::{Value, json};

use crate::future::Future;
use crate::house::House;
use crate::line::{Line, attribute, sid, text};
use crate::office::{ended, pick_up, ringing};
use crate::queue::{in_queue, left, waiting};

fn future(house: &House) -> Future<'_> {
    Future {
        socket: house.redis.socket(),
        prefix: house.settings.key_prefix(),
    }
}

/// They say of themselves what this version does not know; answers what they had said.
async fn on_a_break(future: &Future<'_>, agent: &str) -> Value {
    future
        .set(&format!("agent:{agent}"), "presence", json!("on_a_break"))
        .await
}

/// A newer process moves the call on.
async fn moved_on(house: &House, line: &Line) -> Value {
    future(house).move_on(&line.sid).await
}

/// And back to where this version knows it.
async fn moved_back(house: &House, line: &Line, state: Value) {
    future(house)
        .set(&format!("call:{}", line.sid), "state", state)
        .await;
}

/// Nobody is rung, nothing is ended and nothing recorded.
fn does_nothing(document: &str) {
    for verb in [
        "<Dial",
        "<Record",
        "<Hangup",
        "<Leave",
        "<Enqueue",
        "<Reject",
        "mode=direct",
    ] {
        assert!(!document.contains(verb), "{verb} in {document}");
    }
}

/// Asks, and is told to ask again; answers where.
async fn asks_again(house: &House, line: &mut Line, at: &str, extra: &[(&str, &str)]) -> String {
    let before = house.digest().await;
    let document = line.ask(house, at, extra).await;
    does_nothing(&document);
    assert_eq!(house.digest().await, before, "{at} changed something");
    let again = text(&document, "Redirect").replace("&amp;", "&");
    let path = |address: &str| address.split('?').next().unwrap().to_owned();
    assert!(path(&again).ends_with(&path(at)), "{at}: {again}");
    again
}

#[tokio::test(flavor = "multi_thread")]
async fn every_line_asks_again_at_the_same_address_and_nobody_is_rung() {
    let house = House::open().await;
    house.agent("amelia", None).await;
    let (mut line, wait, left_queue) = waiting(&house, 1).await;
    let ticket = house.answer(&line.sid, "amelia").await.to_string();
    moved_on(&house, &line).await;
    let (cut_off, phone) = (ended("no-answer", "false", "CA0"), sid("CA", 77));
    let asked: [(&str, &[(&str, &str)]); 11] = [
        ("incoming", &[]),
        ("menu?attempt=0", &[("Digits", "1")]),
        (&left_queue, &left("leave")),
        (&left_queue, &left("redirected")),
        ("resume", &[]),
        ("resume?after=1&claim=1", &[]),
        ("office/ring", &[]),
        ("office/ended?round=1&attempt=0&batch=0", &cut_off),
        ("voicemail", &[]),
        (
            "recorded",
            &[("RecordingSid", "RE00000000000000000000000000000001")],
        ),
        ("fallback", &[("ErrorCode", "11200")]),
    ];
    for (at, extra) in asked {
        let again = asks_again(&house, &mut line, at, extra).await;
        // And once more, should no newer process have answered yet: the address grows no longer.
        assert_eq!(asks_again(&house, &mut line, &again, &[]).await, again);
    }
    // Who waits hears music; that line asks by itself.
    let held = line.ask(&house, &wait, &in_queue("9")).await;
    does_nothing(&held);
    assert!(held.contains("<Play") && !held.contains("<Redirect"), "{held}");
    // So do the phones and the browser that want to the caller.
    let mut office = Line::office(78, &line, "+442079460101");
    let screen = format!("office/screen?call={}&phone=%2B442079460101&round=1", line.sid);
    asks_again(&house, &mut office, &screen, &[]).await;
    let accept = screen.replace("screen", "accept");
    asks_again(&house, &mut office, &accept, &[("Digits", "1")]).await;
    let mut browser = Line::browser(79, "amelia");
    asks_again(&house, &mut browser, "agent/connect", &[("claim", &ticket)]).await;
    // News are taken note of, and change nothing.
    let before = house.digest().await;
    let gone = [("CallStatus", "completed"), ("CallDuration", "9")];
    line.tell(&house, "status", &gone).await;
    let mut news = Line::caller(0);
    news.sid = phone;
    let joined = [
        ("StatusCallbackEvent", "participant-join"),
        ("ParticipantLabel", "agent"),
    ];
    news.tell(&house, &format!("conference?call={}&claim=1", line.sid), &joined)
        .await;
    assert_eq!(house.digest().await, before);
    house.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_line_said_once_reaches_the_process_that_can_read_its_call() {
    let house = House::open().await;
    // A key in the menu.
    let mut chooser = Line::caller(1);
    let menu = chooser.ask(&house, "incoming", &[]).await;
    let state = moved_on(&house, &chooser).await;
    let again = asks_again(
        &house,
        &mut chooser,
        &attribute(&menu, "action"),
        &[("Digits", "1")],
    )
    .await;
    moved_back(&house, &chooser, state).await;
    let queued = chooser.ask(&house, &again, &[]).await;
    assert!(queued.contains("<Enqueue"), "{queued}");
    assert_eq!(house.state(&chooser.sid).await, "queued");

    // The key for the voicemail, in the queue: music meanwhile.
    let (mut waits, wait, _) = waiting(&house, 2).await;
    let held = waits.ask(&house, &wait, &in_queue("9")).await;
    let state = moved_on(&house, &waits).await;
    let pressed: Vec<_> = in_queue("12").into_iter().chain([("Digits", "9")]).collect();
    let key = attribute(&held, "action");
    let more = waits.ask(&house, &key, &pressed).await;
    does_nothing(&more);
    assert!(more.contains("<Play"), "{more}");
    moved_back(&house, &waits, state).await;
    let again = text(&more, "Redirect").replace("&amp;", "&");
    waits.ask(&house, &again, &in_queue("15")).await;
    assert_eq!(house.state(&waits.sid).await, "voicemail");

    // The key at an office phone.
    let (caller, ring) = ringing(&house, 3).await;
    let (mut phone, screen) = pick_up(&house, &caller, &ring, 0).await;
    let state = moved_on(&house, &caller).await;
    let accept = attribute(&screen, "action");
    let again = asks_again(&house, &mut phone, &accept, &[("Digits", "1")]).await;
    moved_back(&house, &caller, state).await;
    phone.ask(&house, &again, &[]).await;
    assert_eq!(house.state(&caller.sid).await, "talking");
    house.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_caller_whose_agent_only_newer_processes_know_asks_again() {
    let house = House::open().await;
    house.agent("amelia", None).await;
    let (mut line, _, left_queue) = waiting(&house, 1).await;
    house.answer(&line.sid, "amelia").await;
    let before = on_a_break(&future(&house), "amelia").await;
    asks_again(&house, &mut line, &left_queue, &left("leave")).await;
    future(&house).set("agent:amelia", "presence", before).await;
    line.ask(&house, &left_queue, &left("leave")).await;
    assert_eq!(house.state(&line.sid).await, "claimed");
    house.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_others_are_answered_as_ever() {
    let house = House::open().await;
    house.agent("amelia", None).await;
    let (strange, _, _) = waiting(&house, 1).await;
    moved_on(&house, &strange).await;
    on_a_break(&future(&house), "amelia").await;
    // All the way to the office ring, which looks at every live call.
    let (_, ring) = ringing(&house, 2).await;
    assert!(ring.contains("<Number"), "{ring}");
    house.close().await;
}
