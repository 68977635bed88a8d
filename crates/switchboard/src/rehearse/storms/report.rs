//! What is printed of storms: every one that failed, with its seed, and a line for all.

use std::process::ExitCode;
use std::time::{Duration, Instant};

use super::Outcome;
use crate::output::tell;

/// How many storms go by before the next word.
const EVERY: u32 = 100;

/// Counts storms as they pass.
#[derive(Debug)]
pub(super) struct Storms {
    timelines: bool,
    began: Instant,
    passed: u32,
    failed: Vec<u64>,
    calls: usize,
    talks: usize,
    notifications: usize,
    longest: Duration,
}

impl Storms {
    pub(super) fn new(timelines: bool) -> Self {
        Self {
            timelines,
            began: Instant::now(),
            passed: 0,
            failed: Vec::new(),
            calls: 0,
            talks: 0,
            notifications: 0,
            longest: Duration::ZERO,
        }
    }

    pub(super) fn add(&mut self, outcome: &Outcome) {
        let Outcome {
            plan,
            took,
            failure,
            timeline,
            calls,
            talks,
            notifications,
        } = outcome;
        self.calls += calls;
        self.talks += talks;
        self.notifications += notifications.len();
        self.longest = self.longest.max(*took);
        if self.timelines || failure.is_some() {
            tell!("-- seed {}: {}", plan.seed, plan.forecast());
            tell!("{timeline}");
        }
        match failure {
            None => self.passed += 1,
            Some(reason) => {
                self.failed.push(plan.seed);
                tell!("FAIL  seed {} after {} ms: {reason}", plan.seed, took.as_millis());
                tell!("      again: switchboard rehearse --storm 1 --seed {}", plan.seed);
            }
        }
        if (self.passed + u32::try_from(self.failed.len()).unwrap_or(u32::MAX)).is_multiple_of(EVERY) {
            self.sum();
        }
    }

    fn sum(&self) {
        tell!(
            "storms: {} passed, {} failed, {} calls, {} conversations, {} notifications, {} s; the longest {} ms",
            self.passed,
            self.failed.len(),
            self.calls,
            self.talks,
            self.notifications,
            self.began.elapsed().as_secs(),
            self.longest.as_millis()
        );
    }

    pub(super) fn finish(&self) -> ExitCode {
        self.sum();
        if self.failed.is_empty() {
            return ExitCode::SUCCESS;
        }
        tell!("seeds that failed: {:?}", self.failed);
        ExitCode::FAILURE
    }
}
