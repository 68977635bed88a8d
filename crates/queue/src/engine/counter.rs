//! Tells the metrics how the queue stands. Every worker of a queue tells the same.

use std::sync::Arc;
use std::time::Duration;

use tokio::time::{MissedTickBehavior, interval};

use super::shared::Shared;
use crate::link::{Address, Link};
use crate::stats::Stats;
use crate::{metric, script};

/// Some µs of Redis' time every so often; metrics are rarely read more often than that.
const EVERY: Duration = Duration::from_secs(5);

pub(super) async fn run(address: Address, shared: Arc<Shared>) {
    let options = &shared.options;
    let mut link = Link::new(
        address,
        &options.queue,
        "counter",
        Duration::from_secs(2),
        options.seed ^ 5,
    );
    let mut ticks = interval(EVERY);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let count = async {
        loop {
            ticks.tick().await;
            let mut call = script::STATS.key(shared.prefix.as_str());
            call.arg(&options.queue);
            // The link has said what is wrong; the last figures stay.
            if let Ok(stats) = link.invoke::<Stats>(&call).await {
                for queue in &stats.queues {
                    metric::standing(queue, stats.now_ms);
                }
            }
        }
    };
    tokio::select! {
        () = count => {}
        () = shared.draining.cancelled() => {}
    }
}
