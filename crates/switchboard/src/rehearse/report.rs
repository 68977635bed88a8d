//! What a rehearsal prints.

use std::process::ExitCode;
use std::time::Duration;

use serde::Serialize;

use super::scenarios::Scenario;
use crate::output::{complain, tell};

/// What became of one scenario.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
enum Outcome {
    Passed,
    Failed,
    Skipped,
}

impl Outcome {
    fn word(self) -> &'static str {
        match self {
            Self::Passed => "PASS",
            Self::Failed => "FAIL",
            Self::Skipped => "SKIP",
        }
    }
}

/// How one scenario went.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Verdict {
    name: &'static str,
    outcome: Outcome,
    millis: u128,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<String>,
    timeline: Vec<String>,
}

impl Verdict {
    pub(super) fn passed(name: &'static str, took: Duration, timeline: &str) -> Self {
        Self {
            name,
            outcome: Outcome::Passed,
            millis: took.as_millis(),
            reason: None,
            timeline: lines(timeline),
        }
    }

    pub(super) fn failed(name: &'static str, took: Duration, reason: String, timeline: &str) -> Self {
        Self {
            name,
            outcome: Outcome::Failed,
            millis: took.as_millis(),
            reason: Some(reason),
            timeline: lines(timeline),
        }
    }

    /// Not played: what it needs cannot be had here.
    pub(super) fn skipped(name: &'static str, reason: &str) -> Self {
        Self {
            name,
            outcome: Outcome::Skipped,
            millis: 0,
            reason: Some(reason.to_owned()),
            timeline: Vec::new(),
        }
    }
}

/// The builds of the services that a fault was found with, to stand behind it.
pub(super) fn among(builds: Option<&str>) -> String {
    builds.map_or_else(String::new, |builds| format!(" [{builds}]"))
}

fn lines(text: &str) -> Vec<String> {
    text.lines().map(str::to_owned).collect()
}

/// Collects verdicts and shows them as they come.
#[derive(Debug)]
pub(super) struct Report {
    json: bool,
    timelines: bool,
    passed: u32,
    failed: u32,
    skipped: u32,
}

impl Report {
    pub(super) fn new(json: bool, timelines: bool) -> Self {
        Self {
            json,
            timelines,
            passed: 0,
            failed: 0,
            skipped: 0,
        }
    }

    pub(super) fn list(scenarios: &[Scenario]) {
        for scenario in scenarios {
            tell!("{:<36} {}", scenario.name, scenario.about);
        }
    }

    pub(super) fn complain(reason: &str) -> ExitCode {
        complain!("{reason}");
        ExitCode::from(2)
    }

    pub(super) fn round(&self, time: u32, label: &str) {
        if !self.json {
            tell!("-- {label} (time {time})");
        }
    }

    pub(super) fn add(&mut self, label: &str, verdict: &Verdict) {
        match verdict.outcome {
            Outcome::Passed => self.passed += 1,
            Outcome::Failed => self.failed += 1,
            Outcome::Skipped => self.skipped += 1,
        }
        if self.json {
            let row = serde_json::json!({ "switches": label, "scenario": verdict });
            tell!("{row}");
            return;
        }
        let word = verdict.outcome.word();
        tell!("{word}  {:<36} {:>6} ms", verdict.name, verdict.millis);
        if self.timelines || verdict.outcome == Outcome::Failed {
            for line in &verdict.timeline {
                tell!("      {line}");
            }
        }
        if let Some(reason) = &verdict.reason {
            tell!("      {reason}");
        }
    }

    pub(super) fn finish(&self) -> ExitCode {
        if !self.json {
            let Self {
                passed,
                failed,
                skipped,
                ..
            } = self;
            match skipped {
                0 => tell!("rehearsal: {passed} passed, {failed} failed"),
                _ => tell!("rehearsal: {passed} passed, {failed} failed, {skipped} skipped"),
            }
        }
        if self.failed == 0 {
            ExitCode::SUCCESS
        } else {
            ExitCode::FAILURE
        }
    }
}
