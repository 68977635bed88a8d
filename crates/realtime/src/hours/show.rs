//! Opening hours as JSON.

use chrono::{DateTime, NaiveDate, Utc};
use serde::Serialize;
use switchboard_contracts::v1;
use switchboard_hours::{CalendarDay, Schedule, Verdict};
use switchboard_runtime::Schedules;

/// How the hours of a schedule stand, and what comes.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Hours {
    schedule: String,
    /// All that there are.
    schedules: Vec<String>,
    time_zone: String,
    now_ms: i64,
    open: bool,
    reason: String,
    /// What would count without it, the strongest first.
    hidden: Vec<Said>,
    #[serde(skip_serializing_if = "Option::is_none")]
    until_ms: Option<i64>,
    until_text: String,
    warnings: Vec<String>,
    overrides: Vec<Shown>,
    days: Vec<ShownDay>,
}

#[derive(Debug, Serialize)]
struct Said {
    open: bool,
    reason: String,
}

/// An override, and what it amounts to.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Shown {
    id: String,
    /// For all schedules when it is not there.
    #[serde(skip_serializing_if = "Option::is_none")]
    schedule: Option<String>,
    open: bool,
    from_ms: i64,
    until_ms: i64,
    from_text: String,
    until_text: String,
    reason: String,
    author: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    author_id: Option<String>,
    made_ms: i64,
    state: &'static str,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct ShownDay {
    date: NaiveDate,
    openings: Vec<Opening>,
    #[serde(skip_serializing_if = "Option::is_none")]
    company_day: Option<String>,
    holidays: Vec<String>,
    overrides: Vec<String>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Opening {
    from_ms: i64,
    until_ms: i64,
    /// On the wall.
    from: String,
    until: String,
}

/// Everything about one of the schedules; nothing when it is none of them.
pub(super) fn hours(
    schedules: &Schedules,
    name: &str,
    now: DateTime<Utc>,
    days: (NaiveDate, NaiveDate),
) -> Option<Hours> {
    let schedule = schedules.get(name)?;
    let state = schedule.state(now);
    let change = if state.open { "closes" } else { "opens" };
    let until = state.until.map(|until| schedule.moment(until, now));
    let hidden = |Verdict { open, reason }: &Verdict| Said {
        open: *open,
        reason: reason.to_string(),
    };
    Some(Hours {
        schedule: name.to_owned(),
        schedules: schedules.all().map(|(name, _)| name.to_owned()).collect(),
        time_zone: schedule.zone().name().to_owned(),
        now_ms: now.timestamp_millis(),
        open: state.open,
        reason: state.reason.to_string(),
        hidden: state.hidden.iter().map(hidden).collect(),
        until_ms: state.until.map(|until| until.timestamp_millis()),
        until_text: until.map(|until| format!("{change} {until}")).unwrap_or_default(),
        warnings: schedule.warnings(now).iter().map(ToString::to_string).collect(),
        overrides: overrides(schedules, schedule, now),
        days: schedule
            .calendar(days.0, days.1)
            .map(|day| ShownDay::of(&day))
            .collect(),
    })
}

/// Those of a schedule, the newest first.
fn overrides(schedules: &Schedules, schedule: &Schedule, now: DateTime<Utc>) -> Vec<Shown> {
    let kept = schedule.overrides().filter_map(|over| {
        let mut records = schedules.records().iter();
        records.find(|kept| kept.id == over.id)
    });
    kept.map(|kept| shown(kept, schedule, now)).collect()
}

/// One override as its schedule has it.
pub(super) fn shown(kept: &v1::Override, schedule: &Schedule, now: DateTime<Utc>) -> Shown {
    let v1::Override {
        id,
        schedule: of,
        open,
        from_ms,
        until_ms,
        reason,
        author,
        made_ms,
        author_id,
    } = kept;
    let text = |ms: i64| {
        let at = DateTime::from_timestamp_millis(ms);
        at.map(|at| schedule.moment(at, now).to_string())
            .unwrap_or_default()
    };
    let named = |text: &String| (!text.is_empty()).then(|| text.clone());
    Shown {
        id: id.clone(),
        schedule: named(of),
        open: *open,
        from_ms: *from_ms,
        until_ms: *until_ms,
        from_text: text(*from_ms),
        until_text: text(*until_ms),
        reason: reason.clone(),
        author: author.clone(),
        author_id: named(author_id),
        made_ms: *made_ms,
        state: amounts_to(kept, schedule, now),
    }
}

fn amounts_to(kept: &v1::Override, schedule: &Schedule, now: DateTime<Utc>) -> &'static str {
    let deciding = schedule
        .overrides()
        .find(|over| over.from <= now && now < over.until);
    if kept.until_ms <= now.timestamp_millis() {
        "over"
    } else if now.timestamp_millis() < kept.from_ms {
        "to_come"
    } else if deciding.is_some_and(|over| over.id == kept.id) {
        "counts"
    } else {
        "hidden"
    }
}

impl ShownDay {
    fn of(day: &CalendarDay) -> Self {
        let openings = day.openings.iter().map(|opening| Opening {
            from_ms: opening.from.timestamp_millis(),
            until_ms: opening.until.timestamp_millis(),
            from: opening.local_from.format("%H:%M").to_string(),
            // 00:00 of the next day is this one's end.
            until: if opening.local_until.date() > day.date {
                "24:00".to_owned()
            } else {
                opening.local_until.format("%H:%M").to_string()
            },
        });
        Self {
            date: day.date,
            openings: openings.collect(),
            company_day: day.company_day.clone(),
            holidays: day.holidays.iter().map(ToString::to_string).collect(),
            overrides: day.overrides.clone(),
        }
    }
}
