//! Opening hours from settings: what is refused, and which schedule counts.

use switchboard_runtime::Schedules;
use switchboard_runtime::settings::{Layers, OfficeHours};

fn load(text: &str) -> Result<OfficeHours, String> {
    let layers = Layers::demo().text("the test", text);
    layers
        .load()
        .map(|settings| (&settings).into())
        .map_err(|faults| faults.to_string())
}

#[test]
fn numbers_and_queues_have_the_hours_that_name_them() {
    let text = "[office]\nnumbers = [\"+442079460000\", \"+442079460001\"]\n\
                [schedules.night]\ntime_zone = \"UTC\"\nnumbers = [\"+44 20 7946 0001\"]\nqueues = [\"emergencies\"]\n\
                [schedules.night.weekly]\nmonday = [\"18:00-06:00\"]\n";
    let schedules = Schedules::new(&load(text).unwrap()).unwrap();
    let zone =
        |schedule: Option<&switchboard_hours::Schedule>| schedule.map(|schedule| schedule.zone().name());
    assert_eq!(zone(schedules.of_number("+442079460001")), Some("UTC"));
    assert_eq!(zone(schedules.of_number("+442079460000")), Some("Europe/London"));
    assert_eq!(zone(schedules.of_number("anything")), Some("Europe/London"));
    assert_eq!(zone(schedules.of_queue("emergencies")), Some("UTC"));
    assert_eq!(zone(schedules.of_queue("sales")), None);
    assert_eq!((schedules.main_name(), schedules.all().count()), ("london", 2));
}

#[test]
fn all_faults_of_all_schedules_are_told_with_those_of_other_settings() {
    let text = "[calls]\noffice_rings = 0\n\
                [hours]\nregion = \"GB-EN\"\nweekly.monday = [\"9-17\"]\n\
                [schedules.london]\ntime_zone = \"London\"\nweekly = {}\n\
                [schedules.a]\ntime_zone = \"UTC\"\nweekly = {}\nnumbers = [\"+441632960000\"]\nqueues = [\"sales\"]\n\
                [schedules.b]\ntime_zone = \"UTC\"\nweekly = {}\nqueues = [\"sales\"]\n";
    let told = load(text).unwrap_err();
    for line in [
        "calls.office_rings: expected 1 to 20",
        "hours.region: expected a country or region with public holidays",
        "hours.weekly.monday[0]: expected times from 00:00 to 24:00",
        "schedules.london: has the name of hours.schedule",
        "schedules.london.time_zone: expected an IANA time zone",
        "schedules.a.numbers[0]: expected one of office.numbers",
        "schedules.b.queues[0]: has a schedule already",
    ] {
        assert!(told.contains(line), "{line}\n{told}");
    }
}

#[test]
fn feeds_are_read_from_files_and_a_bad_one_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let (good, bad) = (folder.path().join("good.ics"), folder.path().join("bad.ics"));
    std::fs::write(
        &good,
        "BEGIN:VCALENDAR\nBEGIN:VEVENT\nDTSTART:20260706\nSUMMARY:Party\nEND:VEVENT\nEND:VCALENDAR",
    )
    .unwrap();
    std::fs::write(&bad, "<html>").unwrap();
    let text = format!("[hours.feeds]\nclosures = {good:?}\n");
    let schedules = Schedules::new(&load(&text).unwrap()).unwrap();
    let party = "2026-07-06T10:00:00Z".parse().unwrap();
    assert_eq!(
        schedules.get("london").unwrap().state(party).reason.to_string(),
        "Party (closures)"
    );
    let text = format!("[hours.feeds]\nbad = {bad:?}\nmissing = \"/nowhere.ics\"\n");
    let schedules = Schedules::new(&load(&text).unwrap()).unwrap();
    let told: Vec<String> = schedules.unread().iter().map(ToString::to_string).collect();
    assert!(
        told[0].starts_with("hours.feeds.bad: ") && told[0].contains("BEGIN:VCALENDAR"),
        "{told:?}"
    );
    assert!(
        told[1].starts_with("hours.feeds.missing: /nowhere.ics: "),
        "{told:?}"
    );
}

#[test]
fn words_about_being_closed() {
    let settings = Layers::demo().load().unwrap();
    let schedules = Schedules::new(&(&settings).into()).unwrap();
    let london = schedules.get("london").unwrap();
    let words = |at: &str| {
        settings
            .office
            .closed_words(Some(&london.summary(at.parse().unwrap())))
    };
    assert_eq!(
        words("2026-12-28T10:00:00Z"),
        "Thank you for calling Harbour and Lane. We are closed today for Boxing Day. We open again tomorrow at 9 am. \
         Please leave a message after the tone."
    );
    assert_eq!(
        words("2026-12-29T19:00:00Z"),
        "Thank you for calling Harbour and Lane. We are closed at the moment. We open again tomorrow at 9 am. Please \
         leave a message after the tone."
    );
    let unknown = "Thank you for calling Harbour and Lane. We are closed at the moment.";
    assert_eq!(settings.office.closed_words(None), unknown);
    // It has opened since the caller was told.
    assert_eq!(words("2026-12-29T10:00:00Z"), unknown);
}
