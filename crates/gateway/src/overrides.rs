//! Keeps the overrides of opening hours in mind, so that a call is answered by them even without Redis.

use std::collections::BTreeMap;
use std::time::Duration;

use switchboard_runtime::OverrideRecord;
use tokio_util::sync::CancellationToken;
use tracing::{debug, info, warn};

use crate::app::Gateway;

/// Somebody who closes the office expects the next caller to hear it: well within a second.
const EVERY: Duration = Duration::from_millis(400);

/// Looks for overrides until `shutdown`. While Redis is away the last ones known go on to count.
pub(crate) async fn follow(gateway: &Gateway, shutdown: &CancellationToken) {
    let mut known: Option<BTreeMap<String, String>> = None;
    loop {
        match gateway.store.overrides().await {
            Ok(found) if known.as_ref() != Some(&found) => {
                take(gateway, &found);
                known = Some(found);
            }
            Ok(_) => {}
            Err(error) => debug!("overrides of opening hours stay as they are: {error}"),
        }
        tokio::select! {
            () = tokio::time::sleep(EVERY) => {}
            () = shutdown.cancelled() => return,
        }
    }
}

fn take(gateway: &Gateway, found: &BTreeMap<String, String>) {
    let mut records = Vec::with_capacity(found.len());
    for (id, text) in found {
        if let Some(record) = OverrideRecord::read(text) {
            records.push(record);
        } else {
            warn!("override {id} of opening hours cannot be read and does not count");
        }
    }
    gateway.override_hours(&records);
    info!(
        count = records.len(),
        "{} overrides of opening hours are known",
        records.len()
    );
}
