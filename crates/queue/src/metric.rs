//! The metrics, all by queue and job. Names that no handler knows count as `unknown`, so that garbage in
//! Redis cannot fill the metrics store.

use std::sync::Arc;
use std::time::Duration;

use metrics::{counter, gauge, histogram};

use crate::stats::QueueStats;

/// The labels of a delivery.
#[derive(Clone, Debug)]
pub(crate) struct Labels {
    pub(crate) queue: Arc<str>,
    pub(crate) job: &'static str,
}

impl Labels {
    fn count(&self, name: &'static str) {
        counter!(name, "queue" => self.queue.clone(), "job" => self.job).increment(1);
    }

    /// A run begins; `pickup` is how long the job could have run before (first delivery only).
    pub(crate) fn started(&self, pickup: Option<Duration>) {
        self.count("queue_jobs_started_total");
        if let Some(pickup) = pickup {
            histogram!("queue_job_pickup_seconds", "queue" => self.queue.clone(), "job" => self.job)
                .record(pickup.as_secs_f64());
        }
    }

    /// A run ended, however.
    pub(crate) fn ran(&self, time: Duration) {
        histogram!("queue_job_run_seconds", "queue" => self.queue.clone(), "job" => self.job)
            .record(time.as_secs_f64());
    }

    pub(crate) fn succeeded(&self) {
        self.count("queue_jobs_succeeded_total");
    }

    pub(crate) fn retried(&self) {
        self.count("queue_jobs_retried_total");
    }

    /// Left to another worker.
    pub(crate) fn deferred(&self) {
        self.count("queue_jobs_deferred_total");
    }

    pub(crate) fn dead(&self) {
        self.count("queue_jobs_dead_total");
    }

    /// The lease went to somebody else while the job ran here.
    pub(crate) fn lost(&self) {
        self.count("queue_jobs_lost_total");
    }
}

pub(crate) fn redis_failed(queue: &str, what: &'static str) {
    counter!("queue_redis_errors_total", "queue" => queue.to_owned(), "what" => what).increment(1);
}

/// Jobs that died without a handler: in an expired lease, or with an envelope that nobody can read.
pub(crate) fn died_unheard(queue: &str, count: u64) {
    counter!("queue_jobs_dead_total", "queue" => queue.to_owned(), "job" => "unknown").increment(count);
}

pub(crate) fn leases_expired(queue: &str, count: u64) {
    counter!("queue_leases_expired_total", "queue" => queue.to_owned()).increment(count);
}

/// How a queue stands at one moment. Every worker of it tells the same, so take one of them, not their sum.
pub(crate) fn standing(queue: &QueueStats, now_ms: i64) {
    let tell = |name: &'static str, value: f64| gauge!(name, "queue" => queue.name.clone()).set(value);
    let count = |count: u64| u32::try_from(count).map_or(f64::INFINITY, f64::from);
    tell("queue_jobs_ready", count(queue.ready));
    tell("queue_jobs_due", count(queue.due));
    tell("queue_jobs_running", count(queue.leased));
    tell("queue_jobs_dead", count(queue.dead));
    let age = queue.oldest.map_or(0, |oldest| (now_ms - oldest).max(0));
    tell(
        "queue_oldest_ready_seconds",
        Duration::from_millis(u64::try_from(age).unwrap_or(0)).as_secs_f64(),
    );
}
