//! A socket in good order: hello, snapshot, events, heartbeats, the office.

use std::time::Duration;

use serde_json::json;
use switchboard_contracts::v1;
use switchboard_contracts::v1::server_frame::Frame;
use switchboard_realtime::SocketLimits;

use crate::client::{Client, Got, JSON, LONG, PROTO, masked, request};
use crate::house::{House, quick};
use crate::reducer::Screen;

/// What a fresh socket is told: hello, snapshot, office, and what happened since a snapshot that others had asked for.
pub(crate) async fn greeted(client: &mut Client) -> (v1::Hello, Screen) {
    let Ok(Frame::Hello(hello)) = client.news().await else {
        panic!("hello first")
    };
    let mut screen = Screen::default();
    let snapshot = client.news().await.unwrap();
    assert!(matches!(snapshot, Frame::Snapshot(_)), "{snapshot:?}");
    screen.take(snapshot);
    let office = client.news().await.unwrap();
    assert!(matches!(office, Frame::Office(_)), "{office:?}");
    screen.take(office);
    let here = hello.position.as_ref().unwrap();
    assert_eq!(here.epoch, screen.position.as_ref().unwrap().epoch);
    follow(client, &mut screen, here.offset).await;
    (hello, screen)
}

/// Takes news until the position is reached.
pub(crate) async fn follow(client: &mut Client, screen: &mut Screen, until: u64) {
    while screen.offset() < until {
        screen.take(client.news().await.unwrap());
    }
}

#[tokio::test]
async fn everything_live_and_then_everything_that_happens() {
    let house = House::start().await;
    let waiting = house.waiting("CA1").await;
    for protocol in [JSON, PROTO] {
        let mut client = Client::connect_as(&house, "amelia", protocol, None).await;
        client.ask(None).await;
        let (hello, mut screen) = greeted(&mut client).await;
        assert_eq!(hello.agent_id, "amelia");
        assert_eq!(hello.heartbeat_ms, 1000);
        assert!(!hello.resumed && hello.now_ms > 1_700_000_000_000);
        assert_eq!(screen, Screen::of(house.live().await, screen.office.clone()));
        let office = screen.office.clone().unwrap();
        assert_eq!(office.time_zone, "Europe/London");
        assert!(!office.reason.is_empty() && !office.until_text.is_empty());
        assert!(office.until_ms.unwrap() > hello.now_ms);

        house.act("answer", &waiting, "amelia").await.ticket();
        house.act("release", &waiting, "amelia").await.is(200, "released");
        let live = house.live().await;
        follow(&mut client, &mut screen, live.offset).await;
        assert_eq!(screen, Screen::of(live, Some(office)));
    }
    house.end().await;
}

#[tokio::test]
async fn the_first_frame_may_come_with_the_request() {
    let house = House::start().await;
    let ticket = house.ticket_of("amelia").await;
    let mut bytes = request(&ticket, JSON, &[]).into_bytes();
    // And in two pieces of a message.
    bytes.extend(masked(0x01, br#"{"op"#));
    bytes.extend(masked(0x80, br#"en":{"position":{},"later":1}}"#));
    let (answer, mut client) = Client::send(&house, &bytes, None).await;
    assert_eq!(answer.status, 101);
    let hello = client.news().await.unwrap();
    assert!(
        matches!(hello, Frame::Hello(v1::Hello { resumed: false, .. })),
        "{hello:?}"
    );
    let reset = client.news().await.unwrap();
    let reason = v1::ResetReason::Epoch.into();
    assert_eq!(reset, Frame::Reset(v1::Reset { reason }));
    assert!(matches!(client.news().await.unwrap(), Frame::Snapshot(_)));
    house.end().await;
}

#[tokio::test]
async fn heartbeats_come_in_time_and_pings_are_answered() {
    let limits = SocketLimits {
        heartbeat: Duration::from_millis(500),
        ..quick()
    };
    let house = House::start_limited(limits).await;
    let mut client = Client::open(&house, "amelia", None).await;
    let (_, screen) = greeted(&mut client).await;
    for _ in 0..3 {
        let Ok(Frame::Heartbeat(heartbeat)) = client.next().await else {
            panic!("nothing but heartbeats")
        };
        assert!(!heartbeat.stale);
        assert_eq!(heartbeat.offset, screen.offset());
        assert!(heartbeat.now_ms > 1_700_000_000_000);
    }
    client.write(0x89, b"there?").await;
    loop {
        match client.got().await {
            Got::Pong(payload) => break assert_eq!(payload, b"there?"),
            Got::Frame(Frame::Heartbeat(_)) | Got::Ping(_) => {}
            other @ (Got::Frame(_) | Got::Close(..) | Got::End) => panic!("{other:?}"),
        }
    }
    client.write(0x88, &1000_u16.to_be_bytes()).await;
    assert_eq!(client.closed().await, 1000);
    assert_eq!(client.got().await, Got::End);
    house.end().await;
}

#[tokio::test]
async fn by_default_a_heartbeat_comes_at_least_every_second() {
    let house = House::start().await;
    let mut client = Client::open(&house, "amelia", None).await;
    greeted(&mut client).await;
    let mut beats = Vec::new();
    for _ in 0..6 {
        client.next().await.unwrap();
        beats.push(tokio::time::Instant::now());
    }
    // A busy machine may be late with some of them, never with all: the pace is what was promised.
    let quickest = beats.windows(2).map(|two| two[1] - two[0]).min().unwrap();
    assert!(quickest <= Duration::from_secs(1), "{quickest:?}");
    house.end().await;
}

#[tokio::test]
async fn heartbeats_of_many_are_spread() {
    let house = House::start_limited(SocketLimits {
        heartbeat: Duration::from_secs(2),
        ..quick()
    })
    .await;
    let mut beats = tokio::task::JoinSet::new();
    for _ in 0..40 {
        let mut client = Client::open(&house, "amelia", None).await;
        greeted(&mut client).await;
        beats.spawn(async move {
            // The second, so that all are connected.
            let first = client.next().await;
            let begun = tokio::time::Instant::now();
            let second = client.next().await;
            assert!(matches!(
                (first, second),
                (Ok(Frame::Heartbeat(_)), Ok(Frame::Heartbeat(_)))
            ));
            (begun.elapsed(), tokio::time::Instant::now())
        });
    }
    let beats = beats.join_all().await;
    let moments: Vec<_> = beats.iter().map(|(_, at)| *at).collect();
    let spread = *moments.iter().max().unwrap() - *moments.iter().min().unwrap();
    assert!(spread > Duration::from_millis(800), "{spread:?}");
    house.end().await;
}

#[tokio::test]
async fn the_office_opens_and_closes_on_screens() {
    let limits = SocketLimits {
        check_every: Duration::from_millis(50),
        ..quick()
    };
    let house = House::start_limited(limits).await;
    let mut client = Client::open(&house, "amelia", None).await;
    let (hello, screen) = greeted(&mut client).await;
    let before = screen.office.unwrap();
    let ahead = u64::try_from(before.until_ms.unwrap() - hello.now_ms).unwrap() + 1000;
    house
        .store
        .advance_clock(Duration::from_millis(ahead))
        .await
        .unwrap();
    let after = loop {
        if let Frame::Office(office) = client.news().await.unwrap()
            && office.open != before.open
        {
            break office;
        }
    };
    assert!(after.until_ms > before.until_ms, "{after:?}");
    assert_ne!(after.reason, before.reason);
    house.end().await;
}

#[tokio::test]
async fn an_event_that_cannot_be_read_keeps_its_number() {
    let house = House::start().await;
    let mut clients = Vec::new();
    let mut odd = 0;
    for protocol in [JSON, PROTO] {
        let mut client = Client::connect_as(&house, "amelia", protocol, None).await;
        client.ask(None).await;
        odd = greeted(&mut client).await.1.offset() + 1;
        clients.push(client);
    }
    house
        .redis(&format!("XADD {{sb}}:stream {odd}-0 event nonsense"))
        .await;
    let next = house.happen().await;
    for client in &mut clients {
        let (Ok(Frame::Event(first)), Ok(Frame::Event(second))) = (client.news().await, client.news().await)
        else {
            panic!("two events")
        };
        assert_eq!((first.offset, first.event), (odd, None));
        assert_eq!(second.offset, next);
        assert!(second.event.is_some());
    }
    house.end().await;
}

#[tokio::test]
async fn a_stop_tells_every_client_to_come_back_elsewhere() {
    let house = House::start_limited(SocketLimits::default()).await;
    let mut clients = Vec::new();
    for _ in 0..20 {
        let mut client = Client::open(&house, "amelia", None).await;
        greeted(&mut client).await;
        clients.push(client);
    }
    // One that has said nothing yet, and one that will not say goodbye.
    clients.push(Client::connect(&house, "bashir").await);
    let mute = Client::connect(&house, "bashir").await;
    let ticket = house.ticket_of("carys").await;
    house.stop();
    for client in &mut clients {
        assert_eq!(client.closed().await, 1012);
        assert_eq!(client.got().await, Got::End);
    }
    // The mute one holds the stop up for some seconds, in which nobody new is taken.
    let late = request(&ticket, JSON, &[]);
    let (answer, _) = Client::send(&house, late.as_bytes(), None).await;
    answer.is(503, "away");
    assert!(answer.head.contains("retry-after: 1\r\n"));
    tokio::time::timeout(LONG, house.end()).await.unwrap();
    drop(mute);
}

#[tokio::test]
async fn tickets_are_for_known_agents() {
    let house = House::start().await;
    let reply = house.post("/tickets", json!({ "agentId": "amelia" })).await;
    assert_eq!(reply.body["expiresInMs"], 30_000);
    house
        .post("/tickets", json!({ "agentId": "nobody" }))
        .await
        .is(404, "no_such_agent");
    house.end().await;
}

#[tokio::test]
async fn opening_hours_that_cannot_be_read_are_refused_with_every_fault() {
    let mut settings = switchboard_runtime::settings::Layers::demo().load().unwrap();
    settings.hours.time_zone = "Europe/Nowhere".to_owned();
    settings.hours.weekly.monday = vec!["late".to_owned()];
    let store = switchboard_store::StoreConfig::new("redis+unix:///nowhere", "{sb}");
    let store = switchboard_store::Store::new(store).unwrap();
    let rng = switchboard_runtime::Rng::from_seed(1);
    let refused = switchboard_realtime::Realtime::new(&settings, store, rng).unwrap_err();
    let text = refused.to_string();
    assert!(
        text.contains("Europe/Nowhere") && text.contains("monday"),
        "{text}"
    );
}

#[tokio::test]
async fn sockets_are_counted() {
    let house = House::start().await;
    let mut client = Client::open(&house, "amelia", None).await;
    let (_, mut screen) = greeted(&mut client).await;
    let end = house.happen().await;
    follow(&mut client, &mut screen, end).await;
    client.write(0x88, &1000_u16.to_be_bytes()).await;
    assert_eq!(client.closed().await, 1000);
    let bad = request("", JSON, &[]);
    Client::send(&house, bad.as_bytes(), None)
        .await
        .0
        .is(401, "no_ticket");
    let wait = async {
        loop {
            let text = house.metrics().await;
            // Each test has a process of its own, so these are this house's.
            let all = [
                "realtime_sockets 0",
                "realtime_sockets_opened_total{how=\"snapshot\"} 1",
                "realtime_sockets_closed_total{why=\"goodbye\"} 1",
                "realtime_socket_frames_total 1",
                "realtime_refused_total{result=\"no_ticket\"} 1",
                "realtime_feed_stale 0",
            ];
            if all.iter().all(|line| text.contains(line)) && text.contains("realtime_socket_bytes_total") {
                break;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    tokio::time::timeout(LONG, wait).await.unwrap();
    house.end().await;
}
