use switchboard_simulator::{Behaviour, Final, What};

use crate::world::{CALLER, OFFICE, World};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn first_request_says_ringing_and_a_menu_works() {
    let world = World::new();
    world.app.twiml(
        "/voice",
        "<Gather numDigits=\"1\" action=\"menu?x=1&amp;y=2\"><Say>press a key</Say></Gather><Redirect>/voice</Redirect>",
    );
    world.app.twiml("/menu", "<Say>you chose</Say><Hangup/>");
    let caller = world.call().await;
    let first = world.app.last("/voice");
    assert_eq!(first.get("CallStatus"), Some("ringing"));
    assert_eq!((first.get("From"), first.get("To")), (Some(CALLER), Some(OFFICE)));
    assert_eq!(first.get("Direction"), Some("inbound"));
    assert!(first.headers.contains_key("i-twilio-idempotency-token"));
    // Eleven characters and five seconds later it asks again.
    world.seconds(6).await;
    assert_eq!(world.app.received("/voice").len(), 2);
    assert_eq!(world.app.last("/voice").get("CallStatus"), Some("in-progress"));
    world.sim.press(&caller, "2");
    world.idle().await;
    let menu = world.app.last("/menu");
    assert_eq!(menu.get("Digits"), Some("2"));
    assert!(menu.url.ends_with("/menu?x=1&y=2"));
    world.seconds(2).await;
    assert_eq!(world.status(&caller), "completed");
    assert_eq!(world.app.received("/status").len(), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn gather_ends_by_key_and_counts_nothing_as_nothing() {
    let world = World::new();
    world.app.twiml(
        "/voice",
        "<Gather timeout=\"4\" action=\"/done\" actionOnEmptyResult=\"true\"/>",
    );
    world.app.twiml("/done", "<Pause length=\"60\"/>");
    let one = world.call().await;
    world.sim.press(&one, "42#");
    world.idle().await;
    assert_eq!(world.app.last("/done").get("Digits"), Some("42"));
    let two = world.call().await;
    world.sim.press(&two, "#");
    world.idle().await;
    assert_eq!(world.app.last("/done").get("Digits"), Some(""));
    let mut switches = world.sim.switches();
    switches.flip("empty_digits_sent").unwrap();
    world.sim.set_switches(switches);
    world.call().await;
    world.seconds(5).await;
    assert_eq!(world.app.received("/done").len(), 3);
    assert_eq!(world.app.last("/done").get("Digits"), None);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_caller_gives_up_before_the_answer() {
    for status in [Final::Canceled, Final::NoAnswer, Final::Completed] {
        let world = World::with(|config| config.switches.abandoned_status = status);
        world.app.twiml("/voice", "<Pause length=\"30\"/>");
        let caller = world.call().await;
        world.sim.hang_up(&caller);
        world.idle().await;
        let wanted = serde_json::to_value(status).unwrap();
        assert_eq!(world.app.last("/status").get("CallStatus"), wanted.as_str());
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn reject_and_withheld_callers() {
    let world = World::new();
    world.app.twiml("/voice", "<Reject reason=\"busy\"/>");
    let caller = world.sim.dial("anonymous", OFFICE);
    world.idle().await;
    assert_eq!(world.app.last("/voice").get("From"), Some("anonymous"));
    assert_eq!(world.app.last("/status").get("CallStatus"), Some("busy"));
    assert!(!world.saw(&caller, &What::Answered));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn voicemail_is_recorded_until_silence_a_key_or_the_end() {
    let world = World::new();
    world.app.twiml(
        "/voice",
        "<Record action=\"/recorded\" timeout=\"4\" maxLength=\"120\" finishOnKey=\"#\" \
         recordingStatusCallback=\"/file\"/>",
    );
    world.app.twiml("/recorded", "<Hangup/>");
    world.call().await;
    world.seconds(13).await;
    let recorded = world.app.last("/recorded");
    assert_eq!(
        recorded.get("RecordingDuration"),
        Some("8"),
        "the silence is cut off"
    );
    assert_eq!(recorded.get("Digits"), Some(""));
    let sid = recorded.get("RecordingSid").unwrap().to_owned();
    let url = recorded.get("RecordingUrl").unwrap().to_owned();
    assert!(url.ends_with(&sid));

    let two = world.call().await;
    world.seconds(3).await;
    world.sim.press(&two, "#");
    world.idle().await;
    assert_eq!(world.app.last("/recorded").get("Digits"), Some("#"));

    let three = world.call().await;
    world.seconds(5).await;
    world.sim.hang_up(&three);
    world.idle().await;
    let recorded = world.app.last("/recorded");
    assert_eq!(recorded.get("Digits"), Some("hangup"));
    assert_eq!(recorded.get("CallStatus"), Some("completed"));
    let path = format!("Recordings/{}", recorded.get("RecordingSid").unwrap());
    assert_eq!(world.rest("GET", &path, &[]).await.0, 404, "not processed yet");
    world.seconds(2).await;
    let file = world.app.last("/file");
    assert_eq!(file.get("RecordingStatus"), Some("completed"));
    assert!(file.get("From").is_none());
    let (status, data) = world.rest("GET", &format!("{path}.json"), &[]).await;
    assert_eq!((status, data["duration"].as_str()), (200, Some("5")));
    assert_eq!(world.rest("GET", &path, &[]).await.0, 200);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn rest_calls_queue_ring_and_run_their_document() {
    let world = World::new();
    world.app.twiml("/screen", "<Say>a call for you</Say>");
    let phones = ["+447700900301", "+447700900302", "+447700900303"];
    let url = world.app.url("/screen");
    let told = world.app.url("/leg");
    let mut legs = Vec::new();
    for phone in phones {
        world.sim.set_phone(
            phone,
            Behaviour::PickUp {
                after_ms: 2_000,
                press: None,
            },
        );
        let form = [
            ("To", phone),
            ("From", OFFICE),
            ("Url", &url),
            ("StatusCallback", &told),
            ("StatusCallbackEvent", "answered"),
            ("StatusCallbackEvent", "completed"),
        ];
        let (status, call) = world.rest("POST", "Calls.json", &form).await;
        assert_eq!((status, call["status"].as_str()), (201, Some("queued")));
        assert_eq!(call["direction"], "outbound-api");
        legs.push(call["sid"].as_str().unwrap().to_owned());
    }
    world.seconds(1).await;
    let (_, list) = world.rest("GET", "Calls.json?Status=queued", &[]).await;
    assert_eq!(list["calls"].as_array().unwrap().len(), 1, "one call a second");
    // Cancelled while queued: nobody is told.
    let path = format!("Calls/{}.json", legs[2]);
    assert_eq!(world.rest("POST", &path, &[("Status", "canceled")]).await.0, 200);
    world.seconds(10).await;
    let mut statuses: Vec<String> = world
        .app
        .received("/leg")
        .iter()
        .map(|one| one.get("CallStatus").unwrap().to_owned())
        .collect();
    statuses.sort();
    assert_eq!(statuses, ["completed", "completed", "in-progress", "in-progress"]);
    let (_, call) = world.rest("GET", &path, &[]).await;
    assert_eq!(call["status"], "canceled");
    let (status, error) = world.rest("POST", &path, &[("Url", &url)]).await;
    assert_eq!((status, error["code"].as_u64()), (400, Some(21220)));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn keys_may_or_may_not_restart_the_time_out() {
    for restarts in [true, false] {
        let world = World::with(|config| config.switches.gather_timeout_restarts = restarts);
        world
            .app
            .twiml("/voice", "<Gather timeout=\"5\" action=\"/done\"/>");
        let caller = world.call().await;
        world.seconds(4).await;
        world.sim.press(&caller, "7");
        world.seconds(2).await;
        assert_eq!(world.app.received("/done").len(), usize::from(!restarts));
        world.seconds(4).await;
        assert_eq!(world.app.last("/done").get("Digits"), Some("7"));
    }
}
