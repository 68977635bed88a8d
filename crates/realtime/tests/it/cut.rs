//! Connections that are cut, and what they are told when they come back.

use std::cell::OnceCell;
use std::time::Duration;

use serde_json::json;
use switchboard_contracts::v1;
use switchboard_contracts::v1::ResetReason;
use switchboard_contracts::v1::server_frame::Frame;
use switchboard_domain::{Command, LookupOutcome, SourceName};
use switchboard_realtime::SocketLimits;
use switchboard_runtime::Rng;
use switchboard_runtime::settings::Layers;

use crate::client::{Client, JSON, LONG, PROTO};
use crate::house::{House, quick};
use crate::reducer::Screen;
use crate::sockets::{follow, greeted};

/// Calls through most of what can happen to them, some at the same time. Answers where the stream ends.
async fn a_busy_day(house: &House) -> u64 {
    let (one, two) = (house.waiting("CA1").await, house.ringing("CA2").await);
    let source = SourceName::new("crm").unwrap();
    let outcome = LookupOutcome::Failed {
        reason: "did not answer".to_owned(),
    };
    house.step(&one, Command::LookedUp { source, outcome }).await;
    house.act("answer", &one, "amelia").await.ticket();
    house.step(&two, Command::CallerGone).await;
    house.act("release", &one, "amelia").await;
    let three = house.talking("CA3", "bashir").await;
    let claim = house.call(&three).await.claims;
    let leg = switchboard_domain::LegId::new("CA3-leg").unwrap();
    house.step(&three, Command::AgentLeft { claim, leg }).await;
    house.step(&one, Command::CheckUnanswered { entry: 1 }).await;
    house.waiting("CA4").await;
    house.step(&one, Command::CallerGone).await;
    let five = house.talking("CA5", "carys").await;
    house.act("hang-up", &five, "carys").await;
    house
        .put("/agents/carys/presence", json!({ "presence": "away" }))
        .await;
    house.happen().await
}

/// Reads at most `frames` frames, then cuts the line without a word.
async fn some_frames(house: &House, protocol: &str, screen: &mut Screen, frames: u64) {
    let mut client = Client::connect_as(house, "dylan", protocol, None).await;
    client.ask(screen.position.clone()).await;
    let position = screen.position.clone();
    for number in 0..frames {
        let frame = client.next().await.unwrap();
        if let Frame::Hello(hello) = &frame {
            assert_eq!(number, 0, "hello first");
            assert_eq!(hello.resumed, position.is_some());
        }
        assert!(
            position.is_none() || !matches!(frame, Frame::Snapshot(_) | Frame::Reset(_)),
            "nothing but the gap"
        );
        screen.take(frame);
    }
}

/// A hello alone brings nobody further, so two is the least.
const LEAST: u64 = 2;
const MOST: u64 = 9;

/// Where a line is cut, again and again.
#[derive(Debug, Clone, Copy)]
enum Cuts {
    /// After so many frames.
    Every(u64),
    /// After some other number each time, by a seed.
    Seeded(u64),
}

impl Cuts {
    fn lengths(self) -> impl FnMut() -> u64 {
        let rng = match self {
            Self::Every(_) => Rng::from_seed(0),
            Self::Seeded(seed) => Rng::from_seed(seed),
        };
        move || match self {
            Self::Every(frames) => frames,
            Self::Seeded(_) => LEAST + rng.next_u64() % (MOST - LEAST + 1),
        }
    }
}

#[tokio::test]
async fn wherever_the_line_is_cut_the_screen_shows_what_is() {
    // Whoever has everything waits for the rest of its frames: heartbeats.
    let house = House::start_limited(SocketLimits {
        heartbeat: Duration::from_millis(100),
        ..quick()
    })
    .await;
    let end = OnceCell::new();
    let day = async { end.set(a_busy_day(&house).await).unwrap() };
    let plans = (LEAST..=MOST).map(Cuts::Every).chain((1..=8).map(Cuts::Seeded));
    let rebuilding = plans
        .flat_map(|cuts| [(cuts, JSON), (cuts, PROTO)])
        .map(async |(cuts, protocol)| {
            let (mut screen, mut lengths, mut cut) = (Screen::default(), cuts.lengths(), Vec::new());
            while end.get().is_none_or(|end| screen.offset() < *end) {
                let frames = lengths();
                some_frames(&house, protocol, &mut screen, frames).await;
                cut.push(frames);
            }
            (cuts, protocol, cut, screen)
        });
    let all = futures::future::join(day, futures::future::join_all(rebuilding));
    let ((), screens) = tokio::time::timeout(LONG, all).await.unwrap();
    for (cuts, protocol, cut, screen) in screens {
        let fresh = Screen::of(house.live().await, screen.office.clone());
        assert_eq!(screen, fresh, "{cuts:?}, {protocol}, cut after {cut:?} frames");
        assert!(!screen.calls.is_empty());
    }
    house.end().await;
}

/// What a client with that position is told first.
async fn told(house: &House, position: v1::Position) -> (Client, Option<ResetReason>) {
    let mut client = Client::open(house, "amelia", Some(position)).await;
    let Ok(Frame::Hello(hello)) = client.news().await else {
        panic!("hello first")
    };
    if hello.resumed {
        return (client, None);
    }
    let Ok(Frame::Reset(reset)) = client.news().await else {
        panic!("a reset")
    };
    assert!(matches!(client.news().await, Ok(Frame::Snapshot(_))));
    (client, Some(reset.reason()))
}

#[tokio::test]
async fn a_position_is_resumed_exactly_or_reset_with_the_reason() {
    let limits = SocketLimits { ring: 16, ..quick() };
    let house = House::start_limited(limits).await;
    let mut client = Client::open(&house, "amelia", None).await;
    let (_, screen) = greeted(&mut client).await;
    let at = |offset| v1::Position {
        epoch: screen.position.as_ref().unwrap().epoch.clone(),
        offset,
    };
    let begun = screen.offset();
    // More than the process keeps, and than is read at once.
    let end = house.happen_times(1200).await;
    for offset in [end, end - 1, end - 15, end - 16, end - 17, end - 600, begun] {
        let (mut client, reset) = told(&house, at(offset)).await;
        assert_eq!(reset, None, "{offset} of {end}");
        let mut screen = Screen {
            position: Some(at(offset)),
            ..Screen::default()
        };
        // And the office after the gap, before anything new.
        follow(&mut client, &mut screen, end).await;
        assert!(matches!(client.news().await, Ok(Frame::Office(_))));
    }
    let (_, reset) = told(&house, at(end + 1)).await;
    assert_eq!(reset, Some(ResetReason::Ahead));
    let elsewhere = v1::Position {
        epoch: "another".to_owned(),
        offset: end,
    };
    let (_, reset) = told(&house, elsewhere).await;
    assert_eq!(reset, Some(ResetReason::Epoch));
    house.redis("XTRIM {sb}:stream MAXLEN 100").await;
    let (_, reset) = told(&house, at(end - 100)).await;
    assert_eq!(reset, None);
    let (_, reset) = told(&house, at(end - 101)).await;
    assert_eq!(reset, Some(ResetReason::TooOld));
    house.end().await;
}

#[tokio::test]
async fn a_message_that_redis_did_not_tell_is_found() {
    let limits = SocketLimits {
        check_every: Duration::from_millis(50),
        ..quick()
    };
    let house = House::start_limited(limits).await;
    let mut client = Client::open(&house, "amelia", None).await;
    let (_, mut screen) = greeted(&mut client).await;
    for _ in 0..5 {
        // Added and not published, as the last of all.
        let next = screen.offset() + 1;
        house
            .redis(&format!(
                "XADD {{sb}}:stream {next}-0 event '{{\"agent\":{{\"id\":\"x\"}}}}'"
            ))
            .await;
        follow(&mut client, &mut screen, next).await;
        // Published with a hole before it.
        let next = screen.offset() + 1;
        house
            .redis(&format!(
                "XADD {{sb}}:stream {next}-0 event '{{\"agent\":{{\"id\":\"y\"}}}}'"
            ))
            .await;
        let end = house.happen().await;
        assert_eq!(end, next + 1);
        follow(&mut client, &mut screen, end).await;
        // Nonsense of others is not taken for events.
        house.redis("PUBLISH {sb}:events nonsense").await;
    }
    house.end().await;
}

#[tokio::test]
async fn a_busy_stream_is_not_taken_for_a_connection_that_tells_nothing() {
    // Often, but three looks must not be shorter than a thread may be late beside other tests: that would be deafness.
    let limits = SocketLimits {
        check_every: Duration::from_millis(20),
        ..quick()
    };
    let house = House::start_limited(limits).await;
    let mut client = Client::open(&house, "amelia", None).await;
    let (_, mut screen) = greeted(&mut client).await;
    let before = house.listeners().await;
    let ends = tokio::join!(
        house.happen_times(300),
        house.happen_times(300),
        house.happen_times(300)
    );
    let end = ends.0.max(ends.1).max(ends.2);
    follow(&mut client, &mut screen, end).await;
    assert_eq!(house.listeners().await, before);
    house.end().await;
}

#[tokio::test]
async fn the_connection_that_tells_events_may_be_cut_at_any_time() {
    let house = House::start().await;
    let mut client = Client::open(&house, "amelia", None).await;
    let (_, mut screen) = greeted(&mut client).await;
    let mut end = 0;
    for _ in 0..10 {
        house.redis("CLIENT KILL TYPE pubsub").await;
        end = house.happen_times(7).await;
    }
    follow(&mut client, &mut screen, end).await;
    assert_eq!(screen, Screen::of(house.live().await, screen.office.clone()));
    house.end().await;
}

#[tokio::test]
async fn while_redis_hangs_heartbeats_say_so_and_nothing_is_lost() {
    let limits = SocketLimits {
        check_every: Duration::from_millis(50),
        heartbeat: Duration::from_millis(100),
        ..quick()
    };
    let house = House::start_with_limits(&Layers::demo(), limits, Duration::from_millis(300)).await;
    let mut client = Client::open(&house, "amelia", None).await;
    let (_, mut screen) = greeted(&mut client).await;
    let end = house.happen().await;
    follow(&mut client, &mut screen, end).await;
    house.redis.pause().unwrap();
    let mut stale = Vec::new();
    while stale.len() < 5 {
        match client.next().await.unwrap() {
            Frame::Heartbeat(heartbeat) if heartbeat.stale => stale.push(heartbeat),
            Frame::Heartbeat(_) | Frame::Office(_) => {}
            other @ (Frame::Hello(_) | Frame::Snapshot(_) | Frame::Event(_) | Frame::Reset(_)) => {
                panic!("{other:?}")
            }
        }
    }
    assert!(
        stale
            .iter()
            .all(|beat| beat.offset == end && beat.now_ms == stale[0].now_ms)
    );
    house.redis.resume().unwrap();
    let end = house.happen_times(3).await;
    follow(&mut client, &mut screen, end).await;
    loop {
        if let Frame::Heartbeat(heartbeat) = client.next().await.unwrap()
            && !heartbeat.stale
        {
            assert_eq!(heartbeat.offset, end);
            break;
        }
    }
    house.end().await;
}

#[tokio::test]
async fn after_a_restart_of_redis_everybody_is_told_everything_anew() {
    let limits = SocketLimits {
        check_every: Duration::from_millis(50),
        ..quick()
    };
    let mut house = House::start_limited(limits).await;
    house.waiting("CA1").await;
    let mut client = Client::open(&house, "amelia", None).await;
    let (_, mut screen) = greeted(&mut client).await;
    let old = screen.position.clone().unwrap();
    house.redis.restart().await.unwrap();
    let reset = client.news().await.unwrap();
    let reason = ResetReason::Epoch.into();
    assert_eq!(reset, Frame::Reset(v1::Reset { reason }));
    screen.take(reset);
    while screen.position.is_none() {
        screen.take(client.news().await.unwrap());
    }
    assert_ne!(screen.position.clone().unwrap().epoch, old.epoch);
    let wait = async {
        loop {
            let end = house.store.stream_end().await;
            match end {
                Ok(_) => break,
                Err(_) => tokio::time::sleep(Duration::from_millis(10)).await,
            }
        }
    };
    tokio::time::timeout(LONG, wait).await.unwrap();
    let end = house.happen().await;
    follow(&mut client, &mut screen, end).await;
    assert_eq!(screen, Screen::of(house.live().await, screen.office.clone()));
    let (_, reset) = told(&house, old).await;
    assert_eq!(reset, Some(ResetReason::Epoch));
    house.end().await;
}

#[tokio::test]
async fn a_redis_that_came_back_empty_is_named_and_the_agents_are_there_again() {
    let limits = SocketLimits {
        check_every: Duration::from_millis(50),
        ..quick()
    };
    let house = House::start_limited(limits).await;
    let mut client = Client::open(&house, "amelia", None).await;
    let (_, mut screen) = greeted(&mut client).await;
    let before = screen.agents.clone();
    house.redis("FLUSHALL").await;
    let wait = async {
        let mut reset = false;
        // A demonstration knows again who is signed in; the others it knows as they begin.
        let known = |screen: &Screen| {
            screen.agents.keys().eq(before.keys()) && screen.agents.get("amelia") == before.get("amelia")
        };
        while !reset || !known(&screen) {
            let frame = client.news().await.unwrap();
            reset |= matches!(frame, Frame::Reset(_));
            screen.take(frame);
        }
    };
    tokio::time::timeout(LONG, wait).await.unwrap();
    let end = house.happen().await;
    follow(&mut client, &mut screen, end).await;
    house.end().await;
}
