//! `hours`: questions about opening hours, answered from the settings alone: nothing has to run. Only `override` speaks
//! to the running system.

mod bulk;
mod cli;
mod overrides;
mod show;

use std::process::ExitCode;

use anyhow::{Context, anyhow, bail};
use chrono::{DateTime, Datelike, Days, Utc};
use switchboard_hours::{Edge, Region, Schedule};
use switchboard_runtime::settings::OfficeHours;
use switchboard_runtime::{Clock, FeedFault, Schedules, SettingsArgs};

pub(crate) use cli::Hours;
use cli::Question;

use crate::output::complain;

/// How many days `calendar` shows unless told.
const DAYS: u64 = 14;
/// A year and a bit: more is a slip, and would be a long wait.
const MOST_DAYS: i64 = 3660;

/// Answers one question. Exit code 1 says closed, 2 that there is no answer.
pub(crate) fn run(args: &SettingsArgs, hours: &Hours) -> ExitCode {
    match answer(args, hours) {
        Ok(code) => code,
        Err(reason) => {
            complain!("{reason:#}");
            ExitCode::from(2)
        }
    }
}

fn answer(args: &SettingsArgs, hours: &Hours) -> anyhow::Result<ExitCode> {
    let now = Clock::system().now();
    if let Question::Holidays {
        region: Some(code),
        year,
    } = &hours.question
    {
        // Of anybody's region: no settings are needed.
        let region = Region::find(code).ok_or_else(|| unknown(code))?;
        return holidays(&region, year.unwrap_or(now.year()), hours.json);
    }
    if let Question::Override(command) = &hours.question {
        return overrides::run(args, hours.schedule.as_deref(), command, hours.json);
    }
    let settings = args.load_hours()?;
    let schedules = if hours.live {
        overrides::live(args)?
    } else {
        schedules(&settings)?
    };
    let name = hours.schedule.as_deref().unwrap_or(schedules.main_name());
    let schedule = schedules.get(name).ok_or_else(|| {
        let known: Vec<&str> = schedules.all().map(|(name, _)| name).collect();
        anyhow!("there is no schedule {name}; there are: {}", known.join(", "))
    })?;
    match &hours.question {
        Question::Check { at } if at == "-" => bulk::check(schedule, hours.json),
        Question::Check { at } => {
            let at = instant(schedule, at, now)?;
            Ok(show::check(name, schedule, at, hours.json))
        }
        Question::Why { at } => {
            let at = instant(schedule, at, now)?;
            Ok(show::why(
                name,
                schedule,
                settings.office.as_ref(),
                at,
                hours.json,
            ))
        }
        Question::Calendar { from, until } => {
            let from = from.unwrap_or_else(|| schedule.moment(now, now).local.date());
            let until = until
                .or_else(|| from.checked_add_days(Days::new(DAYS - 1)))
                .unwrap_or(from);
            if !(0..MOST_DAYS).contains(&until.signed_duration_since(from).num_days()) {
                bail!("expected --until not before {from}, and at most ten years after it");
            }
            Ok(show::calendar(name, schedule, from, until, hours.json))
        }
        // Answered above, from the running system.
        Question::Override(_) => Ok(ExitCode::SUCCESS),
        Question::Holidays { region: _, year } => {
            let region = schedule
                .region()
                .context("the schedule has no region: give one with --region")?;
            holidays(region, year.unwrap_or(now.year()), hours.json)
        }
    }
}

/// An empty list for a year of which nothing is known would say that it has no holidays.
fn holidays(region: &Region, year: i32, json: bool) -> anyhow::Result<ExitCode> {
    let (first, last) = region.years();
    if !(first..=last).contains(&year) {
        bail!(
            "--year: the holidays of {} are known from {first} to {last}, not of {year}",
            region.code()
        );
    }
    Ok(show::holidays(region, year, json))
}

fn schedules(settings: &OfficeHours) -> anyhow::Result<Schedules> {
    let told = |faults: &[FeedFault]| {
        let lines: Vec<String> = faults.iter().map(ToString::to_string).collect();
        anyhow!(lines.join("\n"))
    };
    let schedules = Schedules::new(settings).map_err(|faults| told(&faults))?;
    // Whoever asks here wants to know; only a running system makes do without.
    match schedules.unread() {
        [] => Ok(schedules),
        unread => Err(told(unread)),
    }
}

fn instant(schedule: &Schedule, text: &str, now: DateTime<Utc>) -> anyhow::Result<DateTime<Utc>> {
    schedule
        .instant(text, now, Edge::From)
        .map_err(|problem| anyhow!("--at: {problem}"))
}

fn unknown(code: &str) -> anyhow::Error {
    let settings = switchboard_hours::Settings {
        time_zone: "UTC".to_owned(),
        region: Some(code.to_owned()),
        ..switchboard_hours::Settings::default()
    };
    let faults = Schedule::new(&settings).err().unwrap_or_default();
    match faults.first() {
        Some(fault) => anyhow!("--region: expected {}, found {}", fault.expected(), fault.found()),
        None => anyhow!("--region: {code}"),
    }
}
