//! Wakes the fetcher when somebody pushes.

use std::sync::Arc;
use std::time::Duration;

use futures::StreamExt;
use rand::SeedableRng;
use rand::rngs::StdRng;
use redis::{RedisError, RedisResult};
use tokio::time::{MissedTickBehavior, interval, timeout};
use tracing::{debug, warn};

use super::shared::Shared;
use crate::link::{Address, RECONNECT};

/// How often the subscription is proved alive. A connection that died without a word would cost each
/// job up to a tick until the kernel notices, which takes it minutes.
const PROBE: Duration = Duration::from_secs(5);

pub(super) async fn run(address: Address, shared: Arc<Shared>) {
    let queue = &shared.options.queue;
    let mut rng = StdRng::seed_from_u64(shared.options.seed ^ 2);
    let mut failures = 0;
    loop {
        let mut subscribed = false;
        let ended = tokio::select! {
            ended = listen(&address, failures, &shared, &mut subscribed) => ended,
            () = shared.draining.cancelled() => return,
        };
        failures = if subscribed { 1 } else { failures + 1 };
        match ended {
            Err(error) if failures == 1 => {
                warn!(queue, %error, "the wake-up subscription of {queue} ended, making it again");
            }
            Err(error) => debug!(queue, %error, failures, "no wake-up subscription"),
            Ok(()) => debug!(queue, "the wake-up subscription was closed"),
        }
        tokio::time::sleep(RECONNECT.pause(failures, &mut rng)).await;
    }
}

async fn listen(address: &Address, failures: u32, shared: &Shared, subscribed: &mut bool) -> RedisResult<()> {
    let slow = |_| RedisError::from(std::io::Error::from(std::io::ErrorKind::TimedOut));
    let turn = usize::try_from(failures).unwrap_or_default();
    let (client, by_name) = address;
    let connect = async { by_name.direct(client, turn).await?.get_async_pubsub().await };
    let pubsub = timeout(Duration::from_secs(2), connect).await.map_err(slow)??;
    let (mut sink, mut messages) = pubsub.split();
    timeout(
        Duration::from_secs(2),
        sink.subscribe(shared.prefix.wake_channel()),
    )
    .await
    .map_err(slow)??;
    *subscribed = true;
    // Whatever was pushed while nobody listened was not heard.
    shared.kick.notify_one();
    let mut probe = interval(PROBE);
    probe.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            message = messages.next() => {
                let Some(message) = message else { return Ok(()) };
                let named = message.get_payload_bytes();
                if named == b"*" || named == shared.options.queue.as_bytes() {
                    shared.kick.notify_one();
                }
            }
            _ = probe.tick() => {
                timeout(Duration::from_secs(2), sink.ping::<redis::Value>()).await.map_err(slow)??;
            }
        }
    }
}
