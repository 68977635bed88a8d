//! What is different for some numbers.

use std::collections::BTreeSet;

use super::{Sections, is_name, office, opens};
use crate::settings::{Line, Menu, Office, fault::Faults};

pub(super) fn check(sections: &Sections, faults: &mut Faults) {
    let (Some(lines), Some(office), Some(menu)) = (&sections.lines, &sections.office, &sections.menu) else {
        return;
    };
    let mut numbers = BTreeSet::new();
    for (name, line) in lines {
        let path = format!("lines.{name}");
        if !is_name(name, &['-', '_', '.'], 48) {
            faults.rule(&path, "expected a name of 1 to 48 letters, digits, -, _ or .");
        }
        if line.numbers.is_empty() {
            faults.rule(
                &format!("{path}.numbers"),
                "expected at least one of office.numbers",
            );
        }
        for (index, number) in line.numbers.iter().enumerate() {
            let path = format!("{path}.numbers[{index}]");
            if !office.numbers.contains(number) {
                faults.rule(&path, "expected one of office.numbers");
            }
            if !numbers.insert(number) {
                faults.rule(&path, "has a line already");
            }
        }
        texts(&path, line, office, menu, faults);
        opens::check_line(&path, line, office, faults);
        if line.menu.is_some() {
            office::choices(&format!("{path}.menu"), &line.menu(menu), faults);
        }
    }
}

fn texts(path: &str, line: &Line, office: &Office, menu: &Menu, faults: &mut Faults) {
    for (name, text) in [
        ("name", &line.name),
        ("language", &line.language),
        ("voice", &line.voice),
    ] {
        if text.as_ref().is_some_and(|text| text.trim().is_empty()) {
            faults.rule(&format!("{path}.{name}"), "expected a text that is not empty");
        }
    }
    let foreign = line.is_foreign(office);
    let missing = |name: &str, faults: &mut Faults| {
        faults.rule(
            &format!("{path}.{name}"),
            "must be set: this line speaks another language than the office",
        );
    };
    // A voice of another language reads nothing that can be understood, or nothing at all.
    if foreign && line.voice.is_none() {
        missing("voice", faults);
    }
    let own_menu = line.menu.as_ref();
    let is_read = !line.menu(menu).choices.is_empty();
    if foreign && is_read && own_menu.is_none_or(|own| own.prompt.is_none()) {
        missing("menu.prompt", faults);
    }
    let of_office = |name: &str| match name {
        "position_message" => &office.position_message,
        "next_message" => &office.next_message,
        "estimate_message" => &office.estimate_message,
        "estimate_minute_message" => &office.estimate_minute_message,
        "message_offer" => &office.message_offer,
        _ => &office.greeting,
    };
    for (name, text) in line.texts() {
        match text {
            // These may be silent.
            Some(text) if text.is_empty() && may_be_empty(name) => {}
            Some(text) => office::spoken(&format!("{path}.{name}"), text, faults),
            None if foreign
                && !opens::may_be_left_out(name)
                && name != "limit_message"
                && !of_office(name).is_empty() =>
            {
                missing(name, faults);
            }
            None => {}
        }
    }
}

fn may_be_empty(name: &str) -> bool {
    opens::may_be_left_out(name)
        || matches!(
            name,
            "position_message"
                | "next_message"
                | "estimate_message"
                | "estimate_minute_message"
                | "message_offer"
        )
}
