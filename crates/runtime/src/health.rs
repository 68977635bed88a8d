//! Whether the process is alive, and whether it can do its work.

use std::{
    fmt,
    future::Future,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

use actix_web::{
    HttpResponse,
    http::header::{CACHE_CONTROL, CONTENT_TYPE},
    web::{self, ServiceConfig},
};
use futures::{FutureExt as _, future::BoxFuture, future::join_all};
use serde_json::{Value, json};
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;

use crate::Metrics;

/// Name, whether it passes, and how long it took.
type Findings = Vec<(&'static str, bool, Duration)>;

/// How long findings count.
const FRESH: Duration = Duration::from_secs(1);
/// While something fails: whoever waits for a start should not wait for this, too.
const FAILING: Duration = Duration::from_millis(100);

type Ask = dyn Fn() -> BoxFuture<'static, Result<(), String>> + Send + Sync;

/// Named checks and the routes that tell their results.
///
/// - `GET /health/live`: 200 as long as the process answers. A supervisor restarts it when it does not.
/// - `GET /health/ready`: 200 when every check passes and no stop has begun, else 503. A balancer sends work elsewhere.
/// - `GET /metrics`: for Prometheus.
///
/// The bodies name each check and nothing more: on a public port they must not tell how the inside looks. What went
/// wrong is logged, once for each change.
#[derive(Clone)]
pub struct Health {
    checks: Vec<Arc<Check>>,
    /// What was found last, and when. Whoever asks meanwhile waits for the same answer: readiness costs one round of checks
    /// a second, however many ask.
    last: Arc<tokio::sync::Mutex<Option<(Instant, Findings)>>>,
    metrics: Metrics,
    stop: CancellationToken,
}

struct Check {
    name: &'static str,
    limit: Duration,
    ask: Box<Ask>,
    failing: AtomicBool,
}

impl Health {
    /// Without checks; not ready any more once `stop` is cancelled.
    pub fn new(metrics: Metrics, stop: CancellationToken) -> Self {
        Self {
            checks: Vec::new(),
            last: Arc::default(),
            metrics,
            stop,
        }
    }

    /// Adds a check: `Err` says what is wrong, for the log. Longer than `limit` counts as failed.
    pub fn check<F, T>(mut self, name: &'static str, limit: Duration, ask: F) -> Self
    where
        F: Fn() -> T + Send + Sync + 'static,
        T: Future<Output = Result<(), String>> + Send + 'static,
    {
        let check = Check {
            name,
            limit,
            ask: Box::new(move || ask().boxed()),
            failing: AtomicBool::new(false),
        };
        self.checks.push(Arc::new(check));
        self
    }

    /// Adds that the process is alive, which anybody may know.
    pub fn configure_live(config: &mut ServiceConfig) {
        config.route("/health/live", web::get().to(live));
    }

    /// Adds all routes: to an operations port, or to the only one.
    pub fn configure(&self, config: &mut ServiceConfig) {
        config.service(
            web::scope("/health")
                .app_data(web::Data::new(self.clone()))
                .route("/live", web::get().to(live))
                .route("/ready", web::get().to(ready)),
        );
        config.service(
            web::resource("/metrics")
                .app_data(web::Data::new(self.metrics.clone()))
                .route(web::get().to(metrics)),
        );
    }

    /// Asks every check at the same time, at most once a second. The first value tells whether all is well.
    pub async fn report(&self) -> (bool, Value) {
        let asked = self.findings().await;
        let stopping = self.stop.is_cancelled();
        let ready = !stopping && asked.iter().all(|(_, ok, _)| *ok);
        let status = match (stopping, ready) {
            (true, _) => "stopping",
            (false, true) => "ready",
            (false, false) => "unready",
        };
        let checks: serde_json::Map<String, Value> = asked
            .into_iter()
            .map(|(name, ok, took)| {
                let ms = u64::try_from(took.as_millis()).unwrap_or(u64::MAX);
                (name.to_owned(), json!({ "ok": ok, "ms": ms }))
            })
            .collect();
        (ready, json!({ "status": status, "checks": checks }))
    }
}

impl Health {
    async fn findings(&self) -> Findings {
        let mut last = self.last.lock().await;
        if let Some((at, findings)) = last.as_ref()
            && at.elapsed()
                < if findings.iter().all(|(_, ok, _)| *ok) {
                    FRESH
                } else {
                    FAILING
                }
        {
            return findings.clone();
        }
        let findings = join_all(self.checks.iter().map(|check| check.run())).await;
        *last = Some((Instant::now(), findings.clone()));
        findings
    }
}

impl fmt::Debug for Health {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list()
            .entries(self.checks.iter().map(|check| check.name))
            .finish()
    }
}

impl Check {
    async fn run(&self) -> (&'static str, bool, Duration) {
        let begun = Instant::now();
        let result = match timeout(self.limit, (self.ask)()).await {
            Ok(result) => result,
            Err(_) => Err(format!("no answer within {:?}", self.limit)),
        };
        let was_failing = self.failing.swap(result.is_err(), Ordering::Relaxed);
        match &result {
            Err(error) if !was_failing => {
                tracing::warn!(check = self.name, "check {} fails: {error}", self.name);
            }
            Ok(()) if was_failing => tracing::info!(check = self.name, "check {} passes again", self.name),
            Ok(()) | Err(_) => {}
        }
        (self.name, result.is_ok(), begun.elapsed())
    }
}

async fn live() -> HttpResponse {
    HttpResponse::Ok()
        .insert_header((CACHE_CONTROL, "no-store"))
        .json(json!({ "status": "live" }))
}

async fn ready(health: web::Data<Health>) -> HttpResponse {
    let (ready, body) = health.report().await;
    let mut response = if ready {
        HttpResponse::Ok()
    } else {
        HttpResponse::ServiceUnavailable()
    };
    response.insert_header((CACHE_CONTROL, "no-store")).json(body)
}

async fn metrics(metrics: web::Data<Metrics>) -> HttpResponse {
    HttpResponse::Ok()
        .insert_header((CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8"))
        .insert_header((CACHE_CONTROL, "no-store"))
        .body(metrics.render())
}
