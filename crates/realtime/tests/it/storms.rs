//! Many at once.

use std::time::Duration;

use switchboard_contracts::v1::server_frame::Frame;
use switchboard_runtime::Rng;
use tokio::task::JoinSet;
use tokio::time::{Instant, timeout_at};

use crate::client::{Client, LONG};
use crate::house::House;
use crate::reducer::Screen;
use std::sync::Arc;

const CLIENTS: u64 = 200;
const EVENTS: usize = 600;

/// Follows until the last event, cut at random moments. The screen panics on anything lost, doubled or out of order.
pub(crate) async fn follow_and_fall(house: &House, agent: &str, rng: &Rng, until: u64) -> (usize, Screen) {
    let mut screen = Screen::default();
    let mut cuts = 0;
    while screen.offset() < until {
        let mut client = Client::open(house, agent, screen.position.clone()).await;
        let cut = Instant::now() + Duration::from_millis(rng.below(1500));
        loop {
            match timeout_at(cut, client.next()).await {
                Ok(frame) => screen.take(frame.unwrap()),
                // Cut in the middle of whatever is on the line.
                Err(_) if screen.offset() < until => break cuts += 1,
                Err(_) => break,
            }
            if screen.offset() >= until {
                break;
            }
        }
    }
    (cuts, screen)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_hundred_clients_are_cut_while_events_flow_and_miss_nothing() {
    let house = Arc::new(House::start().await);
    let begun = house.live().await.offset;
    let until = begun + EVENTS as u64;
    let rng = Rng::from_seed(7);
    let mut clients = JoinSet::new();
    for _ in 0..CLIENTS {
        let (house, rng) = (Arc::clone(&house), rng.fork());
        clients.spawn(async move { follow_and_fall(&house, "amelia", &rng, until).await });
    }
    for _ in 0..EVENTS / 10 {
        house.happen_times(10).await;
        tokio::time::sleep(Duration::from_millis(30)).await;
    }
    let done = tokio::time::timeout(LONG, clients.join_all()).await.unwrap();
    let live = house.live().await;
    assert_eq!(live.offset, until);
    let mut cuts = 0;
    for (cut, screen) in done {
        cuts += cut;
        assert_eq!(screen, Screen::of(live.clone(), screen.office.clone()));
    }
    assert!(cuts > 100, "cut {cuts} times only");
    Arc::into_inner(house).unwrap().end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn all_cut_in_the_same_moment_are_back_with_everything() {
    let house = Arc::new(House::start().await);
    let mut screens = Vec::new();
    let mut clients = Vec::new();
    for _ in 0..CLIENTS {
        let mut client = Client::open(&house, "amelia", None).await;
        let mut screen = Screen::default();
        while screen.office.is_none() {
            screen.take(client.next().await.unwrap());
        }
        clients.push(client);
        screens.push(screen);
    }
    drop(clients);
    let until = house.happen_times(50).await;
    let mut back = JoinSet::new();
    for mut screen in screens {
        let house = Arc::clone(&house);
        back.spawn(async move {
            let mut client = Client::open(&house, "amelia", screen.position.clone()).await;
            let hello = client.next().await.unwrap();
            assert!(
                matches!(&hello, Frame::Hello(hello) if hello.resumed),
                "{hello:?}"
            );
            while screen.offset() < until {
                screen.take(client.next().await.unwrap());
            }
            screen
        });
    }
    let live = house.live().await;
    for screen in tokio::time::timeout(LONG, back.join_all()).await.unwrap() {
        assert_eq!(screen, Screen::of(live.clone(), screen.office.clone()));
    }
    Arc::into_inner(house).unwrap().end().await;
}
