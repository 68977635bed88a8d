//! The job queues, for an operator: what is in them, and what to do about jobs that failed.

use std::time::Duration;

use actix_web::HttpResponse;
use actix_web::http::header::CACHE_CONTROL;
use actix_web::web::{self, Data, Path, Query, ServiceConfig};
use serde::{Deserialize, Serialize};
use serde_json::json;
use switchboard_queue::{Admin, Dropped, Error, JobState};
use tracing::{error, info};

use crate::app::Realtime;
use crate::body::Fault;
use crate::refusal::Refusal;

/// How long Redis may take; nobody on the phone waits for this.
const WITHIN: Duration = Duration::from_secs(2);

/// The most jobs that one answer holds.
const MOST: u32 = 500;

/// The addresses, under `/jobs`.
pub(crate) fn addresses(config: &mut ServiceConfig) {
    let refused = |allowed| web::to(move || async move { Err::<String, _>(Refusal::WrongMethod(allowed)) });
    config
        .service(
            web::resource("/jobs")
                .route(web::get().to(queues))
                .default_service(refused("GET")),
        )
        .service(
            web::resource("/jobs/{queue}")
                .route(web::get().to(list))
                .default_service(refused("GET")),
        )
        .service(
            web::resource("/jobs/{queue}/{id}")
                .route(web::get().to(show))
                .route(web::delete().to(remove))
                .default_service(refused("DELETE, GET")),
        )
        .service(
            web::resource("/jobs/{queue}/{id}/retry")
                .route(web::post().to(retry))
                .default_service(refused("POST")),
        );
}

/// Which jobs of a queue.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Wanted {
    state: JobState,
    #[serde(default = "some")]
    limit: u32,
}

fn some() -> u32 {
    50
}

/// `GET /jobs`: how every queue stands.
async fn queues(realtime: Data<Realtime>) -> Result<HttpResponse, Refusal> {
    let stats = within(admin(&realtime)?.stats()).await?;
    Ok(found(&json!({ "nowMs": stats.now_ms, "queues": stats.queues })))
}

/// `GET /jobs/{queue}?state=…`: those that are next first, the newest dead first.
async fn list(
    queue: Path<String>,
    wanted: Result<Query<Wanted>, actix_web::Error>,
    realtime: Data<Realtime>,
) -> Result<HttpResponse, Refusal> {
    let Query(Wanted { state, limit }) = wanted.map_err(|fault| {
        Refusal::Faults(vec![Fault {
            field: "query".to_owned(),
            problem: format!("expected state=ready, due, running or dead, and perhaps limit: {fault}"),
        }])
    })?;
    let admin = admin(&realtime)?;
    let now_ms = within(known(admin, &queue)).await??;
    let jobs = within(admin.jobs(&queue, state, limit.min(MOST))).await?;
    Ok(found(&json!({ "nowMs": now_ms, "jobs": jobs })))
}

/// `GET /jobs/{queue}/{id}`.
async fn show(at: Path<(String, String)>, realtime: Data<Realtime>) -> Result<HttpResponse, Refusal> {
    let (queue, id) = at.into_inner();
    let job = within(admin(&realtime)?.job(&queue, &id)).await?;
    Ok(found(&job.ok_or(Refusal::NoSuchJob)?))
}

/// `POST /jobs/{queue}/{id}/retry`: a job that failed runs now.
async fn retry(at: Path<(String, String)>, realtime: Data<Realtime>) -> Result<HttpResponse, Refusal> {
    let (queue, id) = at.into_inner();
    let admin = admin(&realtime)?;
    if within(admin.requeue(&queue, &id)).await? {
        info!(queue, job.id = id, "an operator let job {id} run again");
        return Ok(found(&json!({ "result": "ready" })));
    }
    let there = within(admin.job(&queue, &id)).await?;
    Err(there.map_or(Refusal::NoSuchJob, |_| Refusal::NotFailed))
}

/// `DELETE /jobs/{queue}/{id}`.
async fn remove(at: Path<(String, String)>, realtime: Data<Realtime>) -> Result<HttpResponse, Refusal> {
    let (queue, id) = at.into_inner();
    match within(admin(&realtime)?.drop(&queue, &id)).await? {
        Dropped::Gone => {
            info!(queue, job.id = id, "an operator dropped job {id}");
            Ok(found(&json!({ "result": "dropped" })))
        }
        Dropped::NoSuchJob => Err(Refusal::NoSuchJob),
        Dropped::Running => Err(Refusal::JobRuns),
    }
}

/// A process that was not told where the jobs are has no such addresses.
fn admin(realtime: &Realtime) -> Result<&Admin, Refusal> {
    realtime.jobs.as_ref().ok_or(Refusal::NoSuchAddress)
}

/// The time by the queue's clock, if there is a queue of that name: a misspelt one would look empty.
async fn known(admin: &Admin, queue: &str) -> Result<Result<i64, Refusal>, Error> {
    let stats = admin.stats().await?;
    let there = stats.queues.iter().any(|known| known.name == queue);
    Ok(there.then_some(stats.now_ms).ok_or(Refusal::NoSuchQueue))
}

async fn within<T>(work: impl Future<Output = Result<T, Error>>) -> Result<T, Refusal> {
    match tokio::time::timeout(WITHIN, work).await {
        Ok(Ok(answer)) => Ok(answer),
        Ok(Err(Error::QueueName(_))) => Err(Refusal::NoSuchQueue),
        Ok(Err(failure)) => {
            error!(
                error = &failure as &dyn std::error::Error,
                "an operator cannot be answered: {failure}"
            );
            // Data of a wrong type will be so the next time as well.
            let wrong = matches!(&failure, Error::Redis(error) if error.code() == Some("WRONGTYPE"));
            Err(if failure.is_transient() && !wrong {
                Refusal::Away
            } else {
                Refusal::Broken
            })
        }
        Err(_) => {
            error!(
                "an operator cannot be answered: no answer of redis within {} ms",
                WITHIN.as_millis()
            );
            Err(Refusal::Away)
        }
    }
}

fn found<T: Serialize>(what: &T) -> HttpResponse {
    HttpResponse::Ok()
        .insert_header((CACHE_CONTROL, "no-store"))
        .json(what)
}
