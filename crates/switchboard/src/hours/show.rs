//! Answers as text for people and as JSON for programs.

use std::process::ExitCode;

use chrono::{DateTime, NaiveDate, Utc};
use serde_json::{Value, json};
use switchboard_hours::{CalendarDay, Holiday, HolidayKind, Reason, Region, Schedule, Verdict};
use switchboard_runtime::settings::Office;

use crate::output::say;

pub(super) fn check(name: &str, schedule: &Schedule, at: DateTime<Utc>, as_json: bool) -> ExitCode {
    let summary = schedule.summary(at);
    if as_json {
        say!(
            "{}",
            json!({ "schedule": name, "at": local(schedule, at), "open": summary.open, "reason": summary.reason.to_string(), "until": until(schedule, summary.until.as_ref().map(|until| until.at)) })
        );
    } else {
        say!("{summary}: {}", summary.reason);
    }
    if summary.open {
        ExitCode::SUCCESS
    } else {
        ExitCode::from(1)
    }
}

pub(super) fn why(
    name: &str,
    schedule: &Schedule,
    office: Option<&Office>,
    at: DateTime<Utc>,
    as_json: bool,
) -> ExitCode {
    let state = schedule.state(at);
    let summary = schedule.summary(at);
    let warnings = schedule.warnings(at);
    let heard = match office {
        _ if state.open => "the greeting".to_owned(),
        Some(office) => office.closed_words(Some(&summary)),
        None => summary.spoken(),
    };
    if as_json {
        let hidden: Vec<Value> = state.hidden.iter().map(verdict).collect();
        let warnings: Vec<String> = warnings.iter().map(ToString::to_string).collect();
        say!(
            "{:#}",
            json!({
                "schedule": name,
                "at": local(schedule, at),
                "time_zone": schedule.zone().name(),
                "open": state.open,
                "because": reason(&state.reason),
                "instead_of": hidden,
                "until": until(schedule, state.until),
                "callers_hear": heard,
                "warnings": warnings,
            })
        );
        return ExitCode::SUCCESS;
    }
    say!(
        "{name}, {} ({})",
        schedule.moment(at, at).local.format("%A %Y-%m-%d %H:%M"),
        schedule.zone()
    );
    say!("{}", if state.open { "open" } else { "closed" });
    say!("  because       {}", state.reason);
    for Verdict { open, reason } in &state.hidden {
        say!(
            "  instead of    {}: {reason}",
            if *open { "open" } else { "closed" }
        );
    }
    match &summary.until {
        Some(moment) => say!("  until         {moment}"),
        None => say!("  until         further notice"),
    }
    say!("  callers hear  {heard}");
    for warning in warnings {
        say!("  warning       {warning}");
    }
    ExitCode::SUCCESS
}

pub(super) fn calendar(
    name: &str,
    schedule: &Schedule,
    from: NaiveDate,
    until: NaiveDate,
    as_json: bool,
) -> ExitCode {
    if as_json {
        let days: Vec<Value> = schedule
            .calendar(from, until)
            .map(|day| day_json(schedule, &day))
            .collect();
        say!(
            "{:#}",
            json!({ "schedule": name, "time_zone": schedule.zone().name(), "days": days })
        );
        return ExitCode::SUCCESS;
    }
    for day in schedule.calendar(from, until) {
        let mut hours: Vec<String> = day
            .openings
            .iter()
            .map(|opening| {
                // 00:00 of the next day is this one's end.
                let end = if opening.local_until.date() > day.date {
                    "24:00".to_owned()
                } else {
                    opening.local_until.format("%H:%M").to_string()
                };
                format!("{}-{end}", opening.local_from.format("%H:%M"))
            })
            .collect();
        if hours.is_empty() {
            hours.push("closed".to_owned());
        }
        let mut notes: Vec<String> = day.company_day.iter().cloned().collect();
        notes.extend(day.holidays.iter().map(ToString::to_string));
        notes.extend(day.overrides.iter().map(|id| format!("override {id}")));
        let line = format!("{:<24}  {}", hours.join(", "), notes.join("; "));
        say!("{}  {}", day.date.format("%a %Y-%m-%d"), line.trim_end());
    }
    ExitCode::SUCCESS
}

pub(super) fn holidays(region: &Region, year: i32, as_json: bool) -> ExitCode {
    if as_json {
        let days: Vec<Value> = region.year(year).map(holiday).collect();
        say!(
            "{:#}",
            json!({ "region": region.code(), "year": year, "holidays": days })
        );
    } else {
        for day in region.year(year) {
            say!("{}  {day}", day.date.format("%a %Y-%m-%d"));
        }
        if year > region.last_year() {
            say!(
                "the holidays of {} are known to the end of {} only",
                region.code(),
                region.last_year()
            );
        }
    }
    ExitCode::SUCCESS
}

fn day_json(schedule: &Schedule, day: &CalendarDay) -> Value {
    let openings = day.openings.iter().map(
        |opening| json!({ "from": local(schedule, opening.from), "until": local(schedule, opening.until) }),
    );
    json!({
        "date": day.date.to_string(),
        "openings": openings.collect::<Vec<_>>(),
        "company_day": day.company_day,
        "holidays": day.holidays.iter().map(holiday).collect::<Vec<_>>(),
        "overrides": day.overrides,
    })
}

fn holiday(day: &Holiday) -> Value {
    let in_lieu_of = match day.kind {
        HolidayKind::Own => Value::Null,
        HolidayKind::InLieu(own) => json!({ "date": own.map(|own| own.to_string()) }),
    };
    json!({ "date": day.date.to_string(), "name": &*day.name, "in_lieu_of": in_lieu_of, "estimated": day.estimated, "source": &*day.source })
}

fn verdict(verdict: &Verdict) -> Value {
    let mut value = reason(&verdict.reason);
    value["open"] = verdict.open.into();
    value
}

fn reason(reason: &Reason) -> Value {
    let text = reason.to_string();
    match reason {
        Reason::Override(over) => {
            json!({ "rule": "override", "text": text, "id": over.id, "author": over.author, "reason": over.reason, "from": over.from, "until": over.until })
        }
        Reason::InCompanyHours(day, _) | Reason::CompanyDay(day) => {
            json!({ "rule": "company_day", "text": text, "name": day.name })
        }
        Reason::Holiday(days) => {
            json!({ "rule": "holiday", "text": text, "holidays": days.iter().map(|day| holiday(day)).collect::<Vec<_>>() })
        }
        Reason::InRange(_) | Reason::OutsideRanges(_) | Reason::DayClosed(_) => {
            json!({ "rule": "week", "text": text })
        }
    }
}

fn until(schedule: &Schedule, at: Option<DateTime<Utc>>) -> Value {
    at.map_or(Value::Null, |at| local(schedule, at).into())
}

/// In the office's zone, with its offset.
fn local(schedule: &Schedule, at: DateTime<Utc>) -> String {
    at.with_timezone(schedule.zone()).to_rfc3339()
}
