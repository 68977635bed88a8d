//! What workers write down about their runs, so that it outlives them: a line is with the kernel before the handler
//! goes on, and a killed process takes nothing of that along.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::Write as _;
use std::path::Path;
use std::sync::Arc;

use anyhow::{Context as _, Result};

use crate::house::wall_us;

/// A worker's pen. Cheap to clone.
#[derive(Debug, Clone)]
pub(super) struct Journal(Arc<File>);

impl Journal {
    pub(super) fn open(path: &Path) -> Result<Self> {
        Ok(Self(Arc::new(
            File::options().create(true).append(true).open(path)?,
        )))
    }

    fn write(&self, line: &str) {
        // One call a line, so lines of several threads do not mix. A full disk shows as a job without an end.
        let _ = (&*self.0).write_all(line.as_bytes());
    }

    pub(super) fn started(&self, id: &str, attempt: u32, token: u64) {
        self.write(&format!("start {id} {token} {} {attempt}\n", wall_us()));
    }

    pub(super) fn done(&self, id: &str, token: u64) {
        self.write(&format!("done {id} {token} {} 0\n", wall_us()));
    }

    pub(super) fn failed(&self, id: &str, token: u64, retry_ms: u64) {
        self.write(&format!("failed {id} {token} {} {retry_ms}\n", wall_us()));
    }
}

/// How a run ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum End {
    Done { at_us: i64 },
    Failed { at_us: i64, retry_ms: i64 },
}

/// One run of a job.
#[derive(Debug, Clone)]
pub(super) struct Run {
    /// Which worker, by its number.
    pub(super) worker: usize,
    pub(super) token: u64,
    pub(super) attempt: u32,
    pub(super) started_us: i64,
    pub(super) end: Option<End>,
}

/// All runs, by job, in the order of their tokens.
#[derive(Debug, Default)]
pub(super) struct Journals(pub(super) BTreeMap<String, Vec<Run>>);

impl Journals {
    /// Reads what a worker wrote. Its last line may be torn.
    pub(super) fn read(&mut self, worker: usize, path: &Path) -> Result<()> {
        let text = std::fs::read_to_string(path).unwrap_or_default();
        for line in text.split_inclusive('\n').filter(|line| line.ends_with('\n')) {
            self.line(worker, line.trim_end())
                .with_context(|| format!("journal of worker {worker}: {line:?}"))?;
        }
        Ok(())
    }

    /// To be called when all are read.
    pub(super) fn sort(&mut self) {
        for runs in self.0.values_mut() {
            runs.sort_by_key(|run| run.token);
        }
    }

    fn line(&mut self, worker: usize, line: &str) -> Result<()> {
        let mut words = line.split(' ');
        let mut next = || words.next().context("too short");
        let (what, id) = (next()?, next()?.to_owned());
        let (token, at_us, more) = (next()?.parse()?, next()?.parse()?, next()?.parse::<i64>()?);
        let runs = self.0.entry(id).or_default();
        if what == "start" {
            runs.push(Run {
                worker,
                token,
                attempt: u32::try_from(more)?,
                started_us: at_us,
                end: None,
            });
            return Ok(());
        }
        let run = runs
            .iter_mut()
            .rfind(|run| run.token == token && run.worker == worker);
        run.context("an end without a start")?.end = Some(match what {
            "done" => End::Done { at_us },
            _ => End::Failed {
                at_us,
                retry_ms: more,
            },
        });
        Ok(())
    }
}
