use switchboard_simulator::{RedirectedAction, What};

use crate::world::World;

const ENQUEUE: &str = "<Enqueue waitUrl=\"/wait\" action=\"/left\">support</Enqueue><Say>next verb</Say>";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn wait_loop_tells_place_and_time_and_leave_runs_the_action() {
    let world = World::new();
    world.app.twiml("/voice", ENQUEUE);
    world
        .app
        .twiml("/wait", "<Say>please hold</Say><Pause length=\"10\"/>");
    world.app.twiml("/left", "<Say>left the queue</Say>");
    let first = world.call().await;
    let second = world.sim.dial("+447700900124", crate::world::OFFICE);
    world.idle().await;
    let asked = world.app.last("/wait");
    assert_eq!(asked.get("CallSid"), Some(second.as_str()));
    assert_eq!(asked.get("QueuePosition"), Some("2"));
    assert_eq!(asked.get("CurrentQueueSize"), Some("2"));
    assert_eq!(asked.get("CallStatus"), Some("in-progress"));
    assert_eq!(asked.get("FromCity"), Some(""), "geography may be empty");
    world.app.twiml("/wait", "<Leave/>");
    world.seconds(11).await;
    let left = world.app.last("/left");
    assert_eq!(left.get("QueueResult"), Some("leave"));
    assert_eq!(left.get("QueueTime"), Some("10"));
    world.seconds(5).await;
    for leg in [&first, &second] {
        assert!(world.heard(leg, "left the queue"));
        assert!(!world.heard(leg, "next verb"));
        assert_eq!(world.status(leg), "completed");
    }
    assert_eq!(world.app.received("/status").len(), 2);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn keys_work_while_waiting() {
    let world = World::new();
    world.app.twiml("/voice", ENQUEUE);
    world.app.twiml(
        "/wait",
        "<Gather numDigits=\"1\" timeout=\"10\" action=\"/key\"><Say>press star</Say></Gather>",
    );
    world.app.twiml("/key", "<Leave/>");
    world.app.twiml("/left", "<Say>voicemail</Say>");
    let caller = world.call().await;
    world.sim.press(&caller, "*");
    world.idle().await;
    assert_eq!(world.app.last("/key").get("Digits"), Some("*"));
    assert!(
        world.app.last("/key").get("QueueSid").is_some(),
        "still in the queue"
    );
    assert!(world.heard(&caller, "voicemail"));
}

async fn redirect(world: &World) -> (switchboard_simulator::LegId, u16, u16) {
    world.app.twiml("/voice", ENQUEUE);
    world.app.twiml("/wait", "<Pause length=\"20\"/>");
    world.app.twiml("/left", "<Say>action document</Say>");
    world.app.twiml("/moved", "<Say>moved</Say>");
    let caller = world.call().await;
    let (_, queues) = world.rest("GET", "Queues.json", &[]).await;
    let queue = queues["queues"][0]["sid"].as_str().unwrap();
    assert_eq!(queues["queues"][0]["current_size"], 1);
    let (_, members) = world
        .rest("GET", &format!("Queues/{queue}/Members.json"), &[])
        .await;
    assert_eq!(members["queue_members"][0]["call_sid"], caller.as_str());
    let path = format!("Queues/{queue}/Members/{caller}.json");
    let url = world.app.url("/moved");
    let (one, member) = world.rest("POST", &path, &[("Url", &url)]).await;
    assert_eq!(member["position"], 1);
    let (two, _) = world.rest("POST", &path, &[("Url", &url)]).await;
    world.seconds(5).await;
    (caller, one, two)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn member_redirect_works_once_and_the_action_is_ignored() {
    let world = World::new();
    let (caller, one, two) = redirect(&world).await;
    assert_eq!((one, two), (200, 400));
    assert_eq!(world.sim.timeline().texts(&caller), ["moved"]);
    assert_eq!(world.app.last("/left").get("QueueResult"), Some("redirected"));
    let queue = String::from("support");
    assert!(world.saw(
        &caller,
        &What::LeftQueue {
            queue,
            result: String::from("redirected")
        }
    ));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn member_redirect_with_the_action_run_first_or_instead() {
    for (how, texts) in [
        (RedirectedAction::RunsFirst, vec!["action document", "moved"]),
        (RedirectedAction::Replaces, vec!["action document"]),
    ] {
        let world = World::with(|config| {
            config.switches.redirected_action = how;
            config.switches.second_member_post = 404;
        });
        let (caller, one, two) = redirect(&world).await;
        assert_eq!((one, two), (200, 404));
        assert_eq!(world.sim.timeline().texts(&caller), texts);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn front_takes_whoever_is_first() {
    let world = World::new();
    world.app.twiml("/voice", ENQUEUE);
    world.app.twiml("/wait", "<Pause length=\"20\"/>");
    world.app.twiml("/moved", "<Pause length=\"60\"/>");
    let first = world.call().await;
    let second = world.call().await;
    let (_, queues) = world.rest("GET", "Queues.json", &[]).await;
    let queue = queues["queues"][0]["sid"].as_str().unwrap();
    let path = format!("Queues/{queue}/Members/Front.json");
    let url = world.app.url("/moved");
    for leg in [&first, &second] {
        let (status, member) = world.rest("POST", &path, &[("Url", &url)]).await;
        assert_eq!((status, member["call_sid"].as_str()), (200, Some(leg.as_str())));
    }
    assert_eq!(world.rest("POST", &path, &[("Url", &url)]).await.0, 404);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn hanging_up_while_waiting_is_told() {
    let world = World::new();
    world.app.twiml("/voice", ENQUEUE);
    world.app.twiml("/wait", "<Pause length=\"20\"/>");
    let caller = world.call().await;
    world.seconds(3).await;
    world.sim.hang_up(&caller);
    world.idle().await;
    let left = world.app.last("/left");
    assert_eq!(left.get("QueueResult"), Some("hangup"));
    assert_eq!(left.get("CallStatus"), Some("completed"));
    let status = world.app.last("/status");
    assert_eq!(status.get("CallStatus"), Some("completed"));
    assert_eq!(status.get("CallDuration"), Some("3"));
    assert!(world.sim.look(|view| view.queues()[0].members.is_empty()));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_broken_wait_document_is_an_error_of_the_queue() {
    let world = World::new();
    world.app.twiml("/voice", ENQUEUE);
    world.app.raw("/wait", 500, Some("text/plain"), "oops");
    world.app.twiml("/left", "<Say>rescued</Say>");
    let caller = world.call().await;
    assert_eq!(world.app.last("/left").get("QueueResult"), Some("error"));
    assert!(world.heard(&caller, "rescued"));
}
