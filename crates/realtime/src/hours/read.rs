//! `GET /hours`.

use actix_web::HttpResponse;
use actix_web::web::{Data, Query};
use chrono::{Days, NaiveDate};
use serde::Deserialize;

use super::{done, no_such_schedule, now, schedules, show};
use crate::app::Realtime;
use crate::body::Fault;
use crate::refusal::Refusal;

/// Days shown unless asked for others, today included.
const DAYS: u64 = 7;
/// And at most.
const MOST_DAYS: i64 = 366;

/// Of which schedule, and which days.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Wanted {
    schedule: Option<String>,
    from: Option<String>,
    until: Option<String>,
}

/// How the hours stand now and why, effective hours day by day, what somebody should look at, and all overrides.
pub(super) async fn get(
    wanted: Result<Query<Wanted>, actix_web::Error>,
    realtime: Data<Realtime>,
) -> Result<HttpResponse, Refusal> {
    let Query(wanted) = wanted.map_err(|fault| {
        Refusal::Faults(vec![Fault {
            field: "query".to_owned(),
            problem: format!("expected schedule, from and until, or none of them: {fault}"),
        }])
    })?;
    let mut faults = Vec::new();
    let mut date = |field: &str, text: Option<&String>| {
        let date = text?.parse::<NaiveDate>();
        date.map_err(|_| {
            faults.push(Fault {
                field: field.to_owned(),
                problem: "expected a date such as 2026-12-28".to_owned(),
            });
        })
        .ok()
    };
    let (from, until) = (
        date("from", wanted.from.as_ref()),
        date("until", wanted.until.as_ref()),
    );
    let (_, at) = now(&realtime).await?;
    let schedules = schedules(&realtime).await?;
    let name = wanted.schedule.as_deref().unwrap_or(schedules.main_name());
    let Some(schedule) = schedules.get(name) else {
        faults.push(no_such_schedule(&schedules));
        return Err(Refusal::Faults(faults));
    };
    let from = from.unwrap_or_else(|| schedule.moment(at, at).local.date());
    let until = until
        .or_else(|| from.checked_add_days(Days::new(DAYS - 1)))
        .unwrap_or(from);
    if !(0..MOST_DAYS).contains(&until.signed_duration_since(from).num_days()) {
        faults.push(Fault {
            field: "until".to_owned(),
            problem: format!("expected a date from {from} on, and at most a year after it"),
        });
    }
    if !faults.is_empty() {
        return Err(Refusal::Faults(faults));
    }
    // Found above.
    let hours = show::hours(&schedules, name, at, (from, until)).ok_or(Refusal::Broken)?;
    Ok(done(&hours))
}
