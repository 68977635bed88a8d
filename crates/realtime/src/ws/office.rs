//! Whether the office is open, in the words of a frame.

use chrono::{DateTime, Utc};
use switchboard_contracts::v1;
use switchboard_domain::Timestamp;
use switchboard_hours::Schedule;
use switchboard_runtime::{Schedules, settings::Settings};

/// The schedule of the settings.
///
/// # Errors
/// All faults at once.
pub(crate) fn schedule(settings: &Settings) -> Result<Schedule, Vec<String>> {
    let schedules = Schedules::new(&settings.into())
        .map_err(|faults| -> Vec<String> { faults.iter().map(ToString::to_string).collect() })?;
    let main = schedules.get(schedules.main_name()).cloned();
    main.ok_or_else(|| vec!["hours: expected a schedule".to_owned()])
}

/// How things stand at that time; nothing for a time that no calendar has.
pub(crate) fn state(schedule: &Schedule, now: Timestamp) -> Option<v1::OfficeState> {
    let at = DateTime::<Utc>::from_timestamp_millis(now.as_millis())?;
    let summary = schedule.summary(at);
    let change = if summary.open { "closes" } else { "opens" };
    Some(v1::OfficeState {
        open: summary.open,
        reason: summary.reason.to_string(),
        until_ms: summary.until.as_ref().map(|until| until.at.timestamp_millis()),
        until_text: summary
            .until
            .map(|until| format!("{change} {until}"))
            .unwrap_or_default(),
        time_zone: schedule.zone().name().to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use switchboard_domain::Timestamp;
    use switchboard_runtime::settings::Layers;

    use super::{schedule, state};

    #[test]
    fn it_says_open_or_closed_and_until_when() {
        let schedule = schedule(&Layers::demo().load().unwrap()).unwrap();
        let at = |text: &str| {
            let at: chrono::DateTime<chrono::Utc> = text.parse().unwrap();
            state(&schedule, Timestamp::from_millis(at.timestamp_millis())).unwrap()
        };
        let open = at("2026-07-06T11:45:00Z");
        assert!(open.open);
        assert_eq!(open.until_text, "closes today 18:00");
        assert_eq!(open.until_ms, Some(1_783_357_200_000));
        let closed = at("2026-07-10T20:00:00Z");
        assert!(!closed.open);
        assert_eq!(closed.reason, "outside Friday's hours");
        assert_eq!(closed.until_text, "opens Monday 09:00");
        assert_eq!(closed.time_zone, "Europe/London");
        assert_eq!(state(&schedule, Timestamp::from_millis(i64::MAX)), None);
    }
}
