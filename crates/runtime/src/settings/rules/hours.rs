//! Opening hours: what their own crate says, and whose they are.

use std::collections::{BTreeMap, BTreeSet};

use super::is_name;
use crate::{
    schedules,
    settings::{Hours, Office, OtherHours, fault::Faults},
};

pub(super) fn check(
    hours: Option<&Hours>,
    schedules: Option<&BTreeMap<String, OtherHours>>,
    office: Option<&Office>,
    faults: &mut Faults,
) {
    if let Some(hours) = hours {
        name("hours.schedule", &hours.schedule, faults);
        told(&schedules::written(hours), "hours", faults);
        feeds("hours", hours.feeds.keys(), faults);
    }
    let Some(others) = schedules else {
        return;
    };
    for (key, other) in others {
        let path = format!("schedules.{key}");
        name(&path, key, faults);
        told(&schedules::written_other(other), &path, faults);
        feeds(&path, other.feeds.keys(), faults);
    }
    owners(hours, others, faults);
    if let Some(office) = office {
        for (key, other) in others {
            for (index, number) in other.numbers.iter().enumerate() {
                if !office.numbers.contains(number) {
                    faults.rule(
                        &format!("schedules.{key}.numbers[{index}]"),
                        "expected one of office.numbers",
                    );
                }
            }
        }
    }
}

/// The name is part of a key, and of what callers may hear of a day.
fn feeds<'a>(section: &str, names: impl Iterator<Item = &'a String>, faults: &mut Faults) {
    for key in names {
        name(&format!("{section}.feeds.{key}"), key, faults);
    }
}

fn name(path: &str, name: &str, faults: &mut Faults) {
    if !is_name(name, &['-', '_', '.'], 48) {
        faults.rule(path, "expected a name of 1 to 48 letters, digits, -, _ or .");
    }
}

fn told(written: &switchboard_hours::Settings, section: &str, faults: &mut Faults) {
    for fault in switchboard_hours::Schedule::new(written)
        .err()
        .into_iter()
        .flatten()
    {
        let problem = format!("expected {}, found {}", fault.expected(), fault.found());
        faults.rule(&fault.under(section).place(), problem);
    }
}

/// A number or queue with two schedules would be open and closed at once.
fn owners(main: Option<&Hours>, others: &BTreeMap<String, OtherHours>, faults: &mut Faults) {
    let (mut numbers, mut queues) = (BTreeSet::new(), BTreeSet::new());
    for (key, other) in others {
        if main.is_some_and(|main| main.schedule == *key) {
            faults.rule(
                &format!("schedules.{key}"),
                "has the name of hours.schedule: expected another one",
            );
        }
        for (index, number) in other.numbers.iter().enumerate() {
            if !numbers.insert(number) {
                faults.rule(
                    &format!("schedules.{key}.numbers[{index}]"),
                    "has a schedule already",
                );
            }
        }
        for (index, queue) in other.queues.iter().enumerate() {
            if !queues.insert(queue) {
                faults.rule(
                    &format!("schedules.{key}.queues[{index}]"),
                    "has a schedule already",
                );
            }
        }
    }
}
