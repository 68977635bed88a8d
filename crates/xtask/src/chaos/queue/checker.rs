//! Accounts for every job that was pushed.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use switchboard_queue::{Counts, DeadJob};

use super::delays::Delays;
use super::job::POISON_ATTEMPTS;
use super::journal::{End, Journals, Run};
use super::pusher::Pushes;
use super::storm::Faults;

/// A killed worker's jobs are to run again within that; the lease is 1.5 s.
const AGAIN_US: i64 = 1_600_000;

/// Everything that is known at the end.
pub(super) struct Account<'a> {
    pub(super) pushed: &'a Pushes,
    pub(super) dead: &'a [DeadJob],
    pub(super) counts: Counts,
    pub(super) faults: &'a Faults,
    pub(super) journals: &'a Journals,
    pub(super) delays: Delays,
}

/// What the check found.
pub(super) struct Told {
    pub(super) text: String,
    /// What must never happen.
    pub(super) faults: Vec<String>,
}

impl Account<'_> {
    pub(super) fn check(&self) -> Told {
        let mut faults = Vec::new();
        let dead: BTreeSet<&str> = self.dead.iter().map(|letter| letter.id.as_str()).collect();
        let (mut runs_in_all, mut lost, mut early) = (0_u64, 0_u64, 0_u64);
        for (id, known) in self.pushed {
            let runs = self.journals.0.get(id).map_or(&[][..], Vec::as_slice);
            runs_in_all += runs.len() as u64;
            let done = runs.iter().any(|run| matches!(run.end, Some(End::Done { .. })));
            if done == dead.contains(id.as_str()) || known.poison == done {
                lost += 1;
                faults.push(format!("{id} is lost or in two places: done {done}, {runs:?}"));
            }
            for problem in problems(known.due_us, known.poison, runs) {
                early += u64::from(problem.contains("early"));
                faults.push(format!("{id}: {problem}, {runs:?}"));
            }
        }
        for id in self.journals.0.keys().filter(|id| !self.pushed.contains_key(*id)) {
            faults.push(format!("{id} ran, and nobody pushed it"));
        }
        let Counts {
            pushed,
            done,
            dead,
            expired,
            ..
        } = self.counts;
        let jobs = self.pushed.len() as u64;
        if pushed != jobs || done + dead != jobs {
            faults.push(format!(
                "the counters say {pushed} pushed, {done} done, {dead} dead of {jobs}"
            ));
        }
        let mut again = self.again();
        again.straight.sort_unstable();
        let straight = &again.straight;
        let place = |share: usize| {
            straight
                .get(straight.len() * share / 100)
                .copied()
                .unwrap_or_default()
        };
        let most = |times: &[i64]| times.iter().max().copied().unwrap_or_default() / 1000;
        let late = straight.iter().filter(|after| **after > AGAIN_US).count();
        let mut text = String::new();
        // Writing to a string cannot fail.
        let _ = write!(
            text,
            "jobs {jobs} (dead as they should be: {dead}), runs {runs_in_all}, leases expired {expired}\n\
             workers killed {} (of them by a job {}), stopped {}; redis restarted {}, stalled {}\n\
             lost {lost}, early {early}\n\
             running jobs of killed workers: {} again after p50 {} p99 {} max {} ms, {late} later than {} ms\n\
             and {} whose next worker was killed or stopped before it began, max {} ms; \
             {} while redis was away or just back, max {} ms\n\
             this machine's own delays: p99 {} max {} ms",
            self.faults.kills.len(),
            self.faults.aborted,
            self.faults.stopped,
            self.faults.restarts,
            self.faults.stalls,
            straight.len(),
            place(50) / 1000,
            place(99) / 1000,
            most(straight),
            AGAIN_US / 1000,
            again.detoured.len(),
            most(&again.detoured),
            again.stormy.len(),
            most(&again.stormy),
            self.delays.p99_us / 1000,
            self.delays.max_us / 1000,
        );
        Told { text, faults }
    }

    /// How long after a kill each job that was running started again, in µs.
    fn again(&self) -> Again {
        let mut again = Again::default();
        for (worker, at_us) in &self.faults.kills {
            let disturbed = |(from, until): &(i64, i64)| *from < at_us + AGAIN_US && at_us < until;
            let stormy = self.faults.outages.iter().any(disturbed);
            for runs in self.journals.0.values() {
                for pair in runs.windows(2) {
                    let [killed, next] = pair else { continue };
                    let was_running = killed.worker == *worker && killed.end.is_none();
                    // Taken over before the kill: the worker had been stopped.
                    if !was_running || next.started_us <= *at_us {
                        continue;
                    }
                    let times = if stormy {
                        &mut again.stormy
                    } else if next.token > killed.token + 1 {
                        &mut again.detoured
                    } else {
                        &mut again.straight
                    };
                    times.push(next.started_us - at_us);
                }
            }
        }
        again
    }
}

/// Times from kills to the next starts of the jobs that were running.
#[derive(Default)]
struct Again {
    /// By the next worker that took them.
    straight: Vec<i64>,
    /// That one was killed or stopped as well, before it began.
    detoured: Vec<i64>,
    /// Redis was away, or just back.
    stormy: Vec<i64>,
}

/// What is wrong with the runs of one job.
fn problems(due_us: Option<i64>, poison: bool, runs: &[Run]) -> Vec<String> {
    let mut problems = Vec::new();
    if let (Some(due), Some(first)) = (due_us, runs.first())
        && first.started_us < due
    {
        problems.push(format!("{} us early", due - first.started_us));
    }
    for pair in runs.windows(2) {
        let [one, next] = pair else { continue };
        if one.token == next.token {
            problems.push(format!("token {} was given out twice", one.token));
        }
        if next.attempt < one.attempt {
            problems.push("an attempt was forgotten".to_owned());
        }
        if matches!(one.end, Some(End::Done { .. })) && next.started_us < one.started_us {
            problems.push("a later delivery started before an earlier one".to_owned());
        }
        if let Some(End::Failed { at_us, retry_ms }) = one.end
            // A worker that was stopped may say so after its job was taken away.
            && at_us < next.started_us
            && next.attempt == one.attempt + 1
            && next.token == one.token + 1
            && next.started_us < at_us + retry_ms * 1000
            && !lost_lease(one, next)
        {
            problems.push(format!(
                "retried {} us early",
                at_us + retry_ms * 1000 - next.started_us
            ));
        }
    }
    if poison && runs.len() > POISON_ATTEMPTS as usize {
        problems.push(format!(
            "started {} times, its limit is {POISON_ATTEMPTS}",
            runs.len()
        ));
    }
    problems
}

/// Whether the first run may have lost its lease before its result reached Redis: then the next one is no retry, and
/// the handler's wish was rightly refused. Only a worker that was killed or stopped right then, or an outage, does so.
fn lost_lease(one: &Run, next: &Run) -> bool {
    next.started_us - one.started_us > 1_000_000
}
