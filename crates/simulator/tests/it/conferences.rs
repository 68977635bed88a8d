use switchboard_simulator::{LegId, Sound, What};

use crate::world::World;

const AGENT: &str = "<Dial action=\"/agent-ended\"><Conference startConferenceOnEnter=\"true\" \
     endConferenceOnExit=\"false\" beep=\"false\" waitUrl=\"\" participantLabel=\"agent\" \
     statusCallback=\"/events\" statusCallbackEvent=\"start end join leave hold mute\">room</Conference></Dial>";
const CALLER: &str = "<Dial action=\"/caller-ended\"><Conference endConferenceOnExit=\"true\" beep=\"false\" \
     participantLabel=\"caller\" statusCallback=\"/ignored\" statusCallbackEvent=\"join\">room</Conference></Dial>";

/// A caller waits, an agent connects, the caller is moved in.
async fn handover(world: &World) -> (LegId, LegId, String) {
    world.app.twiml(
        "/voice",
        "<Enqueue waitUrl=\"/wait\" action=\"/left\">support</Enqueue>",
    );
    world.app.twiml("/wait", "<Pause length=\"20\"/>");
    world.app.twiml("/agent", AGENT);
    world.app.twiml("/move", CALLER);
    let caller = world.call().await;
    let agent = world
        .sim
        .browser_connect("agent_7", &[(String::from("claim"), String::from("abc"))]);
    world.idle().await;
    let asked = world.app.last("/agent");
    assert_eq!(asked.get("From"), Some("client:agent_7"));
    assert_eq!(asked.get("claim"), Some("abc"));
    assert_eq!(asked.get("Direction"), Some("inbound"));
    assert!(asked.get("ApplicationSid").is_some());
    assert!(world.saw(&agent, &What::Heard(Sound::Silence)));
    let (_, queues) = world.rest("GET", "Queues.json", &[]).await;
    let queue = queues["queues"][0]["sid"].as_str().unwrap();
    let url = world.app.url("/move");
    let path = format!("Queues/{queue}/Members/{caller}.json");
    assert_eq!(world.rest("POST", &path, &[("Url", &url)]).await.0, 200);
    world.idle().await;
    let (_, list) = world
        .rest(
            "GET",
            "Conferences.json?FriendlyName=room&Status=in-progress",
            &[],
        )
        .await;
    let sid = list["conferences"][0]["sid"].as_str().unwrap().to_owned();
    (caller, agent, sid)
}

fn events(world: &World) -> Vec<String> {
    let mut all: Vec<(u32, String)> = world
        .app
        .received("/events")
        .iter()
        .map(|one| {
            let label = one.get("ParticipantLabel").unwrap_or("-");
            let event = one.get("StatusCallbackEvent").unwrap();
            (
                one.get("SequenceNumber").unwrap().parse().unwrap(),
                format!("{event} {label}"),
            )
        })
        .collect();
    all.sort();
    all.into_iter().map(|(_, line)| line).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_caller_is_handed_to_the_agent_and_ends_it() {
    let world = World::new();
    let (caller, agent, _) = handover(&world).await;
    assert!(world.sim.look(|view| view.are_bridged(&caller, &agent)));
    world.seconds(30).await;
    world.sim.hang_up(&caller);
    world.idle().await;
    let bridge = &world.sim.bridges()[0];
    assert_eq!(bridge.to_ms.unwrap() - bridge.from_ms, 30_000);
    assert_eq!(
        events(&world),
        [
            "participant-join agent",
            "conference-start -",
            "participant-join caller",
            "participant-leave caller",
            "participant-leave agent",
            "conference-end -",
        ]
    );
    let end = world.app.last("/events");
    assert_eq!(
        end.get("ReasonConferenceEnded"),
        Some("participant-with-end-conference-on-exit-left")
    );
    assert_eq!(end.get("CallSidEndingConference"), Some(caller.as_str()));
    assert!(end.get("From").is_none());
    assert!(
        world.app.received("/ignored").is_empty(),
        "only the first participant's settings count"
    );
    let ended = world.app.last("/agent-ended");
    assert_eq!(ended.get("DialCallStatus"), Some("answered"));
    assert!(ended.get("DialCallSid").is_none());
    assert!(world.app.received("/caller-ended").is_empty());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_agents_tab_dies_and_the_caller_stays() {
    let world = World::new();
    let (caller, agent, sid) = handover(&world).await;
    world.sim.browser_dies(&agent);
    world.seconds(1).await;
    assert!(
        world.sim.look(|view| view.are_bridged(&caller, &agent)),
        "nobody has noticed yet"
    );
    world.seconds(2).await;
    assert_eq!(world.status(&agent), "completed");
    assert_eq!(world.status(&caller), "in-progress");
    assert_eq!(
        world.sim.leg(&caller).unwrap().conference.as_deref(),
        Some("room")
    );
    assert_eq!(events(&world).last().unwrap(), "participant-leave agent");
    let (_, list) = world
        .rest("GET", &format!("Conferences/{sid}/Participants.json"), &[])
        .await;
    assert_eq!(list["participants"].as_array().unwrap().len(), 1);
    // And back into the queue by a Call update.
    let url = world.app.url("/voice");
    assert_eq!(
        world
            .rest("POST", &format!("Calls/{caller}.json"), &[("Url", &url)])
            .await
            .0,
        200
    );
    world.idle().await;
    assert_eq!(world.sim.leg(&caller).unwrap().queue.as_deref(), Some("support"));
    let (_, conference) = world.rest("GET", &format!("Conferences/{sid}.json"), &[]).await;
    assert_eq!(conference["status"], "completed");
    assert_eq!(
        conference["reason_conference_ended"],
        "participant-with-end-conference-on-exit-left"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn hold_mute_and_kick_by_label() {
    let world = World::new();
    let (caller, agent, sid) = handover(&world).await;
    world
        .app
        .twiml("/hold", "<Say>one moment</Say><Pause length=\"10\"/>");
    let path = format!("Conferences/{sid}/Participants/caller.json");
    let url = world.app.url("/hold");
    let (status, one) = world
        .rest("POST", &path, &[("Hold", "true"), ("HoldUrl", &url)])
        .await;
    assert_eq!((status, one["hold"].as_bool()), (200, Some(true)));
    world.idle().await;
    assert!(!world.sim.look(|view| view.are_bridged(&caller, &agent)));
    assert_eq!(world.app.last("/hold").method, "GET");
    assert!(world.heard(&caller, "one moment"));
    world.rest("POST", &path, &[("Hold", "false")]).await;
    world.idle().await;
    assert!(world.sim.look(|view| view.are_bridged(&caller, &agent)));
    let (_, one) = world
        .rest(
            "POST",
            &format!("Conferences/{sid}/Participants/{agent}.json"),
            &[("Muted", "true")],
        )
        .await;
    assert_eq!(one["muted"], true);
    assert!(!world.sim.look(|view| view.are_bridged(&caller, &agent)));
    assert_eq!(world.rest("DELETE", &path, &[]).await.0, 204);
    world.idle().await;
    assert_eq!(
        world.status(&caller),
        "in-progress",
        "its Dial action is asked next"
    );
    assert_eq!(world.app.received("/caller-ended").len(), 1);
    assert_eq!(world.app.received("/agent-ended").len(), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn conference_can_be_ended_by_rest() {
    let world = World::new();
    let (_, _, sid) = handover(&world).await;
    let (status, body) = world
        .rest(
            "POST",
            &format!("Conferences/{sid}.json"),
            &[("Status", "completed")],
        )
        .await;
    assert_eq!((status, body["status"].as_str()), (200, Some("completed")));
    world.idle().await;
    assert_eq!(body["reason_conference_ended"], "conference-ended-via-api");
    assert_eq!(world.app.received("/caller-ended").len(), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_a_starter_everybody_waits() {
    let world = World::new();
    world.app.twiml(
        "/voice",
        "<Dial><Conference startConferenceOnEnter=\"false\" waitUrl=\"/music\">room</Conference></Dial>",
    );
    world.app.twiml("/music", "<Say>soon</Say>");
    let one = world.call().await;
    let two = world.call().await;
    world.seconds(60).await;
    assert_eq!(
        world.app.received("/music").len(),
        2,
        "a wait document does not loop by itself"
    );
    assert!(world.sim.bridges().is_empty());
    world.app.twiml("/agent", AGENT);
    let agent = world.sim.browser_connect("agent_1", &[]);
    world.idle().await;
    assert_eq!(
        world
            .sim
            .look(|view| view.leg(&agent))
            .unwrap()
            .bridged_with
            .len(),
        2
    );
    assert!(world.sim.look(|view| view.are_bridged(&one, &two)));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_label_is_unique_in_its_conference() {
    let world = World::new();
    let (_, _, sid) = handover(&world).await;
    world
        .app
        .twiml("/voice", &format!("{CALLER}<Say>not let in</Say>"));
    let other = world.call().await;
    world.idle().await;
    assert!(world.heard(&other, "not let in"));
    let (_, list) = world
        .rest("GET", &format!("Conferences/{sid}/Participants.json"), &[])
        .await;
    assert_eq!(list["participants"].as_array().unwrap().len(), 2);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn events_overtake_each_other_when_shuffled_but_keep_their_numbers() {
    let world = World::new();
    let mut faults = world.sim.faults();
    faults.callbacks_shuffled = true;
    world.sim.set_faults(faults);
    let (caller, _, _) = handover(&world).await;
    world.sim.hang_up(&caller);
    world.seconds(4).await;
    let told = world.app.received("/events");
    let numbers: Vec<&str> = told
        .iter()
        .map(|one| one.get("SequenceNumber").unwrap())
        .collect();
    assert_eq!(numbers.len(), 6);
    assert_ne!(numbers, ["0", "1", "2", "3", "4", "5"]);
    assert_eq!(events(&world).len(), 6);
}

/// A caller of one region and a browser of another, in conferences of one name; in how many of them they are.
async fn conferences_of_two_regions(attributes: &str) -> usize {
    let world = World::with(|config| "ie1".clone_into(&mut config.browser_region));
    let room = format!("<Dial><Conference {attributes}>room</Conference></Dial>");
    world.app.twiml("/voice", &room);
    world.app.twiml("/agent", &room);
    world.call().await;
    world.sim.browser_connect("agent_7", &[]);
    world.idle().await;
    let (_, list) = world.rest("GET", "Conferences.json?FriendlyName=room", &[]).await;
    list["conferences"].as_array().unwrap().len()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn legs_of_two_regions_are_in_two_conferences_of_one_name() {
    assert_eq!(conferences_of_two_regions("").await, 2);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn legs_of_two_regions_meet_where_the_documents_name_one() {
    assert_eq!(conferences_of_two_regions("region=\"ie1\"").await, 1);
}
