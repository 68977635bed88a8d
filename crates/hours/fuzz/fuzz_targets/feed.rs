//! Any text is answered with a feed or with a fault, in bounded time.
#![no_main]

use libfuzzer_sys::fuzz_target;
use switchboard_hours::{Feed, Zone};

fuzz_target!(|text: &str| {
    let Some(zone) = Zone::find("Europe/Berlin") else {
        return;
    };
    let _ = Feed::parse("fuzz", text, &zone, 2020..=2030);
    let whole = format!("BEGIN:VCALENDAR\nBEGIN:VEVENT\n{text}\nEND:VEVENT\nEND:VCALENDAR\n");
    if let Ok(feed) = Feed::parse("fuzz", &whole, &zone, 2020..=2030) {
        assert!(feed.days().len() <= 20_000);
        assert!(feed.days().windows(2).all(|pair| pair[0].date <= pair[1].date));
    }
});
