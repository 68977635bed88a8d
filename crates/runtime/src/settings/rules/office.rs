//! The office, its menu and its people.

use std::{collections::BTreeSet, time::Duration};

use switchboard_domain::{Country, PhoneNumber};

use super::{Sections, is_name, opens};
use crate::settings::{Agent, AnswersOn, Menu, MenuTarget, Office, fault::Faults};

pub(super) fn check(sections: &Sections, faults: &mut Faults) {
    if let Some(office) = &sections.office {
        texts(office, faults);
        opens::check("office", office, faults);
        phones(office, faults);
        callers(office, faults);
    }
    if let Some(menu) = &sections.menu {
        choices("menu", menu, faults);
    }
    if let (Some(office), Some(agents)) = (&sections.office, &sections.agents) {
        desks(office, agents, faults);
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
    if Country::parse(&office.country).is_none() {
        faults.rule(
            "office.country",
            "expected two capital letters of a country, such as \"GB\"",
        );
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
        ("limit_message", &office.limit_message),
        ("not_understood_message", &office.not_understood_message),
        ("office_screen_message", &office.office_screen_message),
        ("agent_screen_message", &office.agent_screen_message),
        ("taken_message", &office.taken_message),
        ("sorry_message", &office.sorry_message),
        ("goodbye_message", &office.goodbye_message),
    ] {
        spoken(&format!("office.{name}"), text, faults);
    }
    let opens = office.opens_texts();
    for (name, text) in opens.into_iter().chain([
        ("reopens_message", &office.reopens_message),
        ("nobody_message", &office.nobody_message),
        ("position_message", &office.position_message),
        ("next_message", &office.next_message),
        ("estimate_message", &office.estimate_message),
        ("estimate_minute_message", &office.estimate_minute_message),
        ("message_offer", &office.message_offer),
    ]) {
        if !text.is_empty() {
            spoken(&format!("office.{name}"), text, faults);
        }
    }
    let key = &office.message_key;
    let is_key = |c: char| c.is_ascii_digit() || c == '*';
    if key.len() > 1 || !key.chars().all(is_key) {
        faults.rule(
            "office.message_key",
            "expected one key, 0 to 9 or *, or nothing: # ends an entry and is not told",
        );
    }
}

/// Who is let in.
fn callers(office: &Office, faults: &mut Faults) {
    for (index, text) in office.blocked.iter().enumerate() {
        if let Err(why) = crate::Blocked::parse(text, office.country()) {
            faults.rule(
                &format!("office.blocked[{index}]"),
                format!(
                    "expected a number such as \"+44 7700 900123\", its beginning with at least 3 digits such as \
                     \"+4470*\", or an address that begins with sip: or client:: {why}"
                ),
            );
        }
    }
    if !["answer", "reject"].contains(&office.withheld.as_str()) {
        faults.rule("office.withheld", "expected \"answer\" or \"reject\"");
    }
}

/// A caller must hear words, not braces; silence on a phone line sounds like a fault.
pub(super) fn spoken(path: &str, text: &str, faults: &mut Faults) {
    let more: &[&str] = match path.rsplit('.').next().unwrap_or_default() {
        "holiday_message" => &["{holiday}"],
        "reopens_message" => &["{opens}"],
        "position_message" => &["{position}"],
        "estimate_message" => &["{minutes}"],
        "message_offer" => &["{message_key}"],
        "opens_today" | "opens_tomorrow" => &["{time}"],
        "opens_this_week" => &["{weekday}", "{time}"],
        "opens_later" => &["{weekday}", "{day}", "{month}", "{time}"],
        _ => &[],
    };
    if text.trim().is_empty() {
        faults.rule(path, "expected a text that is not empty");
    }
    if text.chars().count() > 3000 {
        faults.rule(path, "expected at most 3000 characters");
    }
    if ["{office}", "{key}"]
        .iter()
        .chain(more)
        .fold(text.to_owned(), |text, known| text.replace(known, ""))
        .contains(['{', '}'])
    {
        let known = [&["{office}", "{key}"], more].concat().join(" and ");
        faults.rule(path, format!("expected no braces but {known}"));
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

fn desks(office: &Office, agents: &[Agent], faults: &mut Faults) {
    for (index, phone) in office.phones.iter().enumerate() {
        if let Some(id) = &phone.agent
            && !agents.iter().any(|agent| agent.id == *id)
        {
            let path = format!("office.phones[{index}].agent");
            faults.rule(&path, format!("there is no agent {id:?} in agents"));
        }
    }
}

/// Ringing our own number would be a caller who waits for themselves, and each round would add another.
fn not_our_own(path: &str, number: &PhoneNumber, ours: &[PhoneNumber], faults: &mut Faults) {
    if ours.contains(number) {
        faults.rule(path, "is one of office.numbers: the system would ring itself");
    }
}

/// A menu at `path`, such as `menu`.
pub(super) fn choices(path: &str, menu: &Menu, faults: &mut Faults) {
    let mut digits = BTreeSet::new();
    for (index, choice) in menu.choices.iter().enumerate() {
        let at = |field: &str| format!("{path}.choices[{index}].{field}");
        if !digits.insert(choice.digit) {
            faults.rule(&at("digit"), format!("a second choice for key {}", choice.digit));
        }
        // The carrier takes it as the end of an entry without any keys.
        if choice.digit == '#' {
            faults.rule(
                &at("digit"),
                "expected 0 to 9 or *: # ends an entry and is not told",
            );
        }
        if let MenuTarget::Queue(queue) = &choice.target {
            queue_name(&at("queue"), queue, faults);
        }
    }
    queue_name(&format!("{path}.default_queue"), &menu.default_queue, faults);
    spoken(&format!("{path}.prompt"), &menu.prompt, faults);
    if !(1..=10).contains(&menu.attempts) {
        faults.rule(&format!("{path}.attempts"), "expected 1 to 10");
    }
    if !(Duration::from_secs(1)..=Duration::from_mins(1)).contains(&menu.timeout) {
        faults.rule(&format!("{path}.timeout"), "expected 1s to 1m");
    }
}

fn queue_name(path: &str, name: &str, faults: &mut Faults) {
    if !is_name(name, &['-', '_', '.'], 48) {
        faults.rule(path, "expected 1 to 48 letters, digits, -, _ or .");
    }
}
