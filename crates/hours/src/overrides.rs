//! Opening or closing by hand, for a while.

use std::sync::Arc;

use chrono::{DateTime, Utc};

/// Somebody's word that the office is open, or closed, from one instant to another. It beats every setting.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Override {
    /// Names it among others.
    pub id: String,
    /// Whether it opens; else it closes.
    pub open: bool,
    /// The first instant at which it holds.
    pub from: DateTime<Utc>,
    /// The instant at which it no longer holds.
    pub until: DateTime<Utc>,
    /// Why, in words that agents read.
    pub reason: String,
    /// Who made it.
    pub author: String,
    /// When. Of several that hold, the one made last counts; of those made in the same instant, the one with
    /// the greater id.
    pub made: DateTime<Utc>,
}

/// Overrides, and which of them counts when.
#[derive(Debug, Clone, Default)]
pub(crate) struct Overrides {
    /// Newest first.
    all: Vec<Arc<Override>>,
    /// What counts from each instant to the next segment's, by time; gaps have none. Seconds since the epoch.
    segments: Vec<Segment>,
}

#[derive(Debug, Clone)]
struct Segment {
    from: i64,
    until: i64,
    open: bool,
}

impl Overrides {
    pub(crate) fn new(overrides: impl IntoIterator<Item = Override>) -> Self {
        let mut all: Vec<Arc<Override>> = overrides.into_iter().map(Arc::new).collect();
        all.sort_by(|one, other| (other.made, &other.id).cmp(&(one.made, &one.id)));
        let mut edges: Vec<i64> = all
            .iter()
            .flat_map(|over| [seconds(over.from), seconds(over.until)])
            .collect();
        edges.sort_unstable();
        edges.dedup();
        let mut segments: Vec<Segment> = Vec::new();
        for pair in edges.windows(2) {
            let (from, until) = (pair[0], pair[1]);
            let Some(winner) = all.iter().find(|over| holds(over, from)) else {
                continue;
            };
            match segments.last_mut() {
                // One opening, whoever made its parts.
                Some(last) if last.until == from && last.open == winner.open => last.until = until,
                Some(_) | None => segments.push(Segment {
                    from,
                    until,
                    open: winner.open,
                }),
            }
        }
        Self { all, segments }
    }

    pub(crate) fn all(&self) -> &[Arc<Override>] {
        &self.all
    }

    /// Those that hold, the one that counts first.
    pub(crate) fn holding(&self, unix: i64) -> impl Iterator<Item = &Arc<Override>> {
        self.all.iter().filter(move |over| holds(over, unix))
    }

    /// What counts then, and when that ends.
    pub(crate) fn at(&self, unix: i64) -> Option<(bool, i64)> {
        let after = self.segments.partition_point(|segment| segment.from <= unix);
        let segment = self.segments.get(after.checked_sub(1)?)?;
        (unix < segment.until).then_some((segment.open, segment.until))
    }

    /// When one first counts after an instant at which none does.
    pub(crate) fn next(&self, unix: i64) -> Option<i64> {
        let after = self.segments.partition_point(|segment| segment.from <= unix);
        self.segments.get(after).map(|segment| segment.from)
    }

    pub(crate) fn end(&self) -> Option<i64> {
        self.segments.last().map(|segment| segment.until)
    }
}

fn holds(over: &Override, unix: i64) -> bool {
    seconds(over.from) <= unix && unix < seconds(over.until)
}

/// A question within a second is answered as at its beginning, so a part of one begins with the next.
fn seconds(at: DateTime<Utc>) -> i64 {
    at.timestamp() + i64::from(at.timestamp_subsec_nanos() > 0)
}
