//! Opening hours over HTTP: how they stand, and opening or closing by hand.

mod put;
mod read;
mod show;
mod withdraw;

use actix_web::HttpResponse;
use actix_web::http::header::CACHE_CONTROL;
use actix_web::web::{self, ServiceConfig};
use chrono::{DateTime, Utc};
use serde::Serialize;
use switchboard_domain::Timestamp;
use switchboard_runtime::{Schedules, read_overrides};

use crate::app::Realtime;
use crate::body::Fault;
use crate::refusal::Refusal;

/// The addresses, under `/hours`.
pub(crate) fn addresses(config: &mut ServiceConfig) {
    let refused = |allowed| web::to(move || async move { Err::<String, _>(Refusal::WrongMethod(allowed)) });
    config
        .service(
            web::resource("/hours")
                .route(web::get().to(read::get))
                .default_service(refused("GET")),
        )
        .service(
            web::resource("/hours/overrides")
                .route(web::post().to(put::post))
                .default_service(refused("POST")),
        )
        .service(
            web::resource("/hours/overrides/{id}/withdraw")
                .route(web::post().to(withdraw::post))
                .default_service(refused("POST")),
        );
}

/// The schedules with the overrides of this very moment: who has just put one sees it.
async fn schedules(realtime: &Realtime) -> Result<Schedules, Refusal> {
    let kept = realtime.store.overrides().await;
    let kept = kept.map_err(|failure| Refusal::of_store(&failure))?;
    Ok(realtime.hours.current().with_records(&read_overrides(&kept)))
}

/// The deployment's time, and its second as the calendar has it: opening hours know no smaller part, and what begins
/// now must not begin with the next one.
async fn now(realtime: &Realtime) -> Result<(Timestamp, DateTime<Utc>), Refusal> {
    let reading = realtime.store.clock().await;
    let now = reading.map_err(|failure| Refusal::of_store(&failure))?.now;
    let at = DateTime::from_timestamp(now.as_millis().div_euclid(1000), 0);
    // Redis does not live that long.
    at.map(|at| (now, at)).ok_or(Refusal::Broken)
}

fn no_such_schedule(schedules: &Schedules) -> Fault {
    let known: Vec<&str> = schedules.all().map(|(name, _)| name).collect();
    Fault {
        field: "schedule".to_owned(),
        problem: format!("expected {}", known.join(" or ")),
    }
}

fn done<T: Serialize>(what: &T) -> HttpResponse {
    HttpResponse::Ok()
        .insert_header((CACHE_CONTROL, "no-store"))
        .json(what)
}
