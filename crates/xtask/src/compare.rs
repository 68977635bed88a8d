//! `bench --beside`: today's build and an older one, measured in turns within one run.
//!
//! Machines are shared and noisy, so an old figure on paper says nothing. Here each round measures the older build twice
//! and today's once between, each by its own benchmark program over its own services: the two older runs are as far apart
//! as chance puts them, and a row is worse only where today's middle lies outside everything that the older build showed.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context as _, Result, ensure};
use serde::Deserialize;

/// The program that a build measures itself with.
const PROGRAM: &str = "xtask-bench";

/// What is compared, and how.
#[derive(Debug)]
pub(crate) struct Comparison<'a> {
    /// The folder of the older build's programs.
    pub(crate) older: &'a Path,
    /// The folder of today's.
    pub(crate) today: &'a Path,
    /// Where reports go.
    pub(crate) out: &'a Path,
    /// How many rounds.
    pub(crate) pairs: u32,
    /// More arguments for both.
    pub(crate) arguments: &'a [String],
}

/// The figures of one run: by row, then by name.
type Run = BTreeMap<String, BTreeMap<&'static str, f64>>;

#[derive(Debug, Deserialize)]
struct Report {
    rows: Vec<Row>,
}

#[derive(Debug, Deserialize)]
struct Row {
    id: String,
    system: Figures,
}

#[derive(Debug, Deserialize)]
struct Figures {
    p50_ms: Option<f64>,
    p99_ms: Option<f64>,
    per_s: Option<f64>,
    cpu_us_per_unit: Option<f64>,
    redis_cpu_us_per_unit: Option<f64>,
}

/// One figure of one row, of both builds.
#[derive(Debug, PartialEq)]
struct Line {
    row: String,
    figure: &'static str,
    older: f64,
    older_range: (f64, f64),
    today: f64,
    is_worse: bool,
}

impl Comparison<'_> {
    /// Measures the benchmark; how many figures are worse than the older build's own spread.
    ///
    /// # Errors
    /// When a program is missing, fails or writes what cannot be read.
    pub(crate) fn run(&self, bench: &str) -> Result<usize> {
        let (mut older, mut today) = (Vec::new(), Vec::new());
        for round in 1..=self.pairs {
            println!("{bench}: round {round} of {}", self.pairs);
            older.push(self.measure(self.older, bench, "older")?);
            today.push(self.measure(self.today, bench, "today")?);
            older.push(self.measure(self.older, bench, "older")?);
        }
        let lines = compare(&older, &today);
        print(bench, &lines);
        for row in only_in(&today, &older) {
            println!("{row}: the older build does not measure it");
        }
        Ok(lines.iter().filter(|line| line.is_worse).count())
    }

    fn measure(&self, programs: &Path, bench: &str, side: &str) -> Result<Run> {
        let program = programs.join(PROGRAM);
        ensure!(program.is_file(), "{} is missing", program.display());
        let out: PathBuf = self.out.join(side);
        let output = Command::new(&program)
            .arg(bench)
            .arg("--out")
            .arg(&out)
            .args(self.arguments)
            .stdin(Stdio::null())
            .output()
            .with_context(|| format!("starting {}", program.display()))?;
        ensure!(
            output.status.success(),
            "{} {bench} failed: {}",
            program.display(),
            String::from_utf8_lossy(&output.stderr).trim()
        );
        let path = out.join(format!("{bench}.json"));
        let text = std::fs::read_to_string(&path).with_context(|| format!("reading {}", path.display()))?;
        let report: Report =
            serde_json::from_str(&text).with_context(|| format!("{} is no report", path.display()))?;
        Ok(report
            .rows
            .into_iter()
            .map(|row| (row.id, row.system.named()))
            .collect())
    }
}

impl Figures {
    fn named(&self) -> BTreeMap<&'static str, f64> {
        let Self {
            p50_ms,
            p99_ms,
            per_s,
            cpu_us_per_unit,
            redis_cpu_us_per_unit,
        } = self;
        [
            ("p50 ms", p50_ms),
            ("p99 ms", p99_ms),
            ("per s", per_s),
            ("CPU us", cpu_us_per_unit),
            ("Redis us", redis_cpu_us_per_unit),
        ]
        .into_iter()
        .filter_map(|(name, value)| Some((name, (*value)?)))
        .collect()
    }
}

/// Every figure that both sides have.
fn compare(older: &[Run], today: &[Run]) -> Vec<Line> {
    let mut lines = Vec::new();
    let Some(first) = today.first() else { return lines };
    for (row, figures) in first {
        for figure in figures.keys() {
            let (Some(was), Some(is)) = (values(older, row, figure), values(today, row, figure)) else {
                continue;
            };
            let (Some(least), Some(most)) = (was.first().copied(), was.last().copied()) else {
                continue;
            };
            let middle = median(&is);
            // Of all figures only a rate is better when it is larger.
            let is_worse = if *figure == "per s" {
                middle < least
            } else {
                middle > most
            };
            lines.push(Line {
                row: row.clone(),
                figure,
                older: median(&was),
                older_range: (least, most),
                today: middle,
                is_worse,
            });
        }
    }
    lines
}

/// A figure in every run, sorted; nothing unless each run has it.
fn values(runs: &[Run], row: &str, figure: &str) -> Option<Vec<f64>> {
    let mut values: Vec<f64> = runs
        .iter()
        .map(|run| run.get(row)?.get(figure).copied())
        .collect::<Option<_>>()?;
    values.sort_by(f64::total_cmp);
    Some(values)
}

/// The middle of sorted values; of two middles the lower.
fn median(sorted: &[f64]) -> f64 {
    sorted
        .get(sorted.len().saturating_sub(1) / 2)
        .copied()
        .unwrap_or(f64::NAN)
}

/// Rows that only these runs have.
fn only_in(runs: &[Run], others: &[Run]) -> Vec<String> {
    let known = |row: &String| others.iter().any(|run| run.contains_key(row));
    let all = runs.first().map(|run| run.keys().cloned().collect::<Vec<_>>());
    all.unwrap_or_default()
        .into_iter()
        .filter(|row| !known(row))
        .collect()
}

fn print(bench: &str, lines: &[Line]) {
    println!(
        "\n{bench}\n{:<26} {:<9} {:>10} {:>23} {:>10} {:>6}",
        "row", "figure", "older", "older's spread", "today", "ratio"
    );
    for line in lines {
        let Line {
            row,
            figure,
            older,
            older_range: (least, most),
            today,
            is_worse,
        } = line;
        println!(
            "{row:<26} {figure:<9} {older:>10.3} {least:>11.3}-{most:<11.3} {today:>10.3} {:>6.2}{}",
            today / older,
            if *is_worse { "  WORSE" } else { "" }
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run(p99: f64, rate: f64) -> Run {
        BTreeMap::from([(
            "steady".to_owned(),
            BTreeMap::from([("p99 ms", p99), ("per s", rate)]),
        )])
    }

    fn worse(older: &[Run], today: &[Run]) -> Vec<&'static str> {
        compare(older, today)
            .into_iter()
            .filter(|line| line.is_worse)
            .map(|line| line.figure)
            .collect()
    }

    #[test]
    fn what_lies_within_the_older_builds_own_spread_is_not_worse() {
        let older = [run(1.0, 900.0), run(1.4, 1_000.0), run(1.2, 950.0)];
        assert_eq!(
            worse(&older, &[run(1.3, 910.0), run(9.0, 100.0), run(1.1, 940.0)]),
            [""; 0]
        );
    }

    #[test]
    fn a_time_is_worse_above_and_a_rate_below_the_spread() {
        let older = [run(1.0, 900.0), run(1.4, 1_000.0)];
        assert_eq!(worse(&older, &[run(1.5, 899.0)]), ["p99 ms", "per s"]);
        assert_eq!(worse(&older, &[run(0.5, 2_000.0)]), [""; 0]);
    }

    #[test]
    fn a_row_that_one_build_lacks_is_told_and_not_compared() {
        let (older, today) = ([BTreeMap::new()], [run(1.0, 1.0)]);
        assert_eq!(compare(&older, &today), []);
        assert_eq!(only_in(&today, &older), ["steady"]);
    }

    #[test]
    fn a_report_of_a_benchmark_is_read() {
        let text = r#"{"bench":"webhook","quick":true,"rows":[
            {"id":"steady","what":"x","system":{"count":3,"p50_ms":0.5,"p99_ms":1.5},"facts":{},"goals":[],"faults":[]}]}"#;
        let report: Report = serde_json::from_str(text).unwrap();
        assert_eq!(report.rows.len(), 1);
        assert_eq!(
            report.rows.first().unwrap().system.named(),
            BTreeMap::from([("p50 ms", 0.5), ("p99 ms", 1.5)])
        );
    }
}
