//! `POST /hours/overrides`.

use actix_web::web::{Bytes, Data};
use actix_web::{HttpRequest, HttpResponse};
use chrono::{DateTime, TimeDelta, Utc};
use serde_json::json;
use sha1::{Digest as _, Sha1};
use switchboard_contracts::v1;
use switchboard_domain::{Agent, Timestamp};
use switchboard_hours::{Edge, Schedule};
use switchboard_runtime::Schedules;
use switchboard_store::{MOST_OVERRIDES, OverridePut};
use tracing::info;

use super::{done, no_such_schedule, now, schedules, show};
use crate::app::Realtime;
use crate::asked::idempotency_key;
use crate::body::{Fault, Fields};
use crate::refusal::Refusal;

/// Nobody means longer ones, and nobody plans further ahead.
const LONGEST: TimeDelta = TimeDelta::days(366);

/// What the body says.
struct Wanted {
    open: bool,
    from: Option<String>,
    until: Option<String>,
    reason: String,
    schedule: Option<String>,
}

/// Opens or closes by hand.
pub(super) async fn post(
    request: HttpRequest,
    body: Result<Bytes, actix_web::Error>,
    realtime: Data<Realtime>,
) -> Result<HttpResponse, Refusal> {
    let mut fields = Fields::read(&request, body)?;
    let agent = fields.agent();
    let (open, reason) = (fields.open(), fields.reason());
    let (from, until) = (fields.text("from"), fields.text("until"));
    let schedule = fields.text("schedule");
    fields.finish()?;
    let agent = agent.and_then(|agent| realtime.agents.get(&agent));
    let agent = agent.ok_or(Refusal::NoSuchAgent)?;
    let wanted = Wanted {
        // Missing ones are faults, so there are none here.
        open: open.unwrap_or_default(),
        reason: reason.unwrap_or_default(),
        from,
        until,
        schedule,
    };
    let key = idempotency_key(&request)?;
    let id = match &key {
        Some(key) => named_by(agent, key),
        None => realtime.rng.hex128().chars().take(ID).collect(),
    };
    let (now, at) = now(&realtime).await?;
    let schedules = schedules(&realtime).await?;
    let main = schedules.main_name().to_owned();
    let named = wanted.schedule.clone().unwrap_or(main);
    let Some(schedule) = schedules.get(&named) else {
        return Err(Refusal::Faults(vec![no_such_schedule(&schedules)]));
    };
    // The very same request was done: what its words mean now is of no account.
    let over = match schedules.records().iter().find(|kept| kept.id == id) {
        Some(known) => known.clone(),
        None => put(&realtime, &schedules, schedule, wanted, agent, id, (now, at)).await?,
    };
    let schedules = schedules.with_records(&[schedules.records(), std::slice::from_ref(&over)].concat());
    let schedule = schedules.get(&named).ok_or(Refusal::Broken)?;
    let word = if over.open { "opened" } else { "closed" };
    Ok(done(
        &json!({ "result": word, "override": show::shown(&over, schedule, at) }),
    ))
}

async fn put(
    realtime: &Realtime,
    schedules: &Schedules,
    schedule: &Schedule,
    wanted: Wanted,
    agent: &Agent,
    id: String,
    (now, at): (Timestamp, DateTime<Utc>),
) -> Result<v1::Override, Refusal> {
    let (from, until) = span(schedule, &wanted, at).map_err(Refusal::Faults)?;
    let to_come = schedules.records().iter();
    if to_come.filter(|kept| kept.until_ms > now.as_millis()).count() >= MOST_OVERRIDES {
        return Err(Refusal::TooManyOverrides(MOST_OVERRIDES));
    }
    let over = v1::Override {
        id,
        schedule: wanted.schedule.unwrap_or_default(),
        open: wanted.open,
        from_ms: from.timestamp_millis(),
        until_ms: until.timestamp_millis(),
        reason: wanted.reason,
        author: agent.name.clone(),
        made_ms: now.as_millis(),
        author_id: agent.id.to_string(),
    };
    let put = realtime.store.put_override(&over).await;
    let over = match put.map_err(|failure| Refusal::of_store(&failure))? {
        OverridePut::Done => over,
        OverridePut::Known(known) => known,
        OverridePut::Withdrawn => return Err(Refusal::OverrideLapsed),
        // Somebody else's came in between.
        OverridePut::Full => return Err(Refusal::TooManyOverrides(MOST_OVERRIDES)),
    };
    realtime.hours.look_now();
    let word = if over.open { "opened" } else { "closed" };
    info!(override.id = over.id, agent.id = %agent.id, from_ms = over.from_ms, until_ms = over.until_ms,
        "{} {word} the office by hand: override {}", agent.id, over.id);
    Ok(over)
}

/// From when until when, or every fault of the two.
fn span(
    schedule: &Schedule,
    wanted: &Wanted,
    now: DateTime<Utc>,
) -> Result<(DateTime<Utc>, DateTime<Utc>), Vec<Fault>> {
    let fault = |field: &str, problem: String| Fault {
        field: field.to_owned(),
        problem,
    };
    let read = |field: &str, text: &str, edge| {
        let at = schedule.instant(text, now, edge);
        at.map_err(|problem| fault(field, problem))
    };
    let from = read("from", wanted.from.as_deref().unwrap_or("now"), Edge::From);
    // Nobody means for ever: without an end it is the end of the day on which it begins.
    let begins = *from.as_ref().unwrap_or(&now);
    let day = schedule.moment(begins, begins).local.date().to_string();
    let until = read("until", wanted.until.as_deref().unwrap_or(&day), Edge::Until);
    let (from, until) = match (from, until) {
        (Ok(from), Ok(until)) => (from, until),
        (from, until) => return Err([from.err(), until.err()].into_iter().flatten().collect()),
    };
    let shown = |at: DateTime<Utc>| schedule.moment(at, now);
    let mut faults = Vec::new();
    if from - now > LONGEST {
        faults.push(fault(
            "from",
            format!("expected at most a year ahead, found {}", shown(from)),
        ));
    }
    if until <= now {
        faults.push(fault(
            "until",
            format!("expected a time to come, found {}", shown(until)),
        ));
    } else if until <= from {
        let problem = format!("expected a time after {}, found {}", shown(from), shown(until));
        faults.push(fault("until", problem));
    } else if until - from > LONGEST {
        faults.push(fault(
            "until",
            "expected at most a year after it begins".to_owned(),
        ));
    }
    if faults.is_empty() {
        Ok((from, until))
    } else {
        Err(faults)
    }
}

/// Hexadecimal digits of an id.
const ID: usize = 16;

/// The same agent's same key names the same override, also where nothing is known of the first request any more.
fn named_by(agent: &Agent, key: &str) -> String {
    let digest = Sha1::digest(format!("override:{}:{key}", agent.id));
    let digits = digest.iter().flat_map(|byte| [byte >> 4, byte & 15]);
    digits
        .filter_map(|digit| char::from_digit(digit.into(), 16))
        .take(ID)
        .collect()
}
