use std::time::Duration;

use switchboard_simulator::What;

use crate::world::World;

fn warnings(world: &World) -> Vec<u32> {
    world
        .sim
        .timeline()
        .0
        .iter()
        .filter_map(|entry| {
            if let What::Warning { code, .. } = entry.what {
                Some(code)
            } else {
                None
            }
        })
        .collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whatever_is_wrong_leads_to_the_fallback() {
    let good = "<?xml version=\"1.0\"?><Response/>";
    let long = format!("<Response><!--{}--></Response>", "x".repeat(70_000));
    for (status, kind, body, code) in [
        (500, Some("text/xml"), good, 11217),
        (404, Some("text/xml"), good, 11217),
        (200, Some("application/json"), "{}", 12300),
        (200, None, good, 11200),
        (
            200,
            Some("text/xml"),
            " <?xml version=\"1.0\"?><Response/>",
            12100,
        ),
        (200, Some("text/xml"), "<response/>", 12100),
        (
            200,
            Some("text/xml"),
            "<Response><Say>a & b</Say></Response>",
            12100,
        ),
        (200, Some("text/xml"), &long, 11750),
    ] {
        let world = World::new();
        world.app.raw("/voice", status, kind, body);
        world.app.twiml("/fallback", "<Say>rescued</Say>");
        let caller = world.call().await;
        assert!(
            world.heard(&caller, "rescued"),
            "{code}: {}",
            world.sim.timeline()
        );
        let fallback = world.app.last("/fallback");
        assert_eq!(fallback.get("ErrorCode"), Some(code.to_string().as_str()));
        assert_eq!(fallback.get("ErrorUrl"), Some(world.app.url("/voice").as_str()));
        assert_eq!(world.app.received("/voice").len(), 1, "no retry after an answer");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn too_slow_is_the_same_and_without_fallback_there_is_an_apology() {
    let world = World::with(|config| {
        config.webhook_timeout = Duration::from_millis(300);
        config.numbers[0].voice_fallback_url = None;
    });
    world.app.twiml("/voice", "<Say>too late</Say>");
    world.app.slow("/voice", Duration::from_secs(5));
    let caller = world.call().await;
    assert_eq!(warnings(&world), [11205]);
    assert_eq!(
        world.sim.timeline().texts(&caller),
        ["We are sorry, an application error has occurred. Goodbye."]
    );
    world.seconds(10).await;
    assert_eq!(world.status(&caller), "completed");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_connection_is_tried_twice() {
    let world = World::with(|config| {
        // A port that was free a moment ago.
        let free = std::net::TcpListener::bind("127.0.0.1:0")
            .unwrap()
            .local_addr()
            .unwrap();
        config.numbers[0].voice_url = format!("http://{free}/voice");
    });
    world.app.twiml("/fallback", "<Say>rescued</Say>");
    let caller = world.call().await;
    assert!(world.heard(&caller, "rescued"));
    let timeline = world.sim.timeline().to_string();
    assert_eq!(timeline.matches("no connection").count(), 2, "{timeline}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn unknown_verbs_and_attributes_are_warnings() {
    let world = World::new();
    world.app.twiml(
        "/voice",
        "<say>no</say><Say Voice=\"man\">yes</Say><Leave/><Hangup/>",
    );
    let caller = world.call().await;
    world.seconds(1).await;
    assert_eq!(warnings(&world), [12200, 12200, 12200]);
    assert_eq!(world.sim.timeline().texts(&caller), ["yes"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn plain_text_is_read_aloud_and_media_are_fetched() {
    let world = World::new();
    world.app.raw("/voice", 200, Some("text/plain"), "hello there");
    let one = world.call().await;
    assert!(world.heard(&one, "hello there"));
    let tone = format!("{}/media/tone.wav?ms=2500", world.base);
    world.app.twiml(
        "/voice",
        &format!("<Play>{tone}</Play><Play>/gone.wav</Play><Say>after</Say>"),
    );
    world.app.raw("/gone.wav", 404, None, "");
    let two = world.call().await;
    world.sim.advance(2_400).await;
    assert!(!world.heard(&two, "after"));
    world.sim.advance(200).await;
    world.idle().await;
    assert!(world.heard(&two, "after"), "a WAV file tells its own length");
    assert!(
        world.app.last("/gone.wav").form.is_empty(),
        "no parameters for media"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_fragment_asks_for_more_retries_and_is_not_sent() {
    let world = World::with(|config| config.numbers[0].voice_url.push_str("?a=1#rc=3&rp=5xx"));
    world.app.raw("/voice", 503, Some("text/plain"), "");
    world.app.twiml("/fallback", "<Say>rescued</Say>");
    let caller = world.call().await;
    assert!(world.heard(&caller, "rescued"));
    let asked = world.app.received("/voice");
    assert_eq!(asked.len(), 4);
    assert!(asked.iter().all(|one| one.url.ends_with("/voice?a=1")));
    let token = &asked[0].headers["i-twilio-idempotency-token"];
    assert!(
        asked
            .iter()
            .all(|one| &one.headers["i-twilio-idempotency-token"] == token)
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn webhooks_can_come_without_token_and_signed_without_port() {
    let world = World::with(|config| {
        config.switches.idempotency_token = false;
        config.switches.signed_with_port = false;
    });
    world.app.twiml("/voice", "<Hangup/>");
    world.call().await;
    let asked = world.app.last("/voice");
    assert!(!asked.headers.contains_key("i-twilio-idempotency-token"));
    let bare = asked.url.replacen(&asked.headers["host"], "127.0.0.1", 1);
    let signature = switchboard_simulator::sign(crate::world::TOKEN, &bare, &asked.form);
    assert_eq!(asked.headers["x-twilio-signature"], signature);
}
