//! What those hear who join a queue: in the queue itself, where the key for the voicemail is heard and the time counts.

use std::time::Duration;

use switchboard_domain::{AgentId, Presence};
use switchboard_runtime::settings::Layers;

use crate::house::{House, always, phones};
use crate::line::{Line, attribute};
use crate::queue::in_queue;
use crate::waiting::length;

const WELCOME: &str = "one of us will be with you shortly";

/// The first document of the queue, and where it came from.
async fn joins(house: &House, number: u32) -> (Line, String, String) {
    let mut line = Line::caller(number);
    let menu = line.ask(house, "incoming", &[]).await;
    let enqueue = line
        .ask(house, &attribute(&menu, "action"), &[("Digits", "1")])
        .await;
    assert!(!enqueue.contains("<Say"), "said where no key is heard: {enqueue}");
    let wait = attribute(&enqueue, "waitUrl");
    let first = line.ask(house, &wait, &in_queue("0")).await;
    (line, wait, first)
}

#[tokio::test(flavor = "multi_thread")]
async fn the_key_for_the_voicemail_works_from_the_first_word_on() {
    let house = House::open().await;
    let (mut line, wait, first) = joins(&house, 1).await;
    let welcome = first.find(WELCOME).expect("welcomed");
    assert!(first.find("<Gather").unwrap() < welcome, "{first}");
    let key = [&in_queue("2")[..], &[("Digits", "9")]].concat();
    let leave = line.ask(&house, &attribute(&first, "action"), &key).await;
    assert!(leave.contains("<Leave"), "{leave}");
    assert_eq!(house.state(&line.sid).await, "voicemail");
    // Once: not after another key, and not later.
    let (mut other, _, first) = joins(&house, 2).await;
    let key = [&in_queue("2")[..], &[("Digits", "5")]].concat();
    let again = other.ask(&house, &attribute(&first, "action"), &key).await;
    assert!(!again.contains(WELCOME), "{again}");
    for waited in ["20", "60"] {
        let later = other.ask(&house, &wait, &in_queue(waited)).await;
        assert!(!later.contains(WELCOME), "{later}");
    }
    house.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_menu_the_greeting_is_said_in_the_queue_too() {
    let house = House::with(always().set("menu.choices=[]")).await;
    let mut line = Line::caller(1);
    let enqueue = line.ask(&house, "incoming", &[]).await;
    assert!(
        enqueue.contains("<Enqueue") && !enqueue.contains("<Say"),
        "{enqueue}"
    );
    let first = line
        .ask(&house, &attribute(&enqueue, "waitUrl"), &in_queue("0"))
        .await;
    let (greeting, welcome) = (first.find("Thank you for calling"), first.find(WELCOME));
    assert!(first.find("<Gather") < greeting && greeting < welcome, "{first}");
    // Whoever comes back into the queue has heard it.
    let again = line.ask(&house, "resume", &[]).await;
    let wait = attribute(&again, "waitUrl");
    let next = line.ask(&house, &wait, &in_queue("0")).await;
    assert!(
        next.contains(WELCOME) && !next.contains("Thank you for calling"),
        "{next}"
    );
    house.close().await;
}

/// The carrier counts from the enqueuing, which is the moment of the promise; and no announcement lasts longer than that.
#[tokio::test(flavor = "multi_thread")]
async fn however_long_the_announcement_the_office_rings_in_time_without_redis() {
    let long = "We are glad that you have called us. ".repeat(20);
    let settings = format!(
        "[office]\nqueue_message = \"{}\"\n[calls]\nunanswered_after = \"20s\"",
        long.trim()
    );
    let house = House::with(always().text("long", &settings)).await;
    let mut line = Line::caller(1);
    let menu = line.ask(&house, "incoming", &[]).await;
    let enqueue = line
        .ask(&house, &attribute(&menu, "action"), &[("Digits", "1")])
        .await;
    assert!(
        !enqueue.contains("<Say"),
        "the carrier does not count yet: {enqueue}"
    );
    let wait = attribute(&enqueue, "waitUrl");
    let first = line.ask(&house, &wait, &in_queue("0")).await;
    assert!(
        (15..=23).contains(&length(&first)),
        "{} s: {first}",
        length(&first)
    );
    house.redis.pause().unwrap();
    let first = line.ask_once(&house, &wait, &in_queue("0")).await;
    assert!(first.contains("We are glad"), "{first}");
    assert!(
        (15..=20).contains(&length(&first)),
        "{} s: {first}",
        length(&first)
    );
    let leave = line.ask_once(&house, &wait, &in_queue("20")).await;
    assert!(leave.contains("<Leave"), "{leave}");
    house.redis.resume().unwrap();
    house.close().await;
}

/// Told by the settings only when there is nobody whose phone could ring.
#[tokio::test(flavor = "multi_thread")]
async fn where_nobody_is_there_and_no_phone_rings_it_is_said_at_once() {
    let nobody = "Nobody can take your call";
    for (layers, presence, looked, told) in [
        (phones(always(), 0), Presence::Away, true, true),
        (phones(always(), 0), Presence::Offline, true, true),
        (phones(always(), 0), Presence::Available, true, false),
        // The index may be one that nobody has kept.
        (phones(always(), 0), Presence::Away, false, false),
        (always(), Presence::Away, true, false),
        (silent(phones(always(), 0)), Presence::Away, true, false),
    ] {
        let house = House::with(layers).await;
        house.agent("amelia", None).await;
        let id = AgentId::new("amelia").unwrap();
        house
            .store
            .update_agent(&id, |agent| {
                agent.map(|agent| switchboard_domain::Agent { presence, ..agent })
            })
            .await
            .unwrap();
        if looked {
            let live = house.store.snapshot().await.unwrap();
            house
                .store
                .put_index_right(&live, Duration::from_mins(1))
                .await
                .unwrap();
        }
        let (mut line, _, first) = joins(&house, 1).await;
        assert_eq!(first.contains(nobody), told, "{presence:?} {looked}: {first}");
        assert_eq!(first.contains(WELCOME), !told, "{first}");
        if told {
            assert!(first.contains("To leave a message instead"), "{first}");
            assert!(!first.contains("next to be answered"), "{first}");
            let key = [&in_queue("3")[..], &[("Digits", "9")]].concat();
            let leave = line.ask(&house, &attribute(&first, "action"), &key).await;
            assert!(leave.contains("<Leave"), "{leave}");
        }
        house.close().await;
    }
}

fn silent(layers: Layers) -> Layers {
    layers.set("office.nobody_message=")
}
