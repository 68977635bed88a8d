//! Renews the leases of all that is held, running or not.

use std::sync::Arc;
use std::time::Duration;

use tokio::time::{MissedTickBehavior, interval};
use tracing::warn;

use super::shared::Shared;
use crate::link::{Address, Link};
use crate::script;

/// The most renewals in one call.
const BATCH: usize = 200;

pub(super) async fn run(address: Address, shared: Arc<Shared>) {
    let options = &shared.options;
    let answer = options.lease.max(Duration::from_secs(1));
    let mut link = Link::new(address, &options.queue, "keeper", answer, options.seed ^ 4);
    let mut ticks = interval(options.renew_every);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            _ = ticks.tick() => {}
            () = shared.closed.cancelled() => return,
        }
        tokio::select! {
            () = renew(&mut link, &shared) => {}
            () = shared.closed.cancelled() => return,
        }
    }
}

async fn renew(link: &mut Link, shared: &Shared) {
    let options = &shared.options;
    let leases = shared.leases();
    for batch in leases.chunks(BATCH) {
        let mut call = script::EXTEND.key(shared.prefix.as_str());
        call.arg(&options.queue)
            .arg(u64::try_from(options.lease.as_millis()).unwrap_or(u64::MAX));
        for lease in batch {
            call.arg(lease.id.as_ref()).arg(lease.token);
        }
        // On an error the next tick tries again; the link has said so.
        let Ok(renewed) = link.invoke::<Vec<i64>>(&call).await else {
            return;
        };
        options.health.touch();
        for (lease, renewed) in batch.iter().zip(renewed) {
            if renewed == 0 && shared.lost(lease) {
                let id = &lease.id;
                warn!(job.id = %id, queue = options.queue, "the lease of job {id} is lost, stopping it");
            }
        }
    }
    if !leases.is_empty() {
        shared.renewed();
    }
}
