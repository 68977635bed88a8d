//! How it is said when the office opens again.

use switchboard_hours::{Names, is_english};

use crate::settings::{Line, Office, fault::Faults};

/// Texts about when the office opens again.
pub(super) fn is_about(name: &str) -> bool {
    name == "reopens_message" || name.starts_with("opens_")
}

/// Texts that may be left out in any language: it is not said then, or something else is.
pub(super) fn may_be_left_out(name: &str) -> bool {
    is_about(name) || name == "nobody_message"
}

pub(super) fn check_line(path: &str, line: &Line, office: &Office, faults: &mut Faults) {
    // What is inherited is faulty there.
    let own = line
        .texts()
        .iter()
        .any(|(name, text)| is_about(name) && text.is_some());
    if own || line.language.is_some() {
        check(path, &line.office(office), faults);
    }
}

pub(super) fn check(path: &str, office: &Office, faults: &mut Faults) {
    let texts = office.opens_texts();
    let at = |name: &str| format!("{path}.{name}");
    if texts.iter().all(|(_, text)| text.is_empty()) {
        if office.reopens_message.contains("{opens}") && !is_english(&office.language) {
            let problem = "{opens} is said in English unless opens_today, opens_tomorrow, opens_this_week and \
                           opens_later are set";
            faults.rule(&at("reopens_message"), problem);
        }
        return;
    }
    for (name, text) in texts {
        if text.is_empty() {
            faults.rule(&at(name), "must be set, as one of its kind is");
        } else if !text.contains("{time}") {
            faults.rule(&at(name), "expected {time} in it");
        }
    }
    if Names::of(&office.language).is_none() {
        let problem = "expected a language whose names of days are known, with its country, such as `de-DE`";
        faults.rule(&at("language"), problem);
    }
}
