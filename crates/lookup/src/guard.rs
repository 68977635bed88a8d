//! What stands between the callers' jobs and a source.

use std::time::Duration;

use async_trait::async_trait;
use metrics::{counter, histogram};
use moka::{Expiry, future::Cache};
use switchboard_outbound::{Breaker, BreakerPolicy, Change, Verdict};
use tokio::{
    sync::Semaphore,
    time::{Instant, timeout_at},
};
use tracing::{info, warn};

use crate::{Answer, Source, SourceError, fault::Faults};

/// How much a source may cost.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Limits {
    /// The longest that one look-up takes, waiting for a free place included.
    pub deadline: Duration,
    /// Questions in flight at once; the others wait for a place.
    pub in_flight: usize,
    /// Answers kept, the least useful dropped first.
    pub cached: u64,
    /// How long a profile is kept.
    pub found_for: Duration,
    /// How long "not found" is kept: shorter, because an agent may be adding the caller right now.
    pub not_found_for: Duration,
    /// When the source is left alone.
    pub breaker: BreakerPolicy,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            deadline: Duration::from_secs(2),
            in_flight: 8,
            cached: 10_000,
            found_for: Duration::from_mins(5),
            not_found_for: Duration::from_secs(30),
            breaker: BreakerPolicy::default(),
        }
    }
}

impl Limits {
    pub(crate) fn check(&self, faults: &mut Faults) {
        let within = |value: Duration, from_ms: u64, to_s: u64| {
            (Duration::from_millis(from_ms)..=Duration::from_secs(to_s)).contains(&value)
        };
        faults.require(within(self.deadline, 1, 60), "deadline", "1 ms to 60 s");
        faults.require((1..=1000).contains(&self.in_flight), "in_flight", "1 to 1000");
        faults.require(self.cached <= 1_000_000, "cache.entries", "at most 1000000");
        faults.require(
            within(self.found_for, 0, 86_400),
            "cache.found_for",
            "at most a day",
        );
        faults.require(
            within(self.not_found_for, 0, 86_400),
            "cache.not_found_for",
            "at most a day",
        );
        faults.require(
            (1..=1000).contains(&self.breaker.failures),
            "breaker.failures",
            "1 to 1000",
        );
        faults.require(
            within(self.breaker.open_for, 1, 3600),
            "breaker.open_for",
            "1 ms to an hour",
        );
    }
}

/// A source behind a deadline, a cache, a limit and a breaker.
pub struct Guarded<S> {
    source: S,
    deadline: Duration,
    places: Semaphore,
    breaker: Breaker,
    cache: Cache<String, Kept>,
}

/// An answer, and when the source gave it.
#[derive(Clone)]
struct Kept {
    answer: Answer,
    at: Instant,
}

/// What a source says, and how old that is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Remembered {
    /// What it says.
    pub answer: Answer,
    /// How long ago it said so, when that was for an earlier caller; none when it was asked for this one.
    pub age: Option<Duration>,
}

impl<S: Source> Guarded<S> {
    /// Puts the guard in front of a source. The cache starts empty, the breaker closed.
    pub fn new(source: S, limits: &Limits) -> Self {
        let lifetimes = Lifetimes {
            found: limits.found_for,
            not_found: limits.not_found_for,
        };
        Self {
            source,
            deadline: limits.deadline,
            places: Semaphore::new(limits.in_flight),
            breaker: Breaker::new(limits.breaker),
            cache: Cache::builder()
                .max_capacity(limits.cached)
                .expire_after(lifetimes)
                .build(),
        }
    }

    /// Asks the source itself, in turn.
    async fn ask(&self, number: &str, deadline: Instant) -> Result<Kept, SourceError> {
        let Ok(place) = timeout_at(deadline, self.places.acquire()).await else {
            return Err(SourceError::TimedOut);
        };
        // The semaphore is never closed; if it were, there would be no limit left to keep.
        let _place = place.ok();
        let ticket = self
            .breaker
            .admit(Instant::now())
            .map_err(|wait| SourceError::Resting { wait })?;
        let budget = deadline.saturating_duration_since(Instant::now());
        let result = self.source.look_up(number, budget).await;
        let verdict = result.as_ref().err().map_or(Verdict::Good, SourceError::verdict);
        match ticket.settle(verdict) {
            Some(Change::Opened) => {
                warn!(
                    source.name = self.name(),
                    "source {} fails repeatedly and is left alone",
                    self.name()
                );
            }
            Some(Change::Closed) => info!(source.name = self.name(), "source {} answers again", self.name()),
            None => {}
        }
        result.map(|answer| Kept {
            answer,
            at: Instant::now(),
        })
    }

    /// What the source says about a number, and whether that was kept from an earlier question.
    ///
    /// # Errors
    /// As [`Source::look_up`].
    pub async fn recall(&self, number_e164: &str, budget: Duration) -> Result<Remembered, SourceError> {
        let start = Instant::now();
        let deadline = start + budget.min(self.deadline);
        // The outer deadline is for those who wait for another's question, asked with another's budget. One
        // who gives up while asking hands the question on to the next.
        let asked = self
            .cache
            .try_get_with_by_ref(number_e164, self.ask(number_e164, deadline));
        let result = match timeout_at(deadline, asked).await {
            Ok(Ok(kept)) => Ok(Remembered {
                age: (kept.at < start).then(|| start - kept.at),
                answer: kept.answer,
            }),
            Ok(Err(shared)) => Err(SourceError::clone(&shared)),
            Err(_) => Err(SourceError::TimedOut),
        };
        let outcome = match result.as_ref().map(|said| &said.answer) {
            Ok(Answer::Found { .. }) => "found",
            Ok(Answer::NotFound) => "not_found",
            Err(error) => error.label(),
        };
        let source = self.source.name().to_owned();
        histogram!("switchboard_lookup_seconds", "source" => source.clone()).record(start.elapsed());
        counter!("switchboard_lookup_total", "source" => source, "outcome" => outcome).increment(1);
        result
    }
}

#[async_trait]
impl<S: Source> Source for Guarded<S> {
    fn name(&self) -> &str {
        self.source.name()
    }

    async fn look_up(&self, number_e164: &str, budget: Duration) -> Result<Answer, SourceError> {
        self.recall(number_e164, budget).await.map(|said| said.answer)
    }
}

struct Lifetimes {
    found: Duration,
    not_found: Duration,
}

impl Expiry<String, Kept> for Lifetimes {
    fn expire_after_create(&self, _: &String, kept: &Kept, _: std::time::Instant) -> Option<Duration> {
        Some(match kept.answer {
            Answer::Found { .. } => self.found,
            Answer::NotFound => self.not_found,
        })
    }
}
