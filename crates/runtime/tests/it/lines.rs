//! What is different for some numbers: every fault at once, each by its name.

use switchboard_runtime::rules::policy;
use switchboard_runtime::settings::Layers;

fn faults(text: &str) -> Vec<String> {
    let refused = Layers::demo()
        .text("lines.toml", text)
        .load()
        .expect_err("faulty");
    refused.faults().iter().map(ToString::to_string).collect()
}

#[test]
fn what_is_left_out_is_as_in_the_office() {
    let text = "[office]\nnumbers = [\"+442079460000\", \"+442079460001\"]\n\
        [lines.west]\nnumbers = [\"+442079460001\"]\ngreeting = \"West.\"\nlanguage = \"en-US\"\n\
        menu.default_queue = \"west\"\nmenu.attempts = 4\n";
    let settings = Layers::demo().text("lines.toml", text).load().unwrap();
    let west = &settings.lines["west"];
    let office = west.office(&settings.office);
    assert_eq!(
        (office.greeting.as_str(), office.language.as_str()),
        ("West.", "en-US")
    );
    assert_eq!(office.voice, settings.office.voice);
    assert_eq!(office.reopens_message, settings.office.reopens_message);
    let menu = west.menu(&settings.menu);
    assert_eq!(
        (menu.default_queue.as_str(), menu.attempts, menu.choices.len()),
        ("west", 4, 3)
    );
    let policy = policy(&settings).unwrap();
    assert_eq!(policy.default_queue_of("+442079460001").as_str(), "west");
    assert_eq!(policy.menu_attempts_of("+442079460001"), 4);
    assert_eq!(policy.default_queue_of("+442079460000").as_str(), "support");
    // What is printed can be read again.
    assert!(settings.render_effective().contains("[lines.west.menu]"));
}

#[test]
fn every_fault_is_told_at_once() {
    let text = "[office]\nnumbers = [\"+442079460000\"]\nmessage_key = \"#\"\nwithheld = \"maybe\"\n\
        blocked = [\"+44*\", \"+447700900199\"]\n\
        [calls]\nannounce_every = \"5s\"\n\
        [lines.west]\nnumbers = [\"+442079460000\", \"+442079460009\"]\ngreeting = \" \"\nmenu.attempts = 0\n\
        menu.choices = [{ digit = \"#\", label = \"Sales\", queue = \"a b\" }]\n\
        [lines.east]\nnumbers = [\"+442079460000\"]\nposition_message = \"{what}\"\n\
        [lines.none]\nnumbers = []\n";
    insta::assert_snapshot!(faults(text).join("\n"));
}

/// Half a menu in another language is worse than none.
#[test]
fn another_language_needs_every_text() {
    let text = "[office]\nnumbers = [\"+442079460000\", \"+49401234560\"]\n\
        [lines.hamburg]\nnumbers = [\"+49401234560\"]\nlanguage = \"de-DE\"\ngreeting = \"Guten Tag.\"\n";
    insta::assert_snapshot!(faults(text).join("\n"));
}

#[test]
fn when_the_office_opens_is_said_in_the_lines_own_language_or_not_at_all() {
    let lines = "[office]\nnumbers = [\"+442079460000\", \"+49401234560\"]\nopens_today = \"from {time}\"\n\
        opens_tomorrow = \"\"\n\
        [lines.hamburg]\nnumbers = [\"+49401234560\"]\nlanguage = \"de-DE\"\nvoice = \"Polly.Vicki\"\n\
        reopens_message = \"Wieder {opens}.\"\n";
    let told = |more: &str| {
        let told = faults(&format!("{lines}{more}"));
        let about = |fault: &String| fault.contains("opens") || fault.contains("hamburg.language");
        told.into_iter().filter(about).collect::<Vec<_>>().join("\n")
    };
    let three =
        "opens_today = \"heute\"\nopens_this_week = \"am {day}. um {time}\"\nopens_later = \"{time}\"\n";
    insta::assert_snapshot!(format!("{}\n\n{}", told(""), told(three)));
}
