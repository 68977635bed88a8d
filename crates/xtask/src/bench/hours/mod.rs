//! One question about opening hours: an office with its region's holidays, company days and fifty overrides, beside
//! the least that could answer, a weekday and two comparisons on the zone's clock.
//!
//! A question takes less than clocks can tell apart, so a sample is a batch of them, each about another instant.

use std::collections::BTreeMap;
use std::hint::black_box;
use std::time::{Duration, Instant};

use anyhow::{Result, anyhow};
use chrono::{DateTime, TimeDelta, Utc};
use switchboard_hours::{DaySettings, Override, Schedule, Settings};

use crate::Only;
use crate::figures::{Figures, float, rounded};
use crate::report::{Report, Row};

/// Its row, what it is, and how it is asked.
type Question<'a> = (&'static str, &'static str, &'a dyn Fn(DateTime<Utc>));

const ROWS: [&str; 3] = ["is_open", "state", "next_change"];
const BATCH: u32 = 200;
/// 1 January 2026 to the end of 2027, in steps that meet every minute of the week sooner or later.
const FROM: i64 = 1_767_225_600;
const SPAN: u64 = 2 * 365 * 86_400;
const STEP: u64 = 48_271 * 61;

pub(crate) fn bench(quick: bool, only: &Only, report: &mut Report) -> Result<()> {
    only.check(&ROWS)?;
    let office = office()?;
    let time = Duration::from_secs(if quick { 1 } else { 5 });
    let floor = |at: DateTime<Utc>| least(&office, at);
    let is_open = |at: DateTime<Utc>| {
        let _ = black_box(office.is_open(at));
    };
    let state = |at: DateTime<Utc>| {
        let _ = black_box(office.state(at));
    };
    let next_change = |at: DateTime<Utc>| {
        let _ = black_box(office.next_change(at));
    };
    let questions: [Question<'_>; 3] = [
        ("is_open", "open or closed", &is_open),
        ("state", "that, why, what it hides, until when", &state),
        ("next_change", "when it turns over", &next_change),
    ];
    for (id, what, ask) in questions.into_iter().filter(|(id, ..)| only.wants(id)) {
        let (mut own, mut bare) = (Vec::new(), Vec::new());
        let begun = Instant::now();
        while begun.elapsed() < time {
            own.push(batch(own.len(), ask));
            bare.push(batch(bare.len(), &floor));
        }
        let row = Row::new(id, what, figures(&own), Some(figures(&bare)))
            .fact("us_p50", quantile(&mut own, 0.5))
            .fact("us_p99", quantile(&mut own, 0.99))
            .fact("floor_us_p50", quantile(&mut bare, 0.5))
            .fact("floor_us_p99", quantile(&mut bare, 0.99));
        report.add(row.at_most("us_p50", 5.0).at_most("us_p99", 5.0));
    }
    Ok(())
}

/// Mean of a batch, in µs a question.
fn batch(number: usize, ask: &dyn Fn(DateTime<Utc>)) -> f64 {
    let first = u64::try_from(number).unwrap_or_default() * u64::from(BATCH);
    let begun = Instant::now();
    for n in 0..u64::from(BATCH) {
        let into = (first + n).wrapping_mul(STEP) % SPAN;
        ask(DateTime::from_timestamp(FROM + i64::try_from(into).unwrap_or_default(), 0).unwrap_or_default());
    }
    begun.elapsed().as_secs_f64() * 1e6 / f64::from(BATCH)
}

fn quantile(samples: &mut [f64], q: f64) -> f64 {
    samples.sort_by(f64::total_cmp);
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "an index below the length"
    )]
    let index = (float(samples.len().saturating_sub(1) as u64) * q) as usize;
    samples.get(index).copied().map_or(f64::NAN, rounded)
}

fn figures(samples: &[f64]) -> Figures {
    let mut sorted = samples.to_vec();
    let mut millis = |q| Some(quantile(&mut sorted, q) / 1000.0);
    Figures {
        count: u64::try_from(samples.len()).unwrap_or_default() * u64::from(BATCH),
        p50_ms: millis(0.5),
        p99_ms: millis(0.99),
        p999_ms: millis(0.999),
        max_ms: millis(1.0),
        per_s: None,
        cpu_us_per_unit: None,
        redis_cpu_us_per_unit: None,
        p99_ms_of_rounds: Vec::new(),
    }
}

/// No holiday, no override, no reason.
fn least(office: &Schedule, at: DateTime<Utc>) {
    let local = at.timestamp() + i64::from(office.zone().offset_seconds(at));
    let (day, second) = (
        (local.div_euclid(86_400) + 3).rem_euclid(7),
        local.rem_euclid(86_400),
    );
    black_box(day < 5 && (9 * 3600..18 * 3600).contains(&second));
}

/// Monday to Friday with a break, England's holidays, days of its own, fifty overrides over the two years.
fn office() -> Result<Schedule> {
    let ranges = vec!["09:00-12:30".to_owned(), "13:30-18:00".to_owned()];
    let days = ["monday", "tuesday", "wednesday", "thursday", "friday"];
    let day = DaySettings {
        date: "12-24".to_owned(),
        until: Some("12-31".to_owned()),
        name: "winter".to_owned(),
        hours: vec!["10:00-14:00".to_owned()],
    };
    let settings = Settings {
        time_zone: "Europe/London".to_owned(),
        weekly: BTreeMap::from(days.map(|day| (day.to_owned(), ranges.clone()))),
        region: Some("GB-ENG".to_owned()),
        days: vec![day],
        ..Settings::default()
    };
    let schedule = Schedule::new(&settings).map_err(|faults| anyhow!("{faults:?}"))?;
    let start = DateTime::from_timestamp(FROM, 0).unwrap_or_default();
    let overrides = (0..50).map(|n| {
        let from = start + TimeDelta::hours(350 * i64::from(n));
        Override {
            id: format!("override-{n}"),
            open: n % 2 == 0,
            from,
            until: from + TimeDelta::hours(3 + 24 * i64::from(n % 5)),
            reason: "bench".to_owned(),
            author: "bench".to_owned(),
            made: start + TimeDelta::seconds(i64::from(n)),
        }
    });
    Ok(schedule.with_overrides(overrides))
}
