//! Events that stand in place of one of a series, or of one and all that come after it.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;

use chrono::{NaiveDate, TimeDelta};

use super::event::{Event, Taken};
use super::title;
use super::when::Local;

/// By event, as sets: a stranger's calendar may have a great many of both.
#[derive(Debug)]
pub(super) struct Series<'a>(HashMap<&'a str, Changes<'a>>);

#[derive(Debug, Default)]
struct Changes<'a> {
    /// Days of the series that an event of their own replaces.
    single: HashSet<NaiveDate>,
    /// Days of the series from which on another event says how it goes on.
    later: BTreeMap<NaiveDate, Later<'a>>,
    /// Days of the series itself to which such an event belongs, so that it need not stand for itself.
    kept: HashSet<NaiveDate>,
}

#[derive(Debug)]
struct Later<'a> {
    event: &'a Event,
    /// How much later than in the series, how long, and how it is called; nothing when it takes no days, or has a
    /// repetition of its own.
    moved: Option<(TimeDelta, u64, Arc<str>)>,
}

impl<'a> Series<'a> {
    pub(super) fn new(events: &'a [Event], local: &Local) -> Self {
        let mut all: HashMap<&str, Changes<'_>> = HashMap::new();
        for event in events {
            let Some(when) = event.instead_of else { continue };
            let day = event.day(when, local);
            let changes = all.entry(event.uid.as_str()).or_default();
            if event.and_later {
                let moved = event.moved(day, local);
                changes.later.insert(day, Later { event, moved });
            } else {
                changes.single.insert(day);
            }
        }
        for event in events.iter().filter(|event| event.instead_of.is_none()) {
            let Some(changes) = all
                .get_mut(event.uid.as_str())
                .filter(|changes| !changes.later.is_empty())
            else {
                continue;
            };
            let days: Vec<NaiveDate> = changes.later.keys().copied().collect();
            if let (Some(first), Some(last)) = (days.first(), days.last()) {
                use chrono::Datelike as _;
                let years = first.year()..=last.year();
                let starts = event
                    .days(local, &years)
                    .map(|taken| taken.starts)
                    .unwrap_or_default();
                changes
                    .kept
                    .extend(starts.into_iter().filter(|start| days.contains(start)));
            }
        }
        Self(all)
    }

    /// Where the days of an event really are: each beginning, with its length and title.
    pub(super) fn place<'s>(
        &'s self,
        event: &'s Event,
        taken: &'s Taken,
    ) -> impl Iterator<Item = (NaiveDate, u64, Arc<str>)> + 's {
        let changes = self.0.get(event.uid.as_str());
        let own = title(event);
        // One that changes all later ones is a part of the series it changes, where that one is known.
        let stands = changes
            .filter(|_| event.and_later && event.rules.is_empty())
            .and_then(|changes| {
                let mut later = changes.later.iter();
                let (day, _) = later.find(|(_, later)| std::ptr::eq(later.event, event))?;
                changes.kept.get(day)
            });
        let starts: &[NaiveDate] = if stands.is_some() { &[] } else { &taken.starts };
        starts.iter().filter_map(move |start| {
            let unchanged = || Some((*start, taken.length, Arc::clone(&own)));
            let Some(changes) = changes.filter(|_| event.instead_of.is_none()) else {
                return unchanged();
            };
            if changes.single.contains(start) {
                return None;
            }
            match changes.later.range(..=*start).next_back() {
                None => unchanged(),
                Some((_, later)) => {
                    let (by, length, title) = later.moved.as_ref()?;
                    Some((start.checked_add_signed(*by)?, *length, Arc::clone(title)))
                }
            }
        })
    }
}

impl Event {
    /// What it makes of the series from that day on.
    fn moved(&self, day: NaiveDate, local: &Local) -> Option<(TimeDelta, u64, Arc<str>)> {
        if self.cancelled || !self.rules.is_empty() {
            return None;
        }
        let (first, length, _) = self.span(local).ok()?;
        Some((first.signed_duration_since(day), length, title(self)))
    }
}
