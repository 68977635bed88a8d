//! What a benchmark found: a table for people, a file for comparing.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;

use anyhow::{Context, Result, bail};
use serde::Serialize;

use crate::cpu::load_average;
use crate::figures::{Figures, Measured};

/// Everything of one run.
#[derive(Debug, Serialize)]
pub(crate) struct Report {
    bench: &'static str,
    quick: bool,
    machine: Machine,
    rows: Vec<Row>,
}

#[derive(Debug, Serialize)]
struct Machine {
    processors: usize,
    /// Above the number of processors others were at work as well, and absolute figures say little.
    load_average_before: f64,
    load_average_after: f64,
}

/// One thing measured.
#[derive(Debug, Serialize)]
pub(crate) struct Row {
    /// Stable: comparisons are made by it.
    id: &'static str,
    what: String,
    system: Figures,
    #[serde(skip_serializing_if = "Option::is_none")]
    floor: Option<Figures>,
    /// Others that do the same, by name.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    peers: BTreeMap<&'static str, Figures>,
    /// Whatever else was counted; units in the names.
    facts: BTreeMap<&'static str, f64>,
    goals: Vec<Goal>,
    /// What must never happen, on any machine.
    faults: Vec<String>,
}

#[derive(Debug, Serialize)]
struct Goal {
    figure: &'static str,
    bound: &'static str,
    wanted: f64,
    found: Option<f64>,
    met: bool,
}

impl Row {
    pub(crate) fn new(
        id: &'static str,
        what: impl Into<String>,
        system: Figures,
        floor: Option<Figures>,
    ) -> Self {
        Self {
            id,
            what: what.into(),
            system,
            floor,
            peers: BTreeMap::new(),
            facts: BTreeMap::new(),
            goals: Vec::new(),
            faults: Vec::new(),
        }
    }

    /// A row with both sides, and how they compare.
    pub(crate) fn beside(
        id: &'static str,
        what: impl Into<String>,
        system: &Measured,
        floor: &Measured,
    ) -> Self {
        let mut row = Self::new(id, what, system.figures(), Some(floor.figures()));
        if let Some(ratio) = system.p99_ratio(floor) {
            row = row.fact("p99_ratio_to_floor", ratio);
        }
        if let Some((own, bare)) = system.calmest_p99s(floor) {
            row = row
                .fact("calmest_round_p99_ms", own)
                .fact("calmest_round_floor_p99_ms", bare);
        }
        row
    }

    pub(crate) fn fact(mut self, name: &'static str, value: f64) -> Self {
        self.facts.insert(name, value);
        self
    }

    pub(crate) fn peer(mut self, name: &'static str, figures: Figures) -> Self {
        self.peers.insert(name, figures);
        self
    }

    pub(crate) fn at_most(mut self, figure: &'static str, wanted: f64) -> Self {
        let found = self.find(figure);
        let met = found.is_some_and(|found| found <= wanted);
        self.goals.push(Goal {
            figure,
            bound: "at most",
            wanted,
            found,
            met,
        });
        self
    }

    pub(crate) fn at_least(mut self, figure: &'static str, wanted: f64) -> Self {
        let found = self.find(figure);
        let met = found.is_some_and(|found| found >= wanted);
        self.goals.push(Goal {
            figure,
            bound: "at least",
            wanted,
            found,
            met,
        });
        self
    }

    /// What was wanted and not reached, or must not have happened: the first of it.
    pub(crate) fn broken(&self) -> Option<String> {
        let missed = self.goals.iter().find(|goal| !goal.met);
        let missed = missed.map(|goal| {
            let found = goal
                .found
                .map_or_else(|| "not measured".to_owned(), |found| found.to_string());
            format!("{} {found}, wanted {} {}", goal.figure, goal.bound, goal.wanted)
        });
        self.faults.first().cloned().or(missed)
    }

    /// Notes a fault unless the two counts are the same.
    pub(crate) fn same(mut self, what: &str, wanted: u64, found: u64) -> Self {
        if wanted != found {
            self.faults.push(format!("{what}: {found} instead of {wanted}"));
        }
        self
    }

    /// A figure of the system's side by its name, or a fact.
    fn find(&self, figure: &str) -> Option<f64> {
        let system = &self.system;
        match figure {
            "p50_ms" => system.p50_ms,
            "p99_ms" => system.p99_ms,
            "p999_ms" => system.p999_ms,
            "max_ms" => system.max_ms,
            "per_s" => system.per_s,
            fact => self.facts.get(fact).copied(),
        }
    }
}

impl Report {
    /// Begins a run.
    pub(crate) fn begin(bench: &'static str, quick: bool) -> Self {
        Self {
            bench,
            quick,
            machine: Machine {
                processors: std::thread::available_parallelism().map_or(0, usize::from),
                load_average_before: load_average(),
                load_average_after: f64::NAN,
            },
            rows: Vec::new(),
        }
    }

    pub(crate) fn add(&mut self, row: Row) {
        self.rows.push(row);
    }

    pub(crate) fn has_rows(&self) -> bool {
        !self.rows.is_empty()
    }

    /// Ends the run and prints the table.
    pub(crate) fn print(&mut self) {
        self.machine.load_average_after = load_average();
        println!("{}", self.table());
    }

    /// Writes the file. Missed goals are told, not failed: the machine may be another's. What must never happen
    /// fails.
    ///
    /// # Errors
    /// When there was a fault, or the file cannot be written.
    pub(crate) fn write(&self, folder: &Path) -> Result<()> {
        std::fs::create_dir_all(folder).with_context(|| format!("making {}", folder.display()))?;
        let path = folder.join(format!("{}.json", self.bench));
        let mut text = serde_json::to_string_pretty(self)?;
        text.push('\n');
        std::fs::write(&path, text).with_context(|| format!("writing {}", path.display()))?;
        println!("written: {}", path.display());
        let faults: Vec<String> = self
            .rows
            .iter()
            .flat_map(|row| row.faults.iter().map(|fault| format!("{}: {fault}", row.id)))
            .collect();
        if !faults.is_empty() {
            bail!("{}", faults.join("\n"));
        }
        Ok(())
    }

    fn table(&self) -> String {
        let mut text = format!(
            "\n{} ({}): {} processors, load average {} before, {} after{}\n\n",
            self.bench,
            if self.quick { "quick" } else { "full" },
            self.machine.processors,
            self.machine.load_average_before,
            self.machine.load_average_after,
            if self.quick {
                "; a smoke run, its figures are no basis for anything"
            } else {
                ""
            },
        );
        let head = [
            "p50 ms", "p99 ms", "p99.9 ms", "max ms", "per s", "CPU us", "Redis us",
        ];
        // Writing to a string cannot fail.
        let _ = write!(text, "{:<26} {:<8} {:>8}", "row", "side", "n");
        for column in head {
            let _ = write!(text, " {column:>9}");
        }
        text.push('\n');
        for row in &self.rows {
            line(&mut text, row.id, "system", &row.system);
            if let Some(floor) = &row.floor {
                line(&mut text, "", "floor", floor);
            }
            for (name, peer) in &row.peers {
                line(&mut text, "", name, peer);
            }
        }
        text.push('\n');
        for row in &self.rows {
            let _ = writeln!(text, "{}: {}", row.id, row.what);
            let facts: Vec<String> = row
                .facts
                .iter()
                .map(|(name, value)| format!("{name} {value}"))
                .collect();
            if !facts.is_empty() {
                let _ = writeln!(text, "    {}", facts.join(", "));
            }
            for goal in &row.goals {
                let Goal {
                    figure,
                    bound,
                    wanted,
                    found,
                    met,
                } = goal;
                let found = found.map_or("not measured".to_owned(), |found| found.to_string());
                let verdict = if *met { "met   " } else { "MISSED" };
                let _ = writeln!(text, "    {verdict} {figure} {found}, wanted {bound} {wanted}");
            }
            for fault in &row.faults {
                let _ = writeln!(text, "    FAULT  {fault}");
            }
        }
        text
    }
}

fn line(text: &mut String, id: &str, side: &str, figures: &Figures) {
    let Figures {
        count,
        p50_ms,
        p99_ms,
        p999_ms,
        max_ms,
        per_s,
        cpu_us_per_unit,
        redis_cpu_us_per_unit,
        p99_ms_of_rounds: _,
    } = figures;
    let _ = write!(text, "{id:<26} {side:<8} {count:>8}");
    for figure in [p50_ms, p99_ms, p999_ms, max_ms] {
        let figure = figure.map_or("-".to_owned(), |value| format!("{value:.3}"));
        let _ = write!(text, " {figure:>9}");
    }
    let _ = write!(
        text,
        " {:>9}",
        per_s.map_or("-".to_owned(), |value| format!("{value:.0}"))
    );
    for figure in [cpu_us_per_unit, redis_cpu_us_per_unit] {
        let figure = figure.map_or("-".to_owned(), |value| format!("{value:.1}"));
        let _ = write!(text, " {figure:>9}");
    }
    text.push('\n');
}
