//! Rules that no single value can break, checked section by section.
//!
//! A section that cannot be read hides only the rules that need it: the others are still told.

mod bounds;
mod hours;
mod identity;
mod lines;
mod office;
mod opens;

use std::collections::BTreeMap;

use config::{Value, ValueKind};
use switchboard_domain::Country;

pub(super) use self::identity::is_loopback;

use super::{
    Agent, CallerLimits, Calls, Connections, Data, Deployment, Feeds, Gateway, Hours, Line, Log, Lookup,
    Menu, Office, OtherHours, Public, Realtime, Records, Redis, Simulator, Twilio, Worker,
    fault::Faults,
    read::{Setting, field},
};

/// The sections that could be read.
struct Sections {
    deployment: Option<Deployment>,
    redis: Option<Redis>,
    records: Option<Records>,
    data: Option<Data>,
    public: Option<Public>,
    twilio: Option<Twilio>,
    connections: Option<Connections>,
    gateway: Option<Gateway>,
    realtime: Option<Realtime>,
    worker_lookup: Option<Worker>,
    worker_calls: Option<Worker>,
    worker_records: Option<Worker>,
    simulator: Option<Simulator>,
    office: Option<Office>,
    lines: Option<BTreeMap<String, Line>>,
    caller_limits: Option<CallerLimits>,
    calls: Option<Calls>,
    menu: Option<Menu>,
    hours: Option<Hours>,
    schedules: Option<BTreeMap<String, OtherHours>>,
    feeds: Option<Feeds>,
    agents: Option<Vec<Agent>>,
    lookup: Option<Lookup>,
    log: Option<Log>,
}

/// Checks every rule whose sections could be read.
pub(super) fn check(merged: &Value, faults: &mut Faults) {
    let sections = Sections {
        deployment: read(merged, "deployment"),
        redis: read(merged, "redis"),
        records: read(merged, "records"),
        data: read(merged, "data"),
        public: read(merged, "public"),
        twilio: read(merged, "twilio"),
        connections: read(merged, "connections"),
        gateway: read(merged, "gateway"),
        realtime: read(merged, "realtime"),
        worker_lookup: read(merged, "worker_lookup"),
        worker_calls: read(merged, "worker_calls"),
        worker_records: read(merged, "worker_records"),
        simulator: read(merged, "simulator"),
        office: read(merged, "office"),
        lines: read(merged, "lines"),
        caller_limits: read(merged, "caller_limits"),
        calls: read(merged, "calls"),
        menu: read(merged, "menu"),
        hours: read(merged, "hours"),
        schedules: read(merged, "schedules"),
        feeds: read(merged, "feeds"),
        agents: read_or(merged, "agents", Some("")),
        lookup: read(merged, "lookup"),
        log: read(merged, "log"),
    };
    identity::check(&sections, faults);
    bounds::check(&sections, faults);
    office::check(&sections, faults);
    lines::check(&sections, faults);
    hours::check(
        sections.hours.as_ref(),
        sections.schedules.as_ref(),
        sections.office.as_ref(),
        faults,
    );
}

/// Checks opening hours alone.
pub(super) fn check_hours(merged: &Value, faults: &mut Faults) {
    let hours: Option<Hours> = read(merged, "hours");
    let schedules: Option<BTreeMap<String, OtherHours>> = read(merged, "schedules");
    hours::check(hours.as_ref(), schedules.as_ref(), None, faults);
}

/// Whose dialling rules apply to numbers without a country code.
pub(super) fn country(merged: &Value) -> Option<Country> {
    let ValueKind::Table(table) = &merged.kind else {
        return None;
    };
    let ValueKind::Table(office) = &table.get("office")?.kind else {
        return None;
    };
    Country::parse(&super::leaf::text(office.get("country")?)?)
}

/// Reads a section again; its own faults have been noted by the first reading.
fn read<T: Setting>(merged: &Value, name: &str) -> Option<T> {
    read_or(merged, name, None)
}

/// The same for what may be left out.
fn read_or<T: Setting>(merged: &Value, name: &str, default: Option<&str>) -> Option<T> {
    let ValueKind::Table(table) = &merged.kind else {
        return None;
    };
    field(
        table,
        name,
        "",
        &mut Faults::default().within(country(merged)),
        default,
    )
}

/// Letters, digits and a few others: what may become part of a Redis key, a URL and a label.
fn is_name(text: &str, also: &[char], max: usize) -> bool {
    (1..=max).contains(&text.len())
        && text
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || also.contains(&c))
}
