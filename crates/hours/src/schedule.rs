//! A schedule and the questions it answers.

use std::{collections::BTreeMap, sync::Arc};

use chrono::{DateTime, Utc};

use crate::{
    Fault, Feed, Holiday, Override, Reason, Region, Settings, State, Verdict, Zone, build, company::Dated,
    overrides::Overrides, pattern::Pattern, special::Specials,
};

const WEEK: i64 = 7 * 24 * 60 * 60;
/// How far beyond the last special day and override a change is looked for. A flip of the week can be swallowed
/// by a clock change, even a whole day by a move over the date line, but not ten weeks running.
const HORIZON: i64 = 10 * WEEK;

/// Opening hours of one office: settings, feeds and overrides on the wall clock of one time zone.
///
/// Cheap to clone.
#[derive(Debug, Clone)]
pub struct Schedule {
    pub(crate) pattern: Arc<Pattern>,
    pub(crate) made_of: Arc<MadeOf>,
    pub(crate) overrides: Arc<Overrides>,
}

/// What the pattern was made of, for feeds that come later, for lists and warnings.
#[derive(Debug, Clone)]
pub(crate) struct MadeOf {
    pub(crate) settings: Settings,
    pub(crate) region: Option<Region>,
    pub(crate) company: Vec<Dated>,
    pub(crate) closing: BTreeMap<chrono::NaiveDate, Vec<Holiday>>,
    pub(crate) feeds: Vec<Feed>,
}

impl Schedule {
    /// Checks settings.
    ///
    /// # Errors
    ///
    /// All faults at once, each with its place and what was expected there.
    pub fn new(settings: &Settings) -> Result<Self, Vec<Fault>> {
        build::schedule(settings)
    }

    /// The commonest settings alone: a zone, and a list of entries for each weekday.
    ///
    /// # Errors
    ///
    /// As [`Schedule::new`].
    pub fn parse(zone: &str, weekly: &BTreeMap<String, Vec<String>>) -> Result<Self, Vec<Fault>> {
        Self::new(&Settings {
            time_zone: zone.to_owned(),
            weekly: weekly.clone(),
            ..Settings::default()
        })
    }

    /// The same schedule with these overrides in place of those it had.
    pub fn with_overrides(&self, overrides: impl IntoIterator<Item = Override>) -> Self {
        Self {
            overrides: Arc::new(Overrides::new(overrides)),
            ..self.clone()
        }
    }

    /// The same schedule with these feeds in place of those it had: their days are holidays.
    pub fn with_feeds(&self, feeds: Vec<Feed>) -> Self {
        let mut all = BTreeMap::new();
        for holiday in feeds.iter().flat_map(Feed::days) {
            all.entry(holiday.date)
                .or_insert_with(Vec::new)
                .push(holiday.clone());
        }
        for (date, holidays) in &self.made_of.closing {
            all.entry(*date)
                .or_insert_with(Vec::new)
                .extend(holidays.iter().cloned());
        }
        let pattern = Pattern {
            zone: self.pattern.zone.clone(),
            week: self.pattern.week.clone(),
            specials: Specials::new(&self.made_of.company, &all),
        };
        Self {
            pattern: Arc::new(pattern),
            made_of: Arc::new(MadeOf {
                feeds,
                ..(*self.made_of).clone()
            }),
            overrides: Arc::clone(&self.overrides),
        }
    }

    /// The office's time zone.
    pub fn zone(&self) -> &Zone {
        &self.pattern.zone
    }

    /// Whose public holidays count.
    pub fn region(&self) -> Option<&Region> {
        self.made_of.region.as_ref()
    }

    /// All overrides, also past and hidden ones, the newest first.
    pub fn overrides(&self) -> impl Iterator<Item = &Override> {
        self.overrides.all().iter().map(|over| &**over)
    }

    /// Whether the office is open.
    pub fn is_open(&self, at: DateTime<Utc>) -> bool {
        self.open_at(at.timestamp())
    }

    /// Whether the office is open, why, what that hides, and until when.
    pub fn state(&self, at: DateTime<Utc>) -> State {
        let unix = at.timestamp();
        let overriding = self.overrides.holding(unix).map(|over| Verdict {
            open: over.open,
            reason: Reason::Override(Arc::clone(over)),
        });
        let mut verdicts = overriding.chain(self.pattern.verdicts(unix));
        // The ordinary week always has a say.
        let first = verdicts.next().unwrap_or(Verdict {
            open: false,
            reason: Reason::DayClosed(self.pattern.reading(unix).weekday()),
        });
        State {
            open: first.open,
            reason: first.reason,
            hidden: verdicts.collect(),
            until: self.next_change(at),
        }
    }

    /// The first instant after `at` at which open turns into closed or back; `None` when it never does.
    pub fn next_change(&self, at: DateTime<Utc>) -> Option<DateTime<Utc>> {
        DateTime::from_timestamp(self.change_after(at.timestamp())?, 0)
    }

    /// The first instant after `at` at which closed turns into open; `None` when it never does.
    ///
    /// While open this is the opening after the coming close.
    pub fn next_opening(&self, at: DateTime<Utc>) -> Option<DateTime<Utc>> {
        let change = self.next_change(at)?;
        if self.is_open(change) {
            Some(change)
        } else {
            self.next_change(change)
        }
    }

    fn open_at(&self, unix: i64) -> bool {
        match self.overrides.at(unix) {
            Some((open, _)) => open,
            None => self.pattern.open_at(unix),
        }
    }

    /// Between two clock changes wall time runs straight, so only these can turn the state over: the beginning
    /// and end of an override, the pattern's next edge at the present offset, and the next clock change. Walks
    /// from one to the next until the state differs.
    fn change_after(&self, from: i64) -> Option<i64> {
        let open = self.open_at(from);
        let ends = [Some(from), self.pattern.specials_end(), self.overrides.end()];
        let horizon = ends
            .into_iter()
            .flatten()
            .max()
            .unwrap_or(from)
            .saturating_add(HORIZON);
        let mut at = from;
        let mut transition = self.pattern.zone.next_transition(at);
        while at < horizon {
            at = if let Some((_, until)) = self.overrides.at(at) {
                until
            } else {
                let turns = [self.overrides.next(at), self.pattern.may_change_after(at)];
                // Only where something is still to come does a clock change matter.
                let turn = turns.into_iter().flatten().min()?;
                transition.map_or(turn, |transition| transition.min(turn))
            };
            if transition.is_some_and(|known| known <= at) {
                transition = self.pattern.zone.next_transition(at);
            }
            if self.open_at(at) != open {
                return Some(at);
            }
        }
        None
    }
}
