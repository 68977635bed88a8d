//! The office, its menu and its people.

use std::{collections::BTreeSet, time::Duration};

use super::{Sections, is_name};
use crate::settings::{AnswersOn, E164, Menu, MenuTarget, Office, fault::Faults};

pub(super) fn check(sections: &Sections, faults: &mut Faults) {
    if let Some(office) = &sections.office {
        texts(office, faults);
        phones(office, faults);
    }
    if let Some(menu) = &sections.menu {
        choices(menu, faults);
    }
    if let Some(agents) = &sections.agents {
        let numbers = sections
            .office
            .as_ref()
            .map(|office| office.numbers.as_slice())
            .unwrap_or_default();
        let mut ids = BTreeSet::new();
        for (index, agent) in agents.iter().enumerate() {
            // The carrier takes no other characters for a browser and then silently fails to reach it.
            if !is_name(&agent.id, &['_'], 64) {
                faults.rule(
                    &format!("agents[{index}].id"),
                    "expected 1 to 64 letters, digits or _",
                );
            }
            if !ids.insert(&agent.id) {
                faults.rule(
                    &format!("agents[{index}].id"),
                    format!("a second agent {:?}", agent.id),
                );
            }
            if agent.name.trim().is_empty() {
                faults.rule(&format!("agents[{index}].name"), "expected a name");
            }
            if let AnswersOn::Phone(number) = &agent.answers_on {
                not_our_own(&format!("agents[{index}].answers_on"), number, numbers, faults);
            }
        }
    }
}

fn texts(office: &Office, faults: &mut Faults) {
    if !(Duration::from_secs(5)..=Duration::from_mins(10)).contains(&office.ring_time) {
        faults.rule(
            "office.ring_time",
            "expected 5s to 10m: that is what telephones allow",
        );
    }
    if office.country.len() != 2 || !office.country.bytes().all(|b| b.is_ascii_uppercase()) {
        faults.rule("office.country", "expected two capital letters, such as \"GB\"");
    }
    for (name, text) in [
        ("name", &office.name),
        ("language", &office.language),
        ("voice", &office.voice),
    ] {
        if text.trim().is_empty() {
            faults.rule(&format!("office.{name}"), "expected a text that is not empty");
        }
    }
    for (name, text) in [
        ("greeting", &office.greeting),
        ("closed_message", &office.closed_message),
        ("holiday_message", &office.holiday_message),
        ("queue_message", &office.queue_message),
        ("hold_message", &office.hold_message),
        ("voicemail_message", &office.voicemail_message),
        ("recorded_message", &office.recorded_message),
        ("not_understood_message", &office.not_understood_message),
        ("office_screen_message", &office.office_screen_message),
        ("agent_screen_message", &office.agent_screen_message),
        ("taken_message", &office.taken_message),
        ("sorry_message", &office.sorry_message),
        ("goodbye_message", &office.goodbye_message),
    ] {
        spoken(&format!("office.{name}"), text, faults);
    }
    if !office.reopens_message.is_empty() {
        spoken("office.reopens_message", &office.reopens_message, faults);
    }
}

/// A caller must hear words, not braces; silence on a phone line sounds like a fault.
fn spoken(path: &str, text: &str, faults: &mut Faults) {
    let more = match path {
        "office.holiday_message" => "{holiday}",
        "office.reopens_message" => "{opens}",
        _ => "{office}",
    };
    if text.trim().is_empty() {
        faults.rule(path, "expected a text that is not empty");
    }
    if text.chars().count() > 3000 {
        faults.rule(path, "expected at most 3000 characters");
    }
    if ["{office}", "{key}", more]
        .iter()
        .fold(text.to_owned(), |text, known| text.replace(known, ""))
        .contains(['{', '}'])
    {
        let more = if more == "{office}" {
            String::new()
        } else {
            format!(" and {more}")
        };
        faults.rule(
            path,
            format!("expected no braces but {{office}} and {{key}}{more}"),
        );
    }
}

fn phones(office: &Office, faults: &mut Faults) {
    let mut numbers = BTreeSet::new();
    for (index, phone) in office.phones.iter().enumerate() {
        let path = format!("office.phones[{index}].number");
        if !numbers.insert(&phone.number) {
            faults.rule(&path, "a second phone with this number");
        }
        not_our_own(&path, &phone.number, &office.numbers, faults);
    }
}

/// Ringing our own number would be a caller who waits for themselves, and each round would add another.
fn not_our_own(path: &str, number: &E164, ours: &[E164], faults: &mut Faults) {
    if ours.contains(number) {
        faults.rule(path, "is one of office.numbers: the system would ring itself");
    }
}

fn choices(menu: &Menu, faults: &mut Faults) {
    let mut digits = BTreeSet::new();
    for (index, choice) in menu.choices.iter().enumerate() {
        if !digits.insert(choice.digit) {
            faults.rule(
                &format!("menu.choices[{index}].digit"),
                format!("a second choice for key {}", choice.digit),
            );
        }
        if let MenuTarget::Queue(queue) = &choice.target {
            queue_name(&format!("menu.choices[{index}].queue"), queue, faults);
        }
    }
    queue_name("menu.default_queue", &menu.default_queue, faults);
    spoken("menu.prompt", &menu.prompt, faults);
    if !(1..=10).contains(&menu.attempts) {
        faults.rule("menu.attempts", "expected 1 to 10");
    }
    if !(Duration::from_secs(1)..=Duration::from_mins(1)).contains(&menu.timeout) {
        faults.rule("menu.timeout", "expected 1s to 1m");
    }
}

fn queue_name(path: &str, name: &str, faults: &mut Faults) {
    if !is_name(name, &['-', '_', '.'], 48) {
        faults.rule(path, "expected 1 to 48 letters, digits, -, _ or .");
    }
}
