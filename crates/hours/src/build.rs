//! From settings to a schedule, with every fault.

use std::{collections::BTreeMap, sync::Arc};

use crate::{
    Fault, Region, Schedule, Settings, Zone, company, holidays, holidays::suggestions, overrides::Overrides,
    parse, pattern::Pattern, schedule::MadeOf, settings::HolidayDays, special::Specials, zone,
};

pub(crate) fn schedule(settings: &Settings) -> Result<Schedule, Vec<Fault>> {
    let mut faults = Vec::new();
    let zone = Zone::find(&settings.time_zone);
    if zone.is_none() {
        faults.push(unknown_zone(&settings.time_zone));
    }
    let last_minute = match settings.closing_minute.as_str() {
        "" | "closed" => false,
        "open" => true,
        other => {
            faults.push(Fault::new(
                "closing_minute",
                "`closed` or `open`",
                format!("`{other}`"),
            ));
            false
        }
    };
    let week = parse::week(&settings.weekly, last_minute).map_err(|found| faults.extend(found));
    let region = settings.region.as_deref().and_then(|code| {
        let region = Region::find(code);
        if region.is_none() {
            faults.push(unknown_region(code));
        }
        region
    });
    let days = HolidayDays::parse(&settings.holidays).unwrap_or_else(|| {
        let found = format!("`{}`", settings.holidays);
        faults.push(Fault::new(
            "holidays",
            "`both`, `original`, `substitute` or `none`",
            found,
        ));
        HolidayDays::Both
    });
    let company = company::read(&settings.days, last_minute, &mut faults);
    let closing = region.as_ref().map_or_else(BTreeMap::new, |region| {
        holidays::closing(region, days, &settings.work_on)
    });
    match (zone, week) {
        (Some(zone), Ok(week)) if faults.is_empty() => Ok(Schedule {
            pattern: Arc::new(Pattern {
                zone,
                week,
                specials: Specials::new(&company, &closing),
            }),
            made_of: Arc::new(MadeOf {
                settings: settings.clone(),
                region,
                company,
                closing,
                feeds: Vec::new(),
            }),
            overrides: Arc::new(Overrides::default()),
        }),
        _ => Err(faults),
    }
}

fn unknown_zone(name: &str) -> Fault {
    let expected = match zone::misspelt(name) {
        Some(known) => format!("an IANA time zone (did you mean `{known}`?)"),
        None => "an IANA time zone such as `Europe/London`".to_owned(),
    };
    Fault::new("time_zone", expected, format!("`{name}`"))
}

fn unknown_region(code: &str) -> Fault {
    let known = suggestions(code);
    let expected = match known.as_slice() {
        [] => "a country such as `GB` or a region such as `GB-ENG`".to_owned(),
        [one] => format!("a country or region with public holidays (did you mean `{one}`?)"),
        many => format!(
            "a country or region with public holidays (there are {})",
            many.join(", ")
        ),
    };
    Fault::new("region", expected, format!("`{code}`"))
}
