use switchboard_simulator::{Behaviour, Final, Press};

use crate::world::World;

const MAILBOX: &str = "+447700900201";
const PERSON: &str = "+447700900202";
const SILENT: &str = "+447700900203";

fn ring_office(world: &World) {
    let number = |number: &str| {
        format!(
            "<Number url=\"/screen\" statusCallback=\"/leg\" \
             statusCallbackEvent=\"initiated ringing answered completed\">{number}</Number>"
        )
    };
    let nouns: String = [MAILBOX, PERSON, SILENT].into_iter().map(number).collect();
    world.app.twiml(
        "/voice",
        &format!("<Dial action=\"/ended\" timeout=\"20\">{nouns}</Dial>"),
    );
    world.app.twiml(
        "/screen",
        "<Gather numDigits=\"1\" timeout=\"6\" action=\"/accept\"><Say>press 1</Say></Gather><Hangup/>",
    );
    world.app.twiml("/accept", "");
    world.app.twiml("/ended", "<Say>ended</Say>");
    world.sim.set_phone(
        MAILBOX,
        Behaviour::Mailbox {
            after_ms: 3_000,
            hang_up_after_ms: 30_000,
        },
    );
    world.sim.set_phone(
        PERSON,
        Behaviour::PickUp {
            after_ms: 8_000,
            press: Some(Press {
                digits: String::from("1"),
                after_ms: 2_000,
            }),
        },
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_mailbox_first_and_a_person_second() {
    let world = World::new();
    ring_office(&world);
    let caller = world.call().await;
    world.seconds(5).await;
    assert!(world.sim.bridges().is_empty(), "screening is no conversation");
    world.seconds(15).await;
    let person = world.sim.phone_leg(PERSON).unwrap();
    let bridges = world.sim.bridges();
    assert_eq!(bridges.len(), 1);
    assert!(bridges[0].joins(&caller, &person) && bridges[0].to_ms.is_none());
    assert!(world.sim.phone_leg(SILENT).is_none(), "the others stop ringing");
    world.sim.hang_up_phone(PERSON);
    world.idle().await;
    let ended = world.app.last("/ended");
    assert_eq!(ended.get("DialCallStatus"), Some("completed"));
    assert_eq!(ended.get("DialBridged"), Some("true"));
    assert_eq!(ended.get("DialCallSid"), Some(person.as_str()));
    world.seconds(5).await;
    assert!(world.heard(&caller, "ended"));
    assert!(world.sim.bridges()[0].to_ms.is_some());

    let told = |leg: &str| -> Vec<(String, String)> {
        let mut all: Vec<(String, String)> = world
            .app
            .received("/leg")
            .iter()
            .filter(|one| one.get("To") == Some(leg))
            .map(|one| {
                assert_eq!(one.get("ParentCallSid"), Some(caller.as_str()));
                (
                    one.get("SequenceNumber").unwrap().to_owned(),
                    one.get("CallStatus").unwrap().to_owned(),
                )
            })
            .collect();
        all.sort();
        all
    };
    let statuses = |leg| {
        told(leg)
            .into_iter()
            .map(|(_, status)| status)
            .collect::<Vec<_>>()
    };
    assert_eq!(
        statuses(PERSON),
        ["initiated", "ringing", "in-progress", "completed"]
    );
    assert_eq!(
        statuses(MAILBOX),
        ["initiated", "ringing", "in-progress", "completed"]
    );
    assert_eq!(statuses(SILENT), ["initiated", "ringing", "canceled"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_first_pick_up_may_silence_the_others() {
    let world = World::with(|config| {
        config.switches.first_pick_up_cancels = true;
        config.switches.screening_hang_up_status = Final::NoAnswer;
        config.switches.losing_leg_status = Final::NoAnswer;
    });
    ring_office(&world);
    let caller = world.call().await;
    world.seconds(20).await;
    assert!(
        world.sim.bridges().is_empty(),
        "the mailbox took the call from the person"
    );
    let ended = world.app.last("/ended");
    assert_eq!(ended.get("DialCallStatus"), Some("no-answer"));
    assert_eq!(ended.get("DialBridged"), Some("false"));
    assert!(world.heard(&caller, "ended"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nobody_answers_in_the_time_and_the_grace() {
    let world = World::new();
    world.app.twiml(
        "/voice",
        &format!("<Dial action=\"/ended\" timeout=\"20\">{PERSON}</Dial>"),
    );
    world.app.twiml("/ended", "<Say>voicemail</Say>");
    let caller = world.call().await;
    world.seconds(24).await;
    assert!(
        world.app.received("/ended").is_empty(),
        "five seconds more than asked"
    );
    world.seconds(2).await;
    let ended = world.app.last("/ended");
    assert_eq!(ended.get("DialCallStatus"), Some("no-answer"));
    assert!(ended.get("DialCallDuration").is_none());
    assert!(world.heard(&caller, "voicemail"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn busy_refused_and_unreachable() {
    for (behaviour, status) in [
        (Behaviour::Busy, "busy"),
        (Behaviour::Reject { after_ms: 1_000 }, "busy"),
        (Behaviour::Unreachable, "failed"),
    ] {
        let world = World::new();
        world
            .app
            .twiml("/voice", &format!("<Dial action=\"/ended\">{PERSON}</Dial>"));
        world.sim.set_phone(PERSON, behaviour);
        world.call().await;
        world.seconds(3).await;
        assert_eq!(world.app.last("/ended").get("DialCallStatus"), Some(status));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_screening_document_that_just_ends_bridges() {
    let world = World::new();
    world.app.twiml(
        "/voice",
        &format!("<Dial><Number url=\"/screen\">{PERSON}</Number></Dial>"),
    );
    world.app.twiml(
        "/screen",
        "<Gather numDigits=\"1\" timeout=\"3\" action=\"/accept\"/>",
    );
    let caller = world.call().await;
    world.seconds(1).await;
    let phone = world.sim.pick_up(PERSON).unwrap();
    world.seconds(4).await;
    assert!(world.sim.look(|view| view.are_bridged(&caller, &phone)));
    world.sim.hang_up(&caller);
    world.idle().await;
    assert_eq!(world.status(&phone), "completed");
    assert_eq!(world.status(&caller), "completed");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_caller_hangs_up_while_phones_ring() {
    for (linger, told) in [(false, false), (true, true)] {
        let world = World::with(|config| {
            config.switches.children_linger = linger;
            config.switches.dial_action_after_hang_up = told;
        });
        ring_office(&world);
        let caller = world.call().await;
        world.seconds(1).await;
        let phone = world.sim.phone_leg(SILENT).unwrap();
        world.sim.hang_up(&caller);
        world.idle().await;
        assert_eq!(world.status(&caller), "completed");
        assert_eq!(world.status(&phone), if linger { "ringing" } else { "canceled" });
        world.seconds(3).await;
        assert_eq!(world.status(&phone), "canceled");
        assert_eq!(world.app.received("/ended").len(), usize::from(told));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_phone_in_a_call_is_busy() {
    let world = World::new();
    world
        .app
        .twiml("/voice", &format!("<Dial action=\"/ended\">{PERSON}</Dial>"));
    world.call().await;
    world.seconds(1).await;
    world.sim.pick_up(PERSON).unwrap();
    world.call().await;
    world.seconds(1).await;
    assert_eq!(world.app.last("/ended").get("DialCallStatus"), Some("busy"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn answer_on_bridge_keeps_the_caller_ringing() {
    let world = World::new();
    world.app.twiml(
        "/voice",
        &format!("<Dial answerOnBridge=\"true\">{PERSON}</Dial>"),
    );
    let caller = world.call().await;
    world.seconds(1).await;
    assert_eq!(world.status(&caller), "ringing");
    world.sim.pick_up(PERSON).unwrap();
    world.idle().await;
    assert_eq!(world.status(&caller), "in-progress");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_after_the_other_and_the_star_key() {
    let world = World::new();
    world.app.twiml(
        "/voice",
        &format!(
            "<Dial sequential=\"true\" hangupOnStar=\"true\" timeout=\"5\" action=\"/ended\">\
             <Number>{MAILBOX}</Number><Number>{PERSON}</Number></Dial>"
        ),
    );
    world.app.twiml("/ended", "<Pause length=\"60\"/>");
    let caller = world.call().await;
    world.seconds(1).await;
    assert!(world.sim.phone_leg(PERSON).is_none());
    world.seconds(10).await;
    assert!(world.sim.phone_leg(MAILBOX).is_none());
    let person = world.sim.pick_up(PERSON).unwrap();
    world.idle().await;
    assert!(world.sim.look(|view| view.are_bridged(&caller, &person)));
    world.sim.press(&caller, "*");
    world.idle().await;
    assert_eq!(world.status(&person), "completed");
    assert_eq!(world.status(&caller), "in-progress");
    assert_eq!(world.app.last("/ended").get("DialBridged"), Some("true"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn redirecting_the_called_leg_frees_the_caller() {
    let world = World::new();
    world
        .app
        .twiml("/voice", &format!("<Dial action=\"/ended\">{PERSON}</Dial>"));
    world.app.twiml("/ended", "<Say>free</Say><Pause length=\"60\"/>");
    world
        .app
        .twiml("/elsewhere", "<Say>elsewhere</Say><Pause length=\"60\"/>");
    let caller = world.call().await;
    world.seconds(1).await;
    let person = world.sim.pick_up(PERSON).unwrap();
    world.idle().await;
    let url = world.app.url("/elsewhere");
    assert_eq!(
        world
            .rest("POST", &format!("Calls/{person}.json"), &[("Url", &url)])
            .await
            .0,
        200
    );
    world.idle().await;
    assert!(world.heard(&caller, "free"));
    assert!(world.heard(&person, "elsewhere"));
    let ended = world.app.last("/ended");
    assert_eq!(ended.get("DialBridged"), Some("true"));
    assert_eq!(
        ended.get("DialCallDuration"),
        None,
        "its duration says nothing yet"
    );
    assert!(world.sim.bridges()[0].to_ms.is_some());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn browsers_are_dialled_by_identity() {
    let world = World::new();
    world.app.twiml(
        "/voice",
        "<Dial action=\"/ended\"><Client>agent_7</Client></Dial>",
    );
    world.app.twiml("/ended", "<Say>sorry</Say>");
    world.call().await;
    world.seconds(1).await;
    assert_eq!(
        world.app.last("/ended").get("DialCallStatus"),
        Some("failed"),
        "nobody is registered"
    );
    world.sim.set_phone(
        "client:agent_7",
        Behaviour::PickUp {
            after_ms: 1_000,
            press: None,
        },
    );
    let caller = world.call().await;
    world.seconds(2).await;
    let agent = world.sim.phone_leg("client:agent_7").unwrap();
    assert!(world.sim.look(|view| view.are_bridged(&caller, &agent)));
    // While it talks it lets others ring, and says nothing.
    let second = world.call().await;
    world.seconds(10).await;
    assert!(world.sim.leg(&second).unwrap().bridged_with.is_empty());
    assert_eq!(world.app.received("/ended").len(), 1);
    world.seconds(26).await;
    assert_eq!(world.app.last("/ended").get("DialCallStatus"), Some("no-answer"));
}
