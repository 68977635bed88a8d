//! Brings the tables of the records to where this version needs them, before anything else is asked of them.

use std::time::Duration;

use switchboard_records::Records;
use tokio_util::sync::CancellationToken;
use tracing::{info, warn};

/// While the database does not answer.
const AGAIN: Duration = Duration::from_secs(1);

/// Goes on trying until it is done, or until `shutdown`: then what was begun is undone.
pub(crate) async fn prepare(records: &Records, shutdown: &CancellationToken) {
    let waits = || info!("another process brings the tables of the records up to date: waiting for it");
    let mut missed = false;
    loop {
        let tried = tokio::select! {
            tried = records.prepare(waits) => tried,
            () = shutdown.cancelled() => return,
        };
        match tried {
            Ok(()) => {
                info!("the tables of the records are up to date");
                return;
            }
            Err(error) => {
                // One line an outage, not one a try.
                if !missed {
                    let error = crate::process::chain(&error);
                    warn!("the tables of the records cannot be brought up to date yet: {error}");
                }
                missed = true;
            }
        }
        tokio::select! {
            () = shutdown.cancelled() => return,
            () = tokio::time::sleep(AGAIN) => {}
        }
    }
}
