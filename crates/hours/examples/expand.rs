//! Follows rules for an outside oracle: of each line `DATE<tab>RULE` the days, a line for a line.
#![expect(clippy::print_stdout, reason = "this is what it is for")]

use std::io::BufRead as _;

use switchboard_hours::{Feed, Zone};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let zone = Zone::find("Europe/Berlin").ok_or("no such zone")?;
    for line in std::io::stdin().lock().lines() {
        let line = line?;
        let (start, rule) = line.split_once('\t').ok_or("expected a date, a tab and a rule")?;
        let text = format!(
            "BEGIN:VCALENDAR\nBEGIN:VEVENT\nDTSTART;VALUE=DATE:{start}\nRRULE:{rule}\nEND:VEVENT\nEND:VCALENDAR"
        );
        let feed = Feed::parse("oracle", &text, &zone, 2020..=2040)?;
        let days = feed
            .days()
            .iter()
            .map(|day| day.date.format("%Y%m%d").to_string());
        let skipped = feed.skipped().iter().map(|skipped| skipped.why.to_owned());
        println!("{}", days.chain(skipped).collect::<Vec<_>>().join(" "));
    }
    Ok(())
}
