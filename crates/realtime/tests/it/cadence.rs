//! Much news for many: gathered for most, at once for those whose it is.

use std::sync::Arc;
use std::time::Duration;

use serde_json::json;
use switchboard_realtime::{Cadence, SocketLimits};
use switchboard_runtime::Rng;
use tokio::task::JoinSet;

use crate::client::{Client, JSON, LONG, PROTO};
use crate::house::{House, quick};
use crate::reducer::Screen;
use crate::sockets::greeted;
use crate::storms::follow_and_fall;

/// Gathers with the first sockets already. Heartbeats come as always, and screens panic when they are behind one.
fn gathering(longest: Duration) -> SocketLimits {
    SocketLimits {
        heartbeat: Duration::from_millis(150),
        cadence: Cadence {
            free: 0,
            full: 1,
            longest,
        },
        ..quick()
    }
}

/// Takes everything, heartbeats as well, until the position is reached.
async fn follow_all(client: &mut Client, screen: &mut Screen, until: u64) {
    while screen.offset() < until {
        screen.take(client.next().await.unwrap());
    }
}

/// Longer than any test: whoever is told anything is not told it because their turn has come.
const NEVER: Duration = Duration::from_secs(24 * 60 * 60);

#[tokio::test]
async fn ones_own_comes_at_once_with_all_that_came_before() {
    let house = House::start_limited(gathering(NEVER)).await;
    let mut client = Client::open(&house, "amelia", None).await;
    let (_, mut screen) = greeted(&mut client).await;
    // More of bashir's than goes out at once.
    house.happen_times(40).await;
    let call = house.waiting("CA1").await;
    house.act("answer", &call, "amelia").await.ticket();
    let live = house.live().await;
    follow_all(&mut client, &mut screen, live.offset).await;
    assert_eq!(screen, Screen::of(live, screen.office.clone()));
    // What happens to the call that one has does not name one.
    house.happen_times(40).await;
    house.step(&call, switchboard_domain::Command::CallerGone).await;
    let live = house.live().await;
    follow_all(&mut client, &mut screen, live.offset).await;
    assert!(screen.calls.is_empty());
    // And oneself.
    house.happen_times(40).await;
    let away = json!({ "presence": "away" });
    assert_eq!(house.put("/agents/amelia/presence", away).await.status, 200);
    let live = house.live().await;
    follow_all(&mut client, &mut screen, live.offset).await;
    house.end().await;
}

#[tokio::test]
async fn what_comes_now_and_then_comes_at_once_to_all() {
    let house = House::start_limited(gathering(NEVER)).await;
    let mut client = Client::open(&house, "amelia", None).await;
    let (_, mut screen) = greeted(&mut client).await;
    let end = house.happen_times(3).await;
    follow_all(&mut client, &mut screen, end).await;
    house.end().await;
}

#[tokio::test]
async fn whoever_comes_back_meanwhile_has_what_was_gathered_for_others() {
    let house = House::start_limited(gathering(NEVER)).await;
    let mut client = Client::open(&house, "amelia", None).await;
    let (_, screen) = greeted(&mut client).await;
    let end = house.happen_times(40).await;
    drop(client);
    for protocol in [JSON, PROTO] {
        let mut client = Client::connect_as(&house, "carys", protocol, None).await;
        client.ask(screen.position.clone()).await;
        let mut again = screen.clone();
        follow_all(&mut client, &mut again, end).await;
    }
    house.end().await;
}

#[tokio::test]
async fn a_stream_that_begins_anew_is_no_reason_to_tell_the_old_one() {
    let house = House::start_limited(gathering(NEVER)).await;
    let mut client = Client::open(&house, "amelia", None).await;
    let (_, mut screen) = greeted(&mut client).await;
    house.happen_times(40).await;
    let old = screen.position.clone().unwrap().epoch;
    house.redis("FLUSHALL").await;
    while screen.position.as_ref().is_none_or(|at| at.epoch == old) {
        screen.take(client.next().await.unwrap());
    }
    house.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn with_turns_and_cuts_nothing_is_missing_doubled_or_out_of_order() {
    let limits = gathering(Duration::from_millis(100));
    let house = Arc::new(House::start_limited(limits).await);
    let rng = Rng::from_seed(11);
    let until = house.live().await.offset + 600;
    let mut clients = JoinSet::new();
    for agent in ["amelia", "bashir", "carys", "dylan"]
        .into_iter()
        .cycle()
        .take(100)
    {
        let (house, rng) = (Arc::clone(&house), rng.fork());
        clients.spawn(async move { follow_and_fall(&house, agent, &rng, until).await });
    }
    for _ in 0..60 {
        house.happen_times(10).await;
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    let done = tokio::time::timeout(LONG, clients.join_all()).await.unwrap();
    let live = house.live().await;
    assert_eq!(live.offset, until);
    for (_, screen) in done {
        assert_eq!(screen, Screen::of(live.clone(), screen.office.clone()));
    }
    // Bashir's screens aside, most were told several things in one go.
    let metrics = house.metrics().await;
    let count = |name: &str| {
        let found = metrics.lines().find_map(|line| line.strip_prefix(name));
        found.unwrap().trim().parse::<f64>().unwrap()
    };
    let (writes, frames) = (
        count("realtime_socket_writes_total "),
        count("realtime_socket_frames_total "),
    );
    assert!(writes * 2.0 < frames, "{writes} writes of {frames} events");
    Arc::into_inner(house).unwrap().end().await;
}
