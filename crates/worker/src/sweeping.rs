//! Makes sure that there is a sweep.
//!
//! The sweep is one job that never ends, and the last to notice when something was lost. A Redis that came back without
//! its last second has lost it too, and nothing else would miss it: so every worker goes on making sure, and none says
//! that it is ready before it has.

use std::time::Duration;

use switchboard_contracts::v1::Sweep;
use switchboard_queue::jobs::SWEEP;
use switchboard_queue::{Admin, Prefix, Producer, Push};
use tokio_util::sync::CancellationToken;
use tracing::warn;

use crate::calls::SWEEP_ID;

/// Between two looks: one small request, and the most that a lost sweep is late.
const EVERY: Duration = Duration::from_secs(1);
/// While Redis does not answer.
const AGAIN: Duration = Duration::from_secs(1);

#[derive(Clone, Debug)]
pub(crate) struct Sweeping {
    redis_url: String,
    prefix: Prefix,
}

impl Sweeping {
    pub(crate) fn new(redis_url: &str, prefix: Prefix) -> Self {
        Self {
            redis_url: redis_url.to_owned(),
            prefix,
        }
    }

    /// Pushes the sweep, which changes nothing when there is one. On a connection of its own: one from before an outage
    /// would fail once, and this is asked just after.
    pub(crate) async fn ensure(&self) -> switchboard_queue::Result<()> {
        let producer = Producer::connect(&self.redis_url, self.prefix.clone())?;
        producer.push(&Push::now(&Sweep {})?.id(SWEEP_ID)).await?;
        Ok(())
    }

    /// Whether there is a sweep. Only looks: whoever asks for a worker's health changes nothing.
    pub(crate) async fn is_there(&self) -> Result<(), String> {
        let look = async {
            let admin = Admin::connect(&self.redis_url, self.prefix.clone())?;
            admin.job(SWEEP, SWEEP_ID).await
        };
        match look.await {
            Ok(Some(_)) => Ok(()),
            Ok(None) => Err("there is no sweep yet".to_owned()),
            Err(error) => Err(error.to_string()),
        }
    }

    /// Goes on making sure until `shutdown`.
    pub(crate) async fn keep(&self, shutdown: &CancellationToken) {
        let mut missed = false;
        loop {
            let pause = match self.ensure().await {
                Ok(()) => {
                    missed = false;
                    EVERY
                }
                Err(error) => {
                    // One line an outage, not one a try.
                    if !missed {
                        warn!(%error, "the sweep cannot be started yet: {error}");
                    }
                    missed = true;
                    AGAIN
                }
            };
            tokio::select! {
                () = shutdown.cancelled() => return,
                () = tokio::time::sleep(pause) => {}
            }
        }
    }
}
