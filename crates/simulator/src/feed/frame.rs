//! What a frame of the feed says.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::Value;

use super::wire::Line;
use crate::clock::ClockMode;
use crate::crm::{Caller, callers};
use crate::faults::Faults;
use crate::id::LegId;
use crate::judge::{Entry, LegView};
use crate::pace::FASTEST;
use crate::people::Behaviour;
use crate::state::State;
use crate::switches::Switches;
use crate::traffic::Traffic;

/// What changed.
#[derive(Debug, Serialize)]
pub(crate) struct Frame {
    /// All that the page knew is void: logs too.
    pub(crate) reset: bool,
    /// Legs that are not named here are no longer shown.
    pub(crate) whole: bool,
    /// Virtual time, Unix epoch milliseconds.
    pub(crate) now_ms: i64,
    /// Legs that are new or have changed, oldest first.
    pub(crate) legs: Vec<LegView>,
    /// Legs that are no longer shown.
    pub(crate) gone: Vec<LegId>,
    /// New entries of the time-line, those left out that `wire` tells better.
    pub(crate) timeline: Vec<Entry>,
    /// New requests.
    pub(crate) wire: Vec<Line>,
    /// How virtual time goes, when that has changed or time has jumped.
    pub(crate) clock: Option<ClockView>,
    /// Everything that somebody sets, when any of it has changed.
    pub(crate) settings: Option<Settings>,
}

impl Frame {
    pub(super) fn is_empty(&self) -> bool {
        let Self {
            reset,
            whole: _,
            now_ms: _,
            legs,
            gone,
            timeline,
            wire,
            clock,
            settings,
        } = self;
        let quiet = legs.is_empty() && gone.is_empty() && timeline.is_empty() && wire.is_empty();
        !reset && quiet && clock.is_none() && settings.is_none()
    }
}

/// Everything that somebody sets.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(crate) struct Settings {
    numbers: Vec<String>,
    console_url: Option<String>,
    agents: BTreeMap<String, String>,
    phones: Vec<PhoneView>,
    customers: Vec<Caller>,
    faults: Faults,
    switches: Vec<SwitchView>,
    traffic: Traffic,
}

/// How virtual time goes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct ClockView {
    mode: ClockMode,
    speed: u32,
    fastest: u32,
    /// How far it has been moved ahead of real time.
    ahead_ms: i64,
    /// Somebody else's clock moves with ours; it cannot be stopped.
    together: bool,
}

/// A phone on the table.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct PhoneView {
    name: String,
    number: String,
    group: String,
    behaviour: Behaviour,
}

/// A switch: a behaviour of Twilio that nobody could confirm.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct SwitchView {
    name: &'static str,
    about: &'static str,
    positions: &'static [&'static str],
    position: String,
    default: String,
}

/// The phones on the table, each with what it does when it is rung.
pub(crate) fn phones(state: &State) -> Vec<PhoneView> {
    let phones = state.config.phones.iter();
    phones
        .map(|phone| PhoneView {
            name: phone.name.clone(),
            number: phone.number.clone(),
            group: phone.group.clone(),
            behaviour: state.behaviour(&phone.number),
        })
        .collect()
}

impl Settings {
    pub(super) fn of(state: &State) -> Self {
        Self {
            numbers: state
                .config
                .numbers
                .iter()
                .map(|number| number.number.clone())
                .collect(),
            console_url: state.config.console_url.clone(),
            agents: state.config.agents.clone(),
            phones: phones(state),
            customers: callers(),
            faults: state.config.faults.clone(),
            switches: switches(&state.config.switches),
            traffic: state.road.traffic.clone(),
        }
    }
}

impl ClockView {
    pub(super) fn of(state: &State) -> Self {
        Self {
            mode: state.clock.mode(),
            speed: state.speed,
            fastest: FASTEST,
            ahead_ms: state.clock.ahead_ms(),
            together: state.config.companion.is_some(),
        }
    }
}

fn switches(now: &Switches) -> Vec<SwitchView> {
    let (now, default) = (positions(now), positions(&Switches::default()));
    let position = |all: &Value, name: &str| match all.get(name) {
        Some(Value::String(text)) => text.clone(),
        Some(other) => other.to_string(),
        None => String::new(),
    };
    Switches::names()
        .into_iter()
        .map(|name| SwitchView {
            name,
            about: Switches::about(name),
            positions: Switches::positions(name),
            position: position(&now, name),
            default: position(&default, name),
        })
        .collect()
}

fn positions(switches: &Switches) -> Value {
    serde_json::to_value(switches).unwrap_or_default()
}
