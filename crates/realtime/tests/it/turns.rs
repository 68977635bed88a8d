//! Many come at once, and Redis is slow for a moment.

use std::sync::Arc;
use std::time::Duration;

use switchboard_realtime::SocketLimits;
use switchboard_runtime::settings::Layers;
use tokio::task::JoinSet;

use crate::client::{Client, JSON, LONG, request};
use crate::house::{House, quick};

const CLIENTS: usize = 100;
/// How long a question to Redis may take.
const BUDGET: Duration = Duration::from_secs(2);

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_waits_for_a_turn_does_not_use_up_the_time_for_an_answer() {
    let limits = SocketLimits {
        turn_within: LONG,
        ..quick()
    };
    let house = Arc::new(House::start_with_limits(&Layers::demo(), limits, BUDGET).await);
    let mut tickets = Vec::new();
    for _ in 0..CLIENTS {
        tickets.push(house.ticket_of("amelia").await);
    }
    house.redis.pause().unwrap();
    let mut clients = JoinSet::new();
    for ticket in tickets {
        let house = Arc::clone(&house);
        clients.spawn(async move {
            let request = request(&ticket, JSON, &[]);
            Client::send(&house, request.as_bytes(), None).await.0
        });
    }
    // Whoever was asked for first is refused, because Redis does not answer in time.
    let first = tokio::time::timeout(LONG, clients.join_next()).await.unwrap();
    first.unwrap().unwrap().is(503, "away");
    house.redis.resume().unwrap();
    let others = tokio::time::timeout(LONG, clients.join_all()).await.unwrap();
    let served = others.iter().filter(|answer| answer.status == 101).count();
    // Had all been asked at once, all would have been refused at once.
    assert!(served >= CLIENTS / 2, "{served} of {CLIENTS} were served");
    Arc::into_inner(house).unwrap().end().await;
}
