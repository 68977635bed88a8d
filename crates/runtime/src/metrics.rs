//! Numbers for Prometheus.
//!
//! Code counts with the macros of the `metrics` crate; what is counted is shown at `/metrics`.

use std::{sync::Mutex, sync::PoisonError, time::Duration};

use metrics_exporter_prometheus::{BuildError, Matcher, PrometheusBuilder, PrometheusHandle};

use crate::Lifecycle;

/// Upper bounds in seconds: from a webhook answered from memory to a call that waits minutes.
const SECONDS: [f64; 16] = [
    0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 120.0, 600.0,
];

/// What this process has counted. Clones are the same numbers.
#[derive(Clone, Debug)]
pub struct Metrics(PrometheusHandle);

impl Metrics {
    /// Begins to count; later calls in the same process give the same numbers, because the macros know only one
    /// recorder in a process. Names that end in `_seconds` are histograms.
    ///
    /// # Errors
    /// When the process has a recorder that is not ours.
    pub fn install() -> Result<Self, BuildError> {
        static INSTALLED: Mutex<Option<Metrics>> = Mutex::new(None);
        let mut installed = INSTALLED.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(metrics) = installed.as_ref() {
            return Ok(metrics.clone());
        }
        let handle = PrometheusBuilder::new()
            .set_buckets_for_metric(Matcher::Suffix("_seconds".to_owned()), &SECONDS)?
            .install_recorder()?;
        Ok(installed.insert(Self(handle)).clone())
    }

    /// The text that Prometheus reads.
    pub fn render(&self) -> String {
        self.0.render()
    }

    /// Sorts samples into their buckets every few seconds. Without it they pile up in memory until somebody reads
    /// `/metrics`, and perhaps nobody ever does.
    pub fn keep_tidy(&self, lifecycle: &Lifecycle) {
        let (handle, stop) = (self.0.clone(), lifecycle.token());
        lifecycle.spawn("metrics", async move {
            while stop
                .run_until_cancelled(tokio::time::sleep(Duration::from_secs(5)))
                .await
                .is_some()
            {
                handle.run_upkeep();
            }
        });
    }
}
