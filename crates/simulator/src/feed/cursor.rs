//! How far a page has been told, and what is new for it.

use std::collections::{HashMap, HashSet};

use super::frame::{ClockView, Frame, Settings};
use crate::id::LegId;
use crate::judge::{LegView, View, What};
use crate::state::State;

/// Legs that are over are shown as long as so few are younger.
const ENDED: usize = 60;
/// A page that comes is told so much of the past.
const ENTRIES: usize = 20_000;
const REQUESTS: u64 = 500;

/// A page's position. Its text is the id of the last event: epoch, entries, requests.
#[derive(Debug, Default)]
pub(super) struct Cursor {
    /// The next entry of the time-line and the next request to be told; absent: nothing has been told.
    position: Option<(u64, u64)>,
    legs: HashMap<LegId, LegView>,
    clock: Option<ClockView>,
    settings: Option<Settings>,
}

/// Names this run of the simulator: numbers of another one mean nothing here.
fn epoch(state: &State) -> String {
    format!("{:x}", state.wire.started_ms)
}

impl Cursor {
    /// Where a page left off, if that is still known.
    pub(super) fn resume(state: &State, id: &str) -> Self {
        let mut parts = id.split('-');
        let mut number = || parts.next();
        let known = number() == Some(epoch(state).as_str());
        let position = number()
            .and_then(|entries| entries.parse().ok())
            .zip(number().and_then(|requests| requests.parse().ok()))
            .filter(|(entries, requests)| {
                known
                    && (state.timeline_first..=next_entry(state)).contains(entries)
                    && (state.wire.first..=state.wire.next()).contains(requests)
            });
        Self {
            position,
            ..Self::default()
        }
    }

    /// What is new since the last frame, if anything.
    pub(super) fn advance(&mut self, state: &State) -> Option<(String, Frame)> {
        // Legs and settings are not numbered: who comes is told all of them, whatever they know already.
        let whole = self.settings.is_none();
        // A page that is slower than we forget starts again.
        let position = self
            .position
            .filter(|(entry, request)| *entry >= state.timeline_first && *request >= state.wire.first);
        let reset = position.is_none();
        let (entry, request) = position.unwrap_or((
            next_entry(state)
                .saturating_sub(ENTRIES as u64)
                .max(state.timeline_first),
            state.wire.next().saturating_sub(REQUESTS),
        ));
        let shown = shown(state);
        let here: HashSet<&LegId> = shown.iter().map(|leg| &leg.id).collect();
        let gone: Vec<LegId> = self
            .legs
            .keys()
            .filter(|id| !here.contains(id))
            .cloned()
            .collect();
        let skipped = usize::try_from(entry.saturating_sub(state.timeline_first)).unwrap_or(usize::MAX);
        let timeline = state
            .timeline
            .iter()
            .skip(skipped)
            // Of what is no longer shown nobody asks.
            .filter(|line| !reset || line.leg.as_ref().is_none_or(|leg| here.contains(leg)))
            .filter(|line| !matches!(line.what, What::Webhook(_) | What::Rest(_)))
            .cloned()
            .collect();
        let wire = state
            .wire
            .since(request)
            .map(|(number, entry)| super::wire::Line::new(number, entry))
            .collect();
        let legs: Vec<LegView> = shown
            .iter()
            .filter(|leg| self.legs.get(&leg.id) != Some(*leg))
            .cloned()
            .collect();
        let settings = Settings::of(state);
        let clock = ClockView::of(state);
        let frame = Frame {
            reset,
            whole,
            now_ms: state.clock.now_ms(),
            legs,
            gone,
            timeline,
            wire,
            clock: (reset || self.clock.as_ref() != Some(&clock)).then(|| clock.clone()),
            settings: (reset || self.settings.as_ref() != Some(&settings)).then(|| settings.clone()),
        };
        let position = (next_entry(state), state.wire.next());
        self.legs = shown.into_iter().map(|leg| (leg.id.clone(), leg)).collect();
        self.clock = Some(clock);
        self.settings = Some(settings);
        self.position = Some(position);
        let id = format!("{}-{}-{}", epoch(state), position.0, position.1);
        (whole || !frame.is_empty()).then_some((id, frame))
    }
}

fn next_entry(state: &State) -> u64 {
    state.timeline_first + state.timeline.len() as u64
}

/// All legs that live, and the youngest of those that are over; oldest first.
fn shown(state: &State) -> Vec<LegView> {
    let view = View::new(state);
    let mut ended = 0;
    let mut legs: Vec<LegView> = state
        .all_legs()
        .rev()
        .filter(|leg| {
            if !leg.is_live() {
                ended += 1;
            }
            leg.is_live() || ended <= ENDED
        })
        .filter_map(|leg| view.leg(&leg.id))
        .collect();
    legs.reverse();
    legs
}
