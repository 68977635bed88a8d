//! Whether the office is open, in the words of a frame.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use switchboard_contracts::v1;
use switchboard_domain::{PhoneNumber, Timestamp};
use switchboard_hours::{Reason, State, Verdict};
use switchboard_runtime::Schedules;

/// What people call the office and its phones.
#[derive(Debug, Default)]
pub(crate) struct Names {
    pub(crate) office: String,
    pub(crate) phones: BTreeMap<PhoneNumber, String>,
}

/// How things stand at that time with the schedule that counts where no other does; nothing for a time that no
/// calendar has.
pub(crate) fn state(schedules: &Schedules, names: &Names, now: Timestamp) -> Option<v1::OfficeState> {
    let at = DateTime::<Utc>::from_timestamp_millis(now.as_millis())?;
    let schedule = schedules.get(schedules.main_name())?;
    let State {
        open,
        reason,
        hidden,
        until,
    } = schedule.state(at);
    let by_hand = match &reason {
        Reason::Override(over) => schedules.records().iter().find(|kept| kept.id == over.id),
        Reason::InCompanyHours(..)
        | Reason::CompanyDay(_)
        | Reason::Holiday(_)
        | Reason::InRange(_)
        | Reason::OutsideRanges(_)
        | Reason::DayClosed(_) => None,
    };
    let change = if open { "closes" } else { "opens" };
    Some(v1::OfficeState {
        open,
        reason: reason.to_string(),
        until_ms: until.map(|until| until.timestamp_millis()),
        until_text: until
            .map(|until| format!("{change} {}", schedule.moment(until, at)))
            .unwrap_or_default(),
        time_zone: schedule.zone().name().to_owned(),
        otherwise: by_hand.and(settled(&hidden)).unwrap_or_default(),
        by_hand: by_hand.cloned(),
        schedule: schedules.main_name().to_owned(),
        name: names.office.clone(),
        phones: names
            .phones
            .iter()
            .map(|(number, name)| (number.as_str().to_owned(), name.clone()))
            .collect(),
    })
}

/// What would decide if nobody had done anything by hand.
fn settled(hidden: &[Verdict]) -> Option<String> {
    hidden
        .iter()
        .find(|verdict| !matches!(verdict.reason, Reason::Override(_)))
        .map(|verdict| verdict.reason.to_string())
}

#[cfg(test)]
mod tests {
    use chrono::{DateTime, Utc};
    use switchboard_contracts::v1;
    use switchboard_domain::Timestamp;
    use switchboard_runtime::Schedules;
    use switchboard_runtime::settings::Layers;

    use super::{Names, state};

    fn demo() -> Schedules {
        Schedules::new(&(&Layers::demo().load().unwrap()).into()).unwrap()
    }

    fn millis(text: &str) -> i64 {
        let at: DateTime<Utc> = text.parse().unwrap();
        at.timestamp_millis()
    }

    #[test]
    fn it_says_open_or_closed_and_until_when() {
        let schedules = demo();
        let at = |text: &str| {
            state(
                &schedules,
                &Names::default(),
                Timestamp::from_millis(millis(text)),
            )
            .unwrap()
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
        assert_eq!(closed.schedule, "london");
        assert_eq!((closed.by_hand, closed.otherwise.as_str()), (None, ""));
        assert_eq!(
            state(&schedules, &Names::default(), Timestamp::from_millis(i64::MAX)),
            None
        );
    }

    #[test]
    fn it_says_who_opened_by_hand_until_when_and_what_would_be_so_without() {
        let over = |id: &str, open: bool, from: &str, until: &str| v1::Override {
            id: id.to_owned(),
            open,
            from_ms: millis(from),
            until_ms: millis(until),
            reason: "Boxing Day sale".to_owned(),
            author: "Amelia Frost".to_owned(),
            author_id: "amelia".to_owned(),
            made_ms: millis(from),
            schedule: String::new(),
        };
        let older = over("a", false, "2026-12-28T08:00:00Z", "2026-12-28T20:00:00Z");
        let newer = over("b", true, "2026-12-28T09:00:00Z", "2026-12-28T12:30:00Z");
        let schedules = demo().with_records(&[older.clone(), newer.clone()]);
        let at = |text: &str| {
            state(
                &schedules,
                &Names::default(),
                Timestamp::from_millis(millis(text)),
            )
            .unwrap()
        };
        let open = at("2026-12-28T10:00:00Z");
        assert!(open.open);
        assert_eq!(open.reason, "opened by Amelia Frost: Boxing Day sale");
        assert_eq!(open.until_text, "closes today 12:30");
        assert_eq!(open.by_hand, Some(newer));
        assert_eq!(
            open.otherwise,
            "Boxing Day, in lieu of Saturday 2026-12-26 (GB-ENG)"
        );
        let closed = at("2026-12-28T12:30:00Z");
        assert!(!closed.open);
        assert_eq!(closed.by_hand, Some(older));
        let after = at("2026-12-28T20:00:00Z");
        assert_eq!((after.by_hand, after.otherwise.as_str()), (None, ""));
        assert_eq!(
            after.reason,
            "Boxing Day, in lieu of Saturday 2026-12-26 (GB-ENG)"
        );
    }
}
