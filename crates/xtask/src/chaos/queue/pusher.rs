//! Somebody who pushes jobs, whatever happens to Redis meanwhile.

use std::collections::BTreeMap;
use std::time::Duration;

use anyhow::{Result, bail, ensure};
use switchboard_queue::{Prefix, Priority, Producer, Push, Pushed};
use switchboard_runtime::Rng;
use tokio_util::sync::CancellationToken;

use super::job::{Poison, Work};
use crate::house::wall_us;

/// What is known of a job that was pushed.
#[derive(Debug, Clone, Copy)]
pub(super) struct Known {
    /// Before that moment it must not run; since the epoch.
    pub(super) due_us: Option<i64>,
    pub(super) poison: bool,
}

/// Jobs by their ids.
pub(super) type Pushes = BTreeMap<String, Known>;

const KEY_TTL: Duration = Duration::from_hours(12);

/// How long Redis may be away before the run is given up.
const PATIENCE: Duration = Duration::from_secs(60);

/// Pushes until told to stop. Every push has an idempotency key, so that one whose answer was lost can be repeated,
/// and is pushed once: when this returns, each job was acknowledged.
pub(super) async fn push_until(
    url: &str,
    prefix: Prefix,
    rate: u64,
    rng: Rng,
    stop: CancellationToken,
) -> Result<Pushes> {
    let producer = Producer::connect(url, prefix)?;
    let mut pushes = Pushes::new();
    let mut ticks = tokio::time::interval(Duration::from_micros(1_000_000 / rate));
    ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    while stop.run_until_cancelled(ticks.tick()).await.is_some() {
        let id = format!("j{}", pushes.len());
        let (push, known) = any(&rng)?;
        let push = push.id(id.clone()).key(id.clone(), KEY_TTL);
        acknowledged(&producer, &push).await?;
        // Once more under the same key: nothing may come of it, running, done or dead.
        if rng.below(10) == 0 {
            let again = acknowledged(&producer, &push.clone().id(format!("{id}-again"))).await?;
            ensure!(again == Pushed::Duplicate, "{id} was pushed twice under one key");
        }
        pushes.insert(id, known);
    }
    Ok(pushes)
}

fn any(rng: &Rng) -> Result<(Push, Known)> {
    let now_ms = wall_us() / 1000;
    let due_ms = match rng.below(4) {
        0 => Some(now_ms + i64::try_from(rng.below(3000))?),
        _ => None,
    };
    let poison = rng.below(50) == 0;
    let push = if poison {
        let job = Poison {
            // Rarely: each takes a worker with all its jobs along.
            kills_in: if rng.below(8) == 0 { 2 } else { 0 },
        };
        due_ms.map_or_else(|| Push::now(&job), |due| Push::at(&job, due))?
    } else {
        let job = Work {
            run_ms: match rng.below(10) {
                0 | 1 => rng.below(2000),
                2..=5 => rng.below(400),
                _ => rng.below(20),
            },
            fails: u32::try_from(rng.below(8))?.saturating_sub(5),
            retry_ms: rng.below(500),
        };
        due_ms.map_or_else(|| Push::now(&job), |due| Push::at(&job, due))?
    };
    let push = match rng.below(5) {
        0 => push.priority(Priority::High),
        _ => push,
    };
    let known = Known {
        due_us: due_ms.map(|due| due * 1000),
        poison,
    };
    Ok((push, known))
}

/// Repeats a push until Redis has answered.
async fn acknowledged(producer: &Producer, push: &Push) -> Result<Pushed> {
    let begun = tokio::time::Instant::now();
    loop {
        match producer.push(push).await {
            Ok(pushed) => return Ok(pushed),
            Err(error) if error.is_transient() && begun.elapsed() < PATIENCE => {
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
            Err(error) => bail!("a push: {error}"),
        }
    }
}
