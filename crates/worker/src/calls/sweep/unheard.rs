//! Finds calls that came and went unheard: they were served without Redis, were over before anybody looked, and the
//! news of their end was lost. Nobody waits for anything any more, but the history shall not lack them.
//!
//! One more list a round, of calls that have ended since the last round that worked: a page, mostly. Whether there was an
//! outage is not asked. A worker cannot know: Redis may have been away for a gateway only.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use chrono::{DateTime, Utc};
use switchboard_domain::{Adopted, CallId, Caller, Command, Incoming, Timestamp};
use switchboard_queue::JobError;
use switchboard_telephony::rest::{Call as CarrierCall, CallFilter};
use switchboard_telephony::{CallStatus, Party};
use tracing::warn;

use super::go_on;
use crate::calls::Carrier;
use crate::error::of_carrier;

/// How far back is looked at most: after a longer absence of all workers, or by one that has just started.
const FARTHEST: Duration = Duration::from_mins(10);
/// How long the news of an end may be under way.
const SETTLED: Duration = Duration::from_secs(15);
/// So much is looked at again: the carrier's clock is not ours, its list is not made in one moment, and what could not
/// be made known the last time gets another chance. Longer than [`SETTLED`] and a round together.
const OVERLAP: Duration = Duration::from_secs(90);

/// Up to when this worker has looked for calls that came and went.
#[derive(Debug, Clone, Default)]
pub(in crate::calls) struct Horizon(Arc<Mutex<Option<Timestamp>>>);

impl Horizon {
    /// Since when calls may have ended of which nobody knows.
    fn since(&self, now: Timestamp) -> Timestamp {
        let reached = *self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let farthest = now.minus(FARTHEST);
        reached.map_or(farthest, |reached| reached.minus(OVERLAP).max(farthest))
    }

    fn reached(&self, now: Timestamp) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(now);
    }
}

impl Carrier {
    /// Makes calls known that were answered and have ended, and of which there is no trace.
    pub(super) async fn find_unheard(&self, now: Timestamp, name: &str) -> Result<(), JobError> {
        // What is forgotten so soon could not be told from what was never known.
        if self.ended_ttl <= FARTHEST {
            return Ok(());
        }
        let filter = CallFilter {
            status: Some(CallStatus::Completed),
            ended_since: DateTime::<Utc>::from_timestamp_millis(self.horizon.since(now).as_millis()),
            ..CallFilter::default()
        };
        let listing = self.rest.list_calls(&filter).await.map_err(of_carrier)?;
        if !listing.complete {
            warn!("more calls have ended than were listed: some that nobody heard of may stay unknown");
        }
        for line in listing.items.iter().filter(|line| self.is_caller(line)) {
            let Some(ended) = line.ended.map(instant) else {
                continue;
            };
            if now.since(ended) >= SETTLED {
                let made_known = self.remember(line, ended, &format!("{name}:{}", line.sid)).await;
                go_on(&line.sid, made_known);
            }
        }
        self.horizon.reached(now);
        Ok(())
    }

    /// Makes a call known that is over, unless it is.
    async fn remember(&self, line: &CarrierCall, ended: Timestamp, name: &str) -> Result<(), JobError> {
        let id = CallId::new(line.sid.as_str()).map_err(JobError::dead)?;
        if self.calls.read(id.as_str()).await?.is_some() {
            return Ok(());
        }
        let text = |party: Option<&Party>| party.map(ToString::to_string).unwrap_or_default();
        let began = line.created.or(line.started).map_or(ended, instant).min(ended);
        let adopt = Command::Adopt {
            incoming: Incoming {
                id: id.clone(),
                caller: Caller::read(&text(line.from.as_ref()), self.country),
                dialled: text(line.to.as_ref()),
                // Somebody answered it, be it with the words that nobody is there.
                open: true,
                sources: Vec::new(),
            },
            found: Adopted::Over { began, ended },
        };
        let step = self.calls.step(&id, &format!("{name}:over"), &adopt).await?;
        if step.is_none_or(|step| step.turned_away.is_some()) {
            return Ok(());
        }
        warn!(call.id = %id, "call {id}: came and went, and nobody told; how it ended is not known");
        metrics::counter!("worker_repairs_total", "what" => "call").increment(1);
        Ok(())
    }
}

fn instant(time: DateTime<Utc>) -> Timestamp {
    Timestamp::from_millis(time.timestamp_millis())
}
